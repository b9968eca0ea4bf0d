"""The files of a report; each prints a `SpaserFigures` and computes nothing."""

import json
from collections.abc import Callable

from spaser.figures import SpaserFigures
from spaser.reports.pdf import as_pdf


def as_json(figures: SpaserFigures) -> bytes:
    """Return the JSON document, indented, with its last line end."""
    return (json.dumps(figures.as_json(), ensure_ascii=False, indent=2) + "\n").encode()


#: Format -> how it is written, and its media type.
FORMATS: dict[str, tuple[Callable[[SpaserFigures], bytes], str]] = {
    "json": (as_json, "application/json"),
    "pdf": (as_pdf, "application/pdf"),
}
#: Asked for by users, not written yet.
LATER = ("csv", "xlsx")
