"""The one reading of a report's parameters, for pages, files and the command.

Every error is told, all at once, with the nearest valid name or value.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from reference.identifiers import strip_separators
from search.parameters import BadValue, ParameterForm
from spaser.enums import Answer, Policy, Reason, Scope
from spaser.figures import SpaserQuery
from spaser.indicators import INDICATORS

FIRST_YEAR = 1900
LAST_PAGE = 1_000_000
#: What `answer` says of the contracts out of some figure.
EXCLUDED = "excluded"

Parse = Callable[[str], Any]


def _buyer(text: str) -> str:
    """Read a SIRET or a SIREN; the check digit is not asked: files carry false ones."""
    digits = strip_separators(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) in {9, 14}):
        raise BadValue(
            _("«\u00a0%(text)s\u00a0» n’est ni un SIRET (14 chiffres) ni un SIREN (9 chiffres).")
            % {"text": text[:60]}
        )
    return digits


def _whole(lowest: int, highest: int) -> Parse:
    def parse(text: str) -> int:
        readable = text.isascii() and text.isdigit() and len(text) < 10
        if readable and lowest <= int(text) <= highest:
            return int(text)
        raise BadValue(
            _("«\u00a0%(text)s\u00a0»\u00a0: écrivez un nombre de %(lowest)d à %(highest)d.")
            % {"text": text[:60], "lowest": lowest, "highest": highest}
        )

    return parse


def _choice(known: Iterable[str], read: Parse = str) -> Parse:
    values = tuple(known)

    def parse(text: str) -> Any:
        if text in values:
            return read(text)
        raise BadValue(
            _("«\u00a0%(text)s\u00a0» n’est pas une valeur connue\u00a0: %(values)s.")
            % {"text": text[:60], "values": ", ".join(values)}
        )

    return parse


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas une date\u00a0: écrivez année-mois-jour "
                "(2024-03-14)."
            )
            % {"text": text[:60]}
        ) from None


_boolean = _choice(("true", "false"), lambda text: text == "true")
#: Parameters of a report, and how the text of each is read.
REPORT: dict[str, Parse] = {
    "buyer": _buyer,
    "year": _whole(FIRST_YEAR, 2999),
    "scope": _choice(Scope.values, Scope),
    "policy": _choice(Policy.values, Policy),
    "strict": _boolean,
    "concessions": _boolean,
    "as_of": _day,
}
#: Parameters of the list of contracts behind a number.
CONTRACTS: dict[str, Parse] = REPORT | {
    "figure": _choice(INDICATORS),
    "answer": _choice((*Answer.values, EXCLUDED)),
    "reason": _choice(Reason.values, Reason),
    "page": _whole(1, LAST_PAGE),
}


class ReportForm(ParameterForm):
    """Reads {parameter: [values]}: `query` when `is_valid()`, else `errors_list`.

    `values` are the values read; an error is told of "buyer" or "year" when nobody named it.
    """

    def __init__(
        self, data: MultiValueDict[str, str], known: Mapping[str, Parse] = REPORT
    ) -> None:
        super().__init__(data, {name: (parse, False) for name, parse in known.items()})

    @property
    def query(self) -> SpaserQuery:
        asked = {name: value for name, value in self.values.items() if name in REPORT}
        return SpaserQuery(**({"as_of": timezone.localdate()} | asked))

    def check_together(self) -> None:
        wrong = {name for name, _message in self.errors_list}
        for name, message in (
            ("buyer", _("Il manque l’acheteur\u00a0: son SIRET, ou son SIREN.")),
            ("year", _("Il manque l’année.")),
        ):
            if name not in self.values and name not in wrong:
                self.refuse(name, message)
        self._check_year()
        self._check_list()

    def _check_year(self) -> None:
        as_of = self.values.get("as_of", timezone.localdate())
        if self.values.get("year", 0) > as_of.year:
            self.refuse(
                "year",
                _("L’année %(year)d commence après le jour de l’arrêté, le %(day)s.")
                % {"year": self.values["year"], "day": as_of.strftime("%d/%m/%Y")},
            )

    def _check_list(self) -> None:
        """A number of a figure is asked by its indicator and its answer, together."""
        if {"figure", "answer", "reason"} & {name for name, _message in self.errors_list}:
            return
        answer = self.values.get("answer", EXCLUDED)
        if answer != EXCLUDED and "figure" not in self.values:
            self.refuse(
                "answer",
                _("Une réponse demande un indicateur\u00a0: ajoutez «\u00a0figure\u00a0»."),
            )
        if answer == EXCLUDED and "figure" in self.values:
            self.refuse(
                "figure",
                _("Un indicateur demande une réponse\u00a0: ajoutez «\u00a0answer\u00a0»."),
            )
        if answer != EXCLUDED and "reason" in self.values:
            self.refuse("reason", _("Une raison concerne les marchés laissés de côté."))
