"""How a forecast is said in words: dates, amounts, codes with their labels, differences, reasons.

Values are those of `tenders.content`; `names` gives the names of the communes by their codes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reference import cpv
from suppliers.wording import short_name
from tenders.forecast_enums import (
    FURTHEST_HORIZON,
    Category,
    CriterionKind,
    Horizon,
    PlannedEnvironmental,
    PlannedSocial,
    Reserved,
)
from tenders.matching import TOLD
from tenders.models import Subscription

Names = Mapping[str, str]
_LABELS = {
    "title": gettext_lazy("Intitulé"),
    "category": gettext_lazy("Catégorie"),
    "cpv": gettext_lazy("Code CPV principal"),
    "cpv_additional": gettext_lazy("Autres codes CPV"),
    "planned": gettext_lazy("Lancement prévu"),
    "value": gettext_lazy("Montant hors taxes"),
    "communes": gettext_lazy("Communes"),
    "budget_year": gettext_lazy("Année budgétaire"),
    "social": gettext_lazy("Considérations sociales"),
    "environmental": gettext_lazy("Considérations environnementales"),
    "reserved": gettext_lazy("Réservation"),
    "contact": gettext_lazy("Contact"),
}

#: What the page of a forecast lists, in its order.
FACTS = (
    "category", "cpv", "cpv_additional", "planned", "value", "budget_year", "communes", "social",
    "environmental", "reserved", "contact",
)  # fmt: skip


def quarter(year: int, number: int) -> str:
    """« 2e trimestre 2027 »."""
    return (
        _("1er trimestre %(year)d"),
        _("2e trimestre %(year)d"),
        _("3e trimestre %(year)d"),
        _("4e trimestre %(year)d"),
    )[number - 1] % {"year": year}


def quarter_mark(number: int) -> str:
    """« T2 »."""
    return _("T%(quarter)d") % {"quarter": number}


def cpv_code(code: str) -> str:
    """A code, or the beginning of one, with its label: « 45261 Travaux de couverture »."""
    label = cpv.label(code.ljust(8, "0"), get_language() or "fr")
    return f"{code} {label}".strip()


def amount(value: Mapping[str, Any]) -> str:
    """« 216 000 à 1 000 000 € »."""
    low, high = (_euros(value[end]) for end in ("min", "max"))
    if low and high:
        return _("%(low)s à %(high)s\u00a0€") % {"low": low, "high": high}
    if high:
        return _("moins de %(high)s\u00a0€") % {"high": high}
    return _("plus de %(low)s\u00a0€") % {"low": low} if low else _("non communiqué")


def _euros(cents: int | None) -> str:
    return number_format(cents // 100, use_l10n=True, force_grouping=True) if cents else ""


def horizon(years: int) -> str:
    """How far the budget was from the publication: « N-1 »."""
    if years > FURTHEST_HORIZON:
        return _("au-delà de N-2")
    return f"N-{years}" if years else _("budget de l’année")


def label(field: str) -> str:
    return str(_LABELS[field])


def said(field: str, value: Any, names: Names) -> list[str]:
    """What a field of a forecast holds, in words; [] = nothing was said."""
    return [text for text in _SAYERS[field](value, names) if text]


def _choices(known: type[TextChoices]) -> Callable[[Any, Names], Iterable[str]]:
    def say(value: Any, names: Names) -> Iterable[str]:
        values = [value] if isinstance(value, str) else value
        return [str(known(one).label) for one in values if one]

    return say


def places(codes: Iterable[str], names: Names) -> list[str]:
    """The names of communes; none stands for the whole territory."""
    found = sorted(short_name(names.get(code, code)) for code in codes)
    return found or [_("Tout le territoire")]


_SAYERS: dict[str, Callable[[Any, Names], Iterable[str]]] = {
    "title": lambda value, names: [value],
    "category": _choices(Category),
    "cpv": lambda value, names: [cpv_code(value)],
    "cpv_additional": lambda value, names: [cpv_code(code) for code in value],
    "planned": lambda value, names: [quarter(value["year"], value["quarter"])],
    "value": lambda value, names: [amount(value)],
    "communes": places,
    "budget_year": lambda value, names: [str(value)],
    "social": _choices(PlannedSocial),
    "environmental": _choices(PlannedEnvironmental),
    "reserved": _choices(Reserved),
    "contact": lambda value, names: [value["service"], value["email"]],
}


def change(difference: Mapping[str, Any], names: Names) -> str:
    """A difference between two versions: « Le trimestre passe de T2 à T3 2027 »."""
    field, before, after = (difference[key] for key in ("field", "before", "after"))
    if field == "planned":
        return _quarter_moves(before, after)
    if field == "description":
        return _("La description est modifiée")
    then, now = (", ".join(said(field, value, names)) for value in (before, after))
    return _("%(field)s\u00a0: «\u00a0%(then)s\u00a0» devient «\u00a0%(now)s\u00a0»") % {
        "field": label(field),
        "then": then or _("non précisé"),
        "now": now or _("non précisé"),
    }


def _quarter_moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    then, now = quarter_mark(before["quarter"]), quarter_mark(after["quarter"])
    if before["year"] != after["year"]:
        then = f"{then} {before['year']}"
    return _("Le trimestre passe de %(then)s à %(now)s") % {
        "then": then,
        "now": f"{now} {after['year']}",
    }


def criteria(why: Iterable[Mapping[str, str]], names: Names) -> str:
    """What somebody follows: « 45261 Travaux de couverture, à Aubagne »."""
    by_kind: dict[str, list[str]] = {}
    for criterion in why:
        by_kind.setdefault(criterion["kind"], []).append(criterion["value"])
    trade = [cpv_code(code) for code in by_kind.get(CriterionKind.CPV, [])]
    trade += [_quoted(words) for words in by_kind.get(CriterionKind.WORDS, [])]
    what = ", ".join(trade) or _("toutes les prévisions")
    if communes := by_kind.get(CriterionKind.COMMUNE):
        where = ", ".join(places(communes, names))
        what = _("%(what)s, à %(where)s") % {"what": what, "where": where}
    if horizons := by_kind.get(CriterionKind.HORIZON):
        what = ", ".join([what, *(str(Horizon(value).label) for value in horizons)])
    return what


def _quoted(words: str) -> str:
    return _("«\u00a0%(words)s\u00a0»") % {"words": words}


def reason(why: Iterable[Mapping[str, str]], names: Names) -> str:
    """Why somebody is told of a forecast, as a sentence."""
    why = list(why)
    if any(one["kind"] == TOLD for one in why):
        return _("Parce que nous vous avons déjà annoncé cette prévision.")
    return _("Parce que vous suivez %(criteria)s.") % {"criteria": criteria(why, names)}


def followed(subscription: Subscription, names: Names) -> list[tuple[str, list[str]]]:
    """What a subscription asks, as (label, words), what it does not ask said so."""
    trades = [_quoted(line) for line in subscription.words.splitlines()]
    trades += [cpv_code(prefix) for prefix in subscription.cpv]
    horizons = [str(Horizon(value).label) for value in subscription.horizons]
    return [
        (_("Métiers"), trades or [_("Tous les métiers")]),
        (_("Communes"), places(subscription.communes, names)),
        (_("Budget"), horizons or [_("Tous les budgets")]),
    ]
