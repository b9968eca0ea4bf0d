"""Reads the values of one line of SIRENE: what is wrong is noted and left empty, never raised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reference.enums import Nomenclature
from reference.naf import InvalidNaf, normalise_naf
from suppliers.enums import Category
from suppliers.importers.sirene.findings import Findings, Place, Rule

_HIDDEN = "[ND]"  # a value partial diffusion withholds
_NO_ACTIVITY = frozenset({"0000Z", "00.00Z"})  # not known yet when the unit was registered
_TRI_STATE = {"O": True, "N": False, "": None}
_NOMENCLATURES = {
    "": Nomenclature.NAF_REV2.value,
    "NAFRev2": Nomenclature.NAF_REV2.value,
    "NAF2025": Nomenclature.NAF_2025.value,
}
_OLD_NAF = re.compile(r"([0-9]{2})\.?([0-9]{1,2}[A-Z]?)")  # 45.2B (NAF 1993 and rév. 1), 55.12
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(T.*)?")
_BRACKET = re.compile(r"NN|00|03|[0-5][12]|53")  # INSEE's staff brackets
_LEGAL_FORM = re.compile(r"[0-9]{4}")
_POSTCODE = re.compile(r"[0-9]{5}")
_LONGEST = 250  # characters of a name or an address


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one line by column name; a missing column is empty."""

    raw: Mapping[str, str | None]
    place: Place
    findings: Findings

    def text(self, name: str) -> str:
        """Return a text on one line, "" when absent or withheld."""
        value = self.raw.get(name)
        if not value or value == _HIDDEN:
            return ""
        if not value.isprintable():  # control characters have no place in a page or a database
            value = "".join(letter if letter.isprintable() else " " for letter in value)
        return " ".join(value.split())[:_LONGEST]

    def texts(self, *names: str) -> list[str]:
        """Return the texts that are given, each once, in order."""
        return list(dict.fromkeys(text for name in names if (text := self.text(name))))

    def words(self, *names: str) -> str:
        """Return the values that are given, on one line."""
        return " ".join(text for name in names if (text := self.text(name)))

    def date(self, name: str) -> date | None:
        """Return a day written AAAA-MM-JJ or AAAAMMJJ; None = not given."""
        value = self.text(name)
        matched = _DATE.fullmatch(value)
        try:
            if matched:
                return date(int(matched[1]), int(matched[2]), int(matched[3]))
        except ValueError:
            pass
        self._note_unless_empty(Rule.BAD_DATE, name, value)
        return None

    def year(self, name: str) -> int | None:
        """Return a year of four digits; None = not given."""
        value = self.text(name)
        return int(value) if len(value) == 4 and value.isascii() and value.isdigit() else None

    def flag(self, name: str) -> bool | None:
        """Return O as True, N as False, anything else as None = not declared."""
        return _TRI_STATE.get(self.text(name))

    def bracket(self, name: str) -> str:
        value = self.text(name)
        known = _BRACKET.fullmatch(value)
        return value if known else self._refused(Rule.BAD_BRACKET, name, value)

    def category(self, name: str) -> str:
        value = self.text(name)
        known = value in Category.values
        return value if known else self._refused(Rule.BAD_CATEGORY, name, value)

    def legal_category(self, name: str) -> str:
        value = self.text(name)
        known = _LEGAL_FORM.fullmatch(value)
        return value if known else self._refused(Rule.BAD_LEGAL_FORM, name, value)

    def postcode(self, name: str) -> str:
        value = self.text(name)
        known = _POSTCODE.fullmatch(value)
        return value if known else self._refused(Rule.BAD_POSTCODE, name, value)

    def naf(self, name: str, nomenclature: str) -> tuple[str, str]:
        """Return (code with its dot, nomenclature); ("", "") when not given.

        `nomenclature` is INSEE's name; "" is NAF rév. 2, the only one of the daily files. The
        codes of older ones (NAFRev1, NAF1993, NAP) keep INSEE's name beside them.
        """
        value = self.text(name)
        if not value or value in _NO_ACTIVITY:
            return "", ""
        kept = _NOMENCLATURES.get(nomenclature, nomenclature[:10])
        try:
            if nomenclature in _NOMENCLATURES:
                return normalise_naf(value), kept
        except InvalidNaf:
            pass
        else:
            if matched := _OLD_NAF.fullmatch(value):
                return f"{matched[1]}.{matched[2]}", kept
        return self._refused(Rule.BAD_NAF, name, value), ""

    def reject(self, rule: Rule, name: str) -> None:
        """Note that the line is kept out because of this field."""
        self.findings.reject(self.place, rule, name, self.text(name))

    def _refused(self, rule: Rule, name: str, value: str) -> str:
        self._note_unless_empty(rule, name, value)
        return ""

    def _note_unless_empty(self, rule: Rule, name: str, value: str) -> None:
        if value:
            self.findings.note(self.place, rule, name, value)
