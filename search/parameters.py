"""Reads the parameters of a search, the same for a page and for the API.

A form names its parameters and how each value is read. Every error is told, all at once, with
the nearest valid name or value: a mistyped filter never filters nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rapidfuzz import process

from reference import cpv, territory

#: Parameter -> (how one value is read, whether several may be given).
Parameters = Mapping[str, tuple[Callable[[str], Any], bool]]
_MOST_LETTERS = 300
_MOST_VALUES = 100


class BadValue(ValueError):
    """A value that cannot be read; its words are for the user."""


class ParameterForm:
    """Reads {parameter: [texts]} into `values`; `errors_list` holds (parameter, message)."""

    def __init__(self, data: MultiValueDict[str, str], parameters: Parameters) -> None:
        self.data = data
        self.parameters = parameters
        self.errors_list: list[tuple[str, str]] = []
        self.values: dict[str, Any] = {}
        self._read()

    def is_valid(self) -> bool:
        return not self.errors_list

    def errors_by_name(self) -> dict[str, list[str]]:
        """Return the errors as REST framework likes them: {parameter: [message]}."""
        found: dict[str, list[str]] = {}
        for name, message in self.errors_list:
            found.setdefault(name, []).append(message)
        return found

    def _read(self) -> None:
        for name in self.data:
            given = [text.replace("\0", "").strip() for text in self.data.getlist(name)]
            given = [text for text in given if text]
            if name not in self.parameters:
                self.refuse(name, _unknown_name(name, self.parameters))
            elif given:
                self._read_one(name, given)
        self.check_together()

    def _read_one(self, name: str, given: list[str]) -> None:
        parse, many = self.parameters[name]
        try:
            if not many and len(set(given)) > 1:
                raise BadValue(
                    _("«\u00a0%(name)s\u00a0» ne se donne qu’une fois.") % {"name": name}
                )
            if len(given) > _MOST_VALUES:
                raise BadValue(
                    _(
                        "«\u00a0%(name)s\u00a0» a plus de %(most)d valeurs\u00a0: gardez les plus "
                        "utiles."
                    )
                    % {"name": name, "most": _MOST_VALUES}
                )
            parsed = [parse(text) for text in given]
        except BadValue as error:
            self.refuse(name, str(error))
        else:
            self.values[name] = tuple(dict.fromkeys(parsed)) if many else parsed[0]

    def check_together(self) -> None:
        """Refuse what parameters say together; for a form to write."""

    def refuse(self, name: str, message: str) -> None:
        """Note an error; `message` is for the user."""
        self.errors_list.append((name, message))


def nearest(text: str, known: Iterable[str]) -> str:
    """Return the known value nearest to `text` ("" when none looks like it)."""
    found = process.extractOne(text.lower(), list(known), score_cutoff=50)
    return found[0] if found else ""


def _unknown_name(name: str, known_names: Iterable[str]) -> str:
    known = nearest(name, known_names)
    message = _("Le paramètre «\u00a0%(name)s\u00a0» n’existe pas.") % {"name": name[:60]}
    return f"{message} {_did_you_mean(known)}".strip()


def _did_you_mean(known: str) -> str:
    return (
        _("Vouliez-vous dire «\u00a0%(known)s\u00a0»\u202f?") % {"known": known} if known else ""
    )


def not_a_value(text: str, known: str = "") -> BadValue:
    """Return the error that names the nearest valid value."""
    message = _("«\u00a0%(text)s\u00a0» n’est pas une valeur connue.") % {"text": text[:60]}
    return BadValue(f"{message} {_did_you_mean(known)}".strip())


def words_of(text: str) -> str:
    """Read what is typed in a search box."""
    if len(text) > _MOST_LETTERS:
        raise BadValue(
            _("La recherche dépasse %(most)d caractères\u00a0: gardez les mots utiles.")
            % {"most": _MOST_LETTERS}
        )
    return text


def whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """Return the reader of a whole number between two bounds."""

    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10:
            number = int(text)
            if number >= lowest and (highest is None or number <= highest):
                return number
        most = _(" et %(highest)d au plus") % {"highest": highest} if highest else ""
        raise BadValue(
            _(
                "«\u00a0%(text)s\u00a0»\u00a0: écrivez un nombre entier, %(lowest)d au "
                "moins%(most)s."
            )
            % {"text": text[:60], "lowest": lowest, "most": most}
        )

    return parse


def commune_code(text: str) -> str:
    """Read a commune by its INSEE code, its name or its postcode."""
    commune = territory.find_commune(text)
    if commune is None:
        found = [near.code for near in territory.nearest_communes(text, limit=1)]
        raise not_a_value(text, found[0] if found else "")
    return str(commune.code)


def in_table(model: Any, field: str) -> Callable[[str], str]:
    """Return the reader of a code that a table knows."""

    def parse(text: str) -> str:
        known = text.upper()
        if not model.objects.filter(**{field: known}).exists():
            values = model.objects.values_list(field, flat=True).distinct()
            raise not_a_value(text, nearest(text, values))
        return known

    return parse


def cpv_prefix(text: str) -> str:
    """Read a CPV code or the beginning of one, as `reference.cpv.prefix_of` writes it."""
    try:
        prefix = cpv.prefix_of(text)
    except cpv.InvalidCpv as error:
        raise BadValue(str(error)) from error
    if not cpv.matching_codes(prefix):
        raise not_a_value(text, cpv.nearest(text))
    return prefix


def choice(known: Iterable[str]) -> Callable[[str], str]:
    """Return the reader of a closed list, whatever the case."""
    values = tuple(known)

    def parse(text: str) -> str:
        if text.lower() not in values:
            raise not_a_value(text, nearest(text, values))
        return text.lower()

    return parse
