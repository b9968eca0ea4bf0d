"""Every anomaly of an import in a CSV that a spreadsheet opens without harm."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from tenders.importers.decp import DecpError
from tenders.importers.decp.findings import Findings, Found, Rule, explain

_HEADER = ("fichier", "rang", "contrat", "regle", "champ", "valeur", "explication")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def anomaly_file(path: Path | None, findings: Findings) -> Iterator[None]:
    """Write to `path` what `findings` is told meanwhile; the file is there once it is whole."""
    if path is None:
        yield
        return
    draft = path.with_name(f"{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            findings.tell = lambda found: writer.writerow(_row(found))
            yield
        draft.replace(path)
    except OSError as error:
        message = _("«\u00a0%(name)s\u00a0» ne peut pas être écrit (%(reason)s).")
        raise DecpError(message % {"name": path, "reason": error.strerror}) from error
    finally:
        draft.unlink(missing_ok=True)


def _row(found: Found) -> list[str]:
    rule, field, value = found.anomaly
    cells = (
        found.place.source, str(found.place.rank), found.contract, rule, field, value,
        explain(Rule(rule)),
    )  # fmt: skip
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
