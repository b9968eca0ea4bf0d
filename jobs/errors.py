"""Says what went wrong in a few lines an operator can read, without anybody's secrets."""

import re
import traceback
from pathlib import Path

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


def _place(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])
