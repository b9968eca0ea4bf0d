"""The page where a buyer and a year are chosen, and where what could not be read is said."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Buyer
from reference.identifiers import strip_separators
from search.listing import Mistake, address
from spaser.enums import Policy, Scope
from spaser.forms import ReportForm
from tenders.models import Contract

_MOST_BUYERS = 50
_FIRST_YEAR = 2019  # the first whole year of published contracts
_FIELDS = {
    "buyer": gettext_lazy("Acheteur"),
    "year": gettext_lazy("Année"),
    "scope": gettext_lazy("Périmètre"),
    "policy": gettext_lazy("Marchés subséquents"),
    "as_of": gettext_lazy("Arrêté au"),
}


@dataclass(frozen=True)
class BuyerChoice:
    """A buyer whose contracts are known, and (year, contracts, address) of each year."""

    buyer: Buyer
    years: tuple[tuple[int, int, str], ...]


def form_context(params: QueryDict) -> dict[str, Any]:
    """What the form of a report shows, filled as it was sent."""
    return {
        "params": params,
        "year_chosen": params.get("year") or str(timezone.localdate().year - 1),
        "years": _years(params.get("year", "")),
        "scopes": Scope.choices,
        "policies": Policy.choices,
        "has_options": any(
            params.get(n) for n in ("scope", "policy", "strict", "concessions", "as_of")
        ),
    }


def choice_context(params: QueryDict, form: ReportForm | None, *, unknown: bool) -> dict[str, Any]:
    """Return the page's context, its `status` apart; `unknown` = no buyer has the number asked."""
    words = params.get("buyer", "").strip()
    named = bool(words) and not strip_separators(words).isdigit()
    found = list(_buyers(words if named else "", params))
    errors = [] if form is None else form.errors_list
    if named and found:
        errors = [(name, said) for name, said in errors if name != "buyer"]
    elif named:
        errors = [
            (name, _no_such_name(words) if name == "buyer" else said) for name, said in errors
        ]
    elif unknown:
        errors = [("buyer", _("Aucun acheteur connu ne porte ce numéro."))]
    return form_context(params) | {
        "h1": _("La part sociale et environnementale des achats"),
        "lead": _(
            "Pour chaque acheteur et chaque année, la part des marchés qui portent une "
            "considération sociale ou environnementale, et les marchés derrière chaque chiffre."
        ),
        "mistakes": [_mistake(name, said, params) for name, said in errors],
        "wrong": dict(errors),
        "choices": found or list(_buyers("", params)),
        "searched": words if named and found else "",
        "status": _status(errors, unknown=unknown),
    }


def _status(errors: Iterable[tuple[str, str]], *, unknown: bool) -> HTTPStatus:
    if unknown:
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK


def _no_such_name(words: str) -> str:
    return _("Aucun acheteur connu ne s’appelle «\u00a0%(words)s\u00a0».") % {"words": words[:60]}


def _mistake(name: str, message: str, params: QueryDict) -> Mistake:
    return Mistake(
        name=name,
        message=message,
        field=str(_FIELDS.get(name, "")),
        instead=(),
        href=address(params, **{name: None}),
    )


def _buyers(words: str, params: QueryDict) -> Iterator[BuyerChoice]:
    """Buyers with known contracts, by name, and their latest years."""
    with_contracts = Exists(Contract.objects.filter(buyer=OuterRef("pk")))
    buyers = Buyer.objects.filter(with_contracts, name__icontains=words)[:_MOST_BUYERS]
    counts = (
        Contract.objects.filter(
            buyer__in=[buyer.pk for buyer in buyers], notified_on__isnull=False
        )
        .order_by("-notified_on__year")
        .values_list("buyer", "notified_on__year")
        .annotate(Count("pk"))
    )
    years = defaultdict(list)
    for key, year, number in counts:
        years[key].append((year, number))
    for buyer in buyers:
        yield BuyerChoice(
            buyer,
            tuple(
                (year, number, address(params, buyer=buyer.siret, year=str(year)))
                for year, number in years[buyer.pk]
            ),
        )


def _years(asked: str) -> list[str]:
    """The years of the form; one that stands in the address is added."""
    known = [str(year) for year in range(timezone.localdate().year, _FIRST_YEAR - 1, -1)]
    return known if asked in {"", *known} else [asked[:10], *known]
