"""The one reading of a report's parameters, for pages, files and the command.

Every error is told, all at once, with the nearest valid name or value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reference.identifiers import strip_separators
from search.parameters import BadValue, nearest
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


class ReportForm:
    """Reads {parameter: [values]}: `query` when `is_valid()`, else `errors_list`.

    `values` are the values read; `errors_list` is (parameter, message), "" for what nobody named.
    """

    def __init__(
        self, data: Mapping[str, Sequence[str]], known: Mapping[str, Parse] = REPORT
    ) -> None:
        self.errors_list: list[tuple[str, str]] = []
        self.values: dict[str, Any] = {}
        self._known = known
        for name, texts in data.items():
            self._read(name, [text.replace("\0", "").strip() for text in texts])
        self._check_together()

    def is_valid(self) -> bool:
        return not self.errors_list

    @property
    def query(self) -> SpaserQuery:
        asked = {name: value for name, value in self.values.items() if name in REPORT}
        return SpaserQuery(**({"as_of": timezone.localdate()} | asked))

    def _read(self, name: str, given: list[str]) -> None:
        given = [text for text in given if text]
        if name not in self._known:
            self._refuse(name, _unknown(name, self._known))
        elif len(set(given)) > 1:
            once = _("«\u00a0%(name)s\u00a0» ne se donne qu’une fois.")
            self._refuse(name, once % {"name": name})
        elif given:
            try:
                self.values[name] = self._known[name](given[0])
            except BadValue as error:
                self._refuse(name, str(error))

    def _check_together(self) -> None:
        wrong = {name for name, _message in self.errors_list}
        for name, message in (
            ("buyer", _("Il manque l’acheteur\u00a0: son SIRET, ou son SIREN.")),
            ("year", _("Il manque l’année.")),
        ):
            if name not in self.values and name not in wrong:
                self._refuse(name, message)
        as_of = self.values.get("as_of", timezone.localdate())
        if self.values.get("year", 0) > as_of.year:
            self._refuse(
                "year",
                _("L’année %(year)d commence après le jour de l’arrêté, le %(day)s.")
                % {"year": self.values["year"], "day": as_of.strftime("%d/%m/%Y")},
            )

    def _refuse(self, name: str, message: str) -> None:
        self.errors_list.append((name, message))


def _unknown(name: str, known: Iterable[str]) -> str:
    message = _("Le paramètre «\u00a0%(name)s\u00a0» n’existe pas.") % {"name": name[:60]}
    near = nearest(name, known)
    if not near:
        return message
    return f"{message} " + _("Vouliez-vous dire «\u00a0%(known)s\u00a0»\u202f?") % {"known": near}
