"""Texts as people can read them, on one line."""

import html
import unicodedata

#: Written for "no value".
_NOTHING = frozenset({"NC", "NaN", "Infinity", "-Infinity"})


def clean(text: str) -> str:
    """Return `text` on one line: entities decoded, NFC, without control or direction marks."""
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = text.replace("\\r", " ").replace("\\n", " ").replace("\\t", " ")
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else _printable(letter) for letter in text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def words(value: object) -> str:
    """Return a scalar as text; "" for null, for "NC" and for what is no scalar."""
    if type(value) is str:
        text = clean(value)
        return "" if text in _NOTHING else text
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return str(value)


def _printable(letter: str) -> str:
    # Half of a pair says nothing, and no database takes it.
    return "\ufffd" if "\ud800" <= letter <= "\udfff" else " "
