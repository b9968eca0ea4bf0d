"""The hashes exported each day, outside of the database: what shows that its end was cut off."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit.recording import head


class BadHeads(ValueError):
    """The file of heads cannot be read; its words are for the operator."""


def default_path() -> Path:
    return Path(settings.AUDIT_HEADS)


def export_head(path: Path | None = None) -> tuple[int, str]:
    """Append the number and the hash of the last entry to the file of heads; return them."""
    number, last = head()
    line = json.dumps({"number": number, "hash": last, "at": timezone.now().isoformat()})
    path = path or default_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)
    return number, last


def read_heads(path: Path) -> dict[int, str]:
    """Return {number: hash} of a file of heads; raise BadHeads, with the line."""
    heads: dict[int, str] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = _("«\u00a0%(path)s\u00a0» ne peut pas être lu (%(reason)s).")
        raise BadHeads(message % {"path": path, "reason": error}) from error
    for place, line in enumerate(lines, start=1):
        try:
            read = json.loads(line)
            number, last = int(read["number"]), str(read["hash"])
        except (ValueError, KeyError, TypeError) as error:
            message = _(
                "«\u00a0%(path)s\u00a0», ligne %(line)d\u00a0: ce n’est pas une empreinte."
            )
            raise BadHeads(message % {"path": path, "line": place}) from error
        # Two heads of one number: the first is the one that was written in its time.
        if number:
            heads.setdefault(number, last)
    return heads
