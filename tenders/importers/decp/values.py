"""Reads the values of one record: what is wrong is named and left empty, never raised."""

import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from tenders.importers.decp import nested
from tenders.importers.decp.findings import Anomaly, Rule
from tenders.importers.decp.texts import clean, words
from tenders.importers.decp.vocabulary import ClosedList

_DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\s?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_CPV = re.compile(r"(\d{8})(-\d)?", re.ASCII)
_OTHER_CPV = re.compile(r"(\d{7})(-\d)?|(\d{8})\s?-?\s?\d", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)
_PLAIN = re.compile(r"[0-9]+(-[0-9]+)*", re.ASCII)
_FIRST_YEAR = 1900
_LONGEST_AMOUNT = 11  # digits of the integer part, as the public tool that consolidates DECP
_LONGEST_TEXT = 10_000
_GREATEST = 100_000  # months, offers...
_YES = frozenset({"true", "1", "oui"})
_NO = frozenset({"false", "0", "non"})
_CENT = Decimal(1)


class Values:
    """Reads values while noting what is wrong with them, under the names DECP gives."""

    __slots__ = ("anomalies", "today")

    def __init__(self, today: date) -> None:
        self.today = today
        self.anomalies: list[Anomaly] = []

    def note(self, rule: Rule, field: str, value: object = "") -> None:
        self.anomalies.append(Anomaly(rule.value, field, _shown(value)))

    def text(self, field: str, value: Any, longest: int = _LONGEST_TEXT) -> str:
        """Return a text on one line, "" when there is none."""
        if isinstance(value, list | dict):
            self.note(Rule.BAD_SHAPE, field, value)
            return ""
        text = words(value)
        if len(text) > longest:
            self.note(Rule.LONG_TEXT, field, text)
            text = text[:longest].rstrip()
        if "\ufffd" in text:
            self.note(Rule.LOST_ACCENTS, field, text)
        return text

    def choice(self, field: str, value: Any, known: ClosedList, longest: int = 80) -> str:
        """Return a value of a closed list; an unknown one stays as written, but for its length."""
        if value is None:
            return ""
        if type(value) is str and value in known.exact:
            return known.exact[value]
        text = self.text(field, value)
        if not text:
            return ""
        official, trouble = known.read(text)
        if trouble:
            self.note(trouble, field, text)
        return official[:longest]

    def choices(self, field: str, value: Any, wrapper: str, known: ClosedList) -> list[str]:
        """Return the values of a list, each once."""
        if value is None:
            return []
        found = [self.choice(field, item, known) for item in self.items(field, value, wrapper)]
        return list(dict.fromkeys(filter(None, found)))

    def items(self, field: str, value: Any, wrapper: str) -> list[Any]:
        """Return the items of a list out of their wrappers, as many as a contract may have."""
        found = nested.items(value, wrapper)
        if len(found) > 1_000:
            self.note(Rule.LONG_TEXT, field, f"{len(found)} {wrapper}")
        return found[:1_000]

    def date(self, field: str, value: Any, *, ahead: bool = False) -> date | None:
        """Return a day; None when there is none or it is impossible.

        A day to come is impossible too, unless `ahead`.
        """
        if value is None:
            return None
        text = value if _is_plain(value) else self.text(field, value)
        if not text:
            return None
        matched = _DATE.fullmatch(text)
        day = _day(matched) if matched else None
        if day is None or day.year < _FIRST_YEAR or (day > self.today and not ahead):
            self.note(Rule.BAD_DATE, field, text)
            return None
        if len(text) > 10:  # a time or a zone: the day written is the day
            self.note(Rule.SPELLING, field, text)
        return day

    def amount(self, field: str, value: Any) -> tuple[int | None, str]:
        """Return an amount in cents and what was written; None cents when it is not usable."""
        if type(value) is int and 1 < value < 10**_LONGEST_AMOUNT:
            return value * 100, str(value)
        written = "" if isinstance(value, bool) else self.text(field, value, 10**6)
        if not written and value in (None, "", "NC"):
            return None, ""
        cents = _cents(value if isinstance(value, Decimal) else written)
        if cents is None:
            self.note(Rule.UNUSABLE_AMOUNT, field, value)
        elif isinstance(value, str) and not _is_number(written):
            self.note(Rule.SPELLING, field, written)
        return cents, written[:40]

    def integer(self, field: str, value: Any, *, least: int = 1) -> int | None:
        """Return a whole number, rounded up; None when there is none or it is not possible."""
        if value is None:
            return None
        if type(value) is int and least <= value <= _GREATEST:
            return value
        text = self.text(field, value)
        number = None if isinstance(value, bool) else _decimal(text)
        if number is not None and least <= number <= _GREATEST:
            return math.ceil(number)
        if text or isinstance(value, bool):
            self.note(Rule.BAD_NUMBER, field, value)
        return None

    def rate(self, field: str, value: Any) -> Decimal | None:
        """Return a number from 0 to 1; None when there is none or it is not possible."""
        if value is None:
            return None
        text = self.text(field, value)
        number = None if isinstance(value, bool) else _decimal(text)
        if number is not None and 0 <= number <= 1:
            return number.quantize(Decimal("1e-8"))
        if text or isinstance(value, bool):
            self.note(Rule.BAD_NUMBER, field, value)
        return None

    def number(self, field: str, value: Any) -> float | str | None:
        """Return a positive number as JSON holds it; None when there is none."""
        text = self.text(field, value)
        number = None if isinstance(value, bool) else _decimal(text)
        if number is not None and number >= 0:
            return nested.storable_number(number)
        if text:
            self.note(Rule.BAD_NUMBER, field, value)
        return None

    def boolean(self, field: str, value: Any) -> bool | None:
        """Return yes, no, or None = not declared."""
        if value is None or isinstance(value, bool):
            return value
        text = self.text(field, value)
        folded = text.casefold()
        if folded in _YES:
            return True
        if folded in _NO:
            return False
        if text:
            self.note(Rule.BAD_BOOLEAN, field, text)
        return None

    def cpv(self, field: str, value: Any) -> str:
        """Return eight digits, a lost leading zero put back; "" when there is none."""
        text = value if _is_plain(value) else self.text(field, value)
        if not text:
            return ""
        if matched := _CPV.fullmatch(text):
            return matched[1]
        if matched := _OTHER_CPV.fullmatch(text):
            self.note(Rule.SPELLING, field, text)
            return (matched[1] or matched[3]).zfill(8)
        self.note(Rule.BAD_CPV, field, text)
        return ""

    def personal(self, names: Iterable[str]) -> None:
        """Name the keys that hold somebody's contact details, never their values."""
        for name in sorted(filter(nested.is_personal, names)):
            self.note(Rule.PERSONAL_DATA, clean(name)[:60])


def _shown(value: object) -> str:
    return clean(str(value)[:400])[:200] if not isinstance(value, list | dict) else "[...]"


def _is_plain(value: object) -> bool:
    """Return whether a text has nothing to clean: most dates, codes and numbers."""
    return type(value) is str and bool(_PLAIN.fullmatch(value))


def _day(matched: re.Match[str]) -> date | None:
    try:
        return date(int(matched[1]), int(matched[2]), int(matched[3]))
    except ValueError:
        return None


def _cents(value: Decimal | str) -> int | None:
    number = _decimal(value) if isinstance(value, str) else value
    if number is None or not number.is_finite() or number <= 1:
        return None
    if number.adjusted() >= _LONGEST_AMOUNT:
        return None
    return int((number * 100).quantize(_CENT, ROUND_HALF_EVEN))


def _decimal(text: str) -> Decimal | None:
    """Return the finite number written, spaces and a decimal comma admitted."""
    digits = text.replace(" ", "").replace("\u202f", "")
    if _COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_number(text: str) -> bool:
    return isinstance(nested.number(text), int | Decimal)
