"""What must not be in the logs; imported by the settings, so it imports nothing of the room."""

import logging
import re

_TOKEN = re.compile(r"(/lettres/[\w-]+/)[^/\s\"']{20,}")


class HideTokens(logging.Filter):
    """Cuts the tokens out of addresses (Django logs those it could not answer)."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "/lettres/" in text:
            record.msg, record.args = _TOKEN.sub(r"\1***", text), None
        return True
