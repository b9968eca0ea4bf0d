"""Says what went wrong in a few lines an operator can read, without anybody's secrets."""

import re
import shutil
import traceback
from pathlib import Path

from django.conf import settings

_LONGEST_MESSAGE = 500
_FRAMES = 4
_SECRETS = (
    (re.compile(r"//[^/\s@]*@"), "//***@"),  # the password of an address
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "***@***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 ***"),
    (
        re.compile(
            r"(?i)(\w*(?:passw|pwd|secret|token|jeton|api_?key|authorization)\w*\W{1,4})\S+"
        ),
        r"\1***",
    ),
    (re.compile(r"[\w+/=-]{32,}"), "***"),  # tokens and hashes
)


def describe(error: BaseException) -> str:
    """Return the kind of the error, its message cleaned of secrets, and where it came from."""
    message = str(error)[: _LONGEST_MESSAGE * 4]
    for pattern, replacement in _SECRETS:
        message = pattern.sub(replacement, message)
    message = "".join(c if c.isprintable() else " " for c in message)[:_LONGEST_MESSAGE]
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"  {_place(f.filename)}:{f.lineno} {f.name}" for f in frames]
    return "\n".join([f"{type(error).__name__}: {message}".rstrip(": "), *places])


def is_disk_full(error: BaseException | None) -> bool:
    """True when an error, or what caused it, is that nothing more fits on the disk."""
    while error is not None:
        text = str(error)
        if "disk is full" in text or "No space left on device" in text:
            return True
        if text == "disk I/O error":  # SQLite without room for its own shared memory
            return _no_room_for_sqlite()
        error = error.__cause__ or error.__context__
    return False


def _no_room_for_sqlite() -> bool:
    folder = Path(settings.DATABASES["default"]["NAME"]).parent
    return folder.is_dir() and shutil.disk_usage(folder).free < 1_000_000


def _place(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])
