"""What a forecast must say: closed lists for a draft, completeness to publish.

Errors are {field of Notice: [French sentences]}, all at once.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from reference import cpv, territory
from reference.models import Commune
from search.parameters import nearest
from tenders.forecast_enums import (
    Category,
    PlannedEnvironmental,
    PlannedSocial,
    Precision,
    Reserved,
)
from tenders.models import Notice

Errors = dict[str, list[str]]
_Found = Iterator[tuple[str, str]]
#: A budget further than that is a slip of the keyboard.
_FURTHEST = 10


def draft_errors(notice: Notice) -> Errors:
    """Return what is wrong in what is written, however little it is."""
    return _gather(_wrong_codes(notice), _wrong_choices(notice), _wrong_form(notice))


def publication_errors(notice: Notice, *, today: date) -> Errors:
    """Return everything that keeps a notice from being published today."""
    return _gather(
        _wrong_codes(notice),
        _wrong_choices(notice),
        _wrong_form(notice),
        _missing(notice),
        _wrong_dates(notice, today),
    )


def _gather(*found: _Found) -> Errors:
    errors: Errors = {}
    for field, message in (pair for pairs in found for pair in pairs):
        errors.setdefault(field, []).append(message)
    return errors


def _wrong_codes(notice: Notice) -> _Found:
    for field, codes in (("cpv", [notice.cpv]), ("cpv_additional", notice.cpv_additional)):
        for code in filter(None, codes):
            if not cpv.label(code):
                yield field, unknown_cpv(code)
    known = set(Commune.objects.filter(code__in=notice.communes).values_list("code", flat=True))
    for code in notice.communes:
        if code not in known:
            yield "communes", unknown_commune(code)


def unknown_cpv(code: str) -> str:
    """Say that a code does not exist, with the nearest one and its label."""
    near = cpv.nearest(code)
    return _(
        "«\u00a0%(code)s\u00a0» n’est pas un code CPV connu. Le plus proche est %(near)s "
        "%(label)s."
    ) % {"code": code[:60], "near": near, "label": cpv.label(near)}


def unknown_commune(text: str) -> str:
    """Say that a place does not exist, with the nearest commune."""
    if text[:1].isdigit():
        code = nearest(text, sorted(territory.get_territory().commune_codes))
        found = list(Commune.objects.filter(code=code))
    else:
        found = territory.nearest_communes(text, limit=1)
    message = _("«\u00a0%(text)s\u00a0» n’est pas une commune connue.") % {"text": text[:60]}
    near = [
        _("La plus proche est %(code)s %(name)s.") % {"code": place.code, "name": place.name}
        for place in found
    ]
    return " ".join([message, *near])


def _wrong_choices(notice: Notice) -> _Found:
    closed: tuple[tuple[str, Iterable[str], type[TextChoices]], ...] = (
        ("category", [notice.category], Category),
        ("planned_precision", [notice.planned_precision], Precision),
        ("social", notice.social, PlannedSocial),
        ("environmental", notice.environmental, PlannedEnvironmental),
        ("reserved", [notice.reserved], Reserved),
    )
    for field, values, known in closed:
        for value in filter(None, values):
            if value not in known.values:
                yield (
                    field,
                    _("«\u00a0%(value)s\u00a0» n’est pas une valeur de la liste.")
                    % {"value": value[:60]},
                )
    for field in ("social", "environmental"):
        alone = {"none", "undecided"} & set(getattr(notice, field))
        if alone and len(getattr(notice, field)) > 1:
            yield (
                field,
                _(
                    "Une considération envisagée ne va pas avec «\u00a0pas de considération"
                    "\u00a0» ou «\u00a0à l’étude\u00a0»\u00a0: gardez l’une ou l’autre."
                ),
            )


def _wrong_form(notice: Notice) -> _Found:
    for field, most in (("title", 200), ("description", 5_000), ("contact_service", 150)):
        if len(getattr(notice, field)) > most:
            yield field, _("%(most)d caractères au plus.") % {"most": most}
    if notice.planned_quarter not in (None, 1, 2, 3, 4):
        yield "planned_quarter", _("Le trimestre se donne de 1 à 4.")
    if notice.contact_email and not _is_email(notice.contact_email):
        yield "contact_email", _("Cette adresse de courriel n’est pas bien écrite.")
    low, high = notice.value_min, notice.value_max
    if low is not None and high is not None and low > high:
        yield "value_min", _("Le montant minimal dépasse le montant maximal.")
    if notice.is_value_undisclosed and (low is not None or high is not None):
        yield "value_min", _("Un montant non communiqué n’a pas de tranche\u00a0: choisissez.")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _missing(notice: Notice) -> _Found:
    asked: tuple[tuple[str, Any, str], ...] = (
        ("title", notice.title.strip(), _("Donnez un intitulé.")),
        ("description", notice.description.strip(), _("Décrivez l’achat en quelques phrases.")),
        ("category", notice.category, _("Choisissez travaux, services ou fournitures.")),
        ("cpv", notice.cpv, _("Donnez le code CPV principal, par exemple 45261000.")),
        ("planned_year", notice.planned_year, _("Donnez l’année de lancement.")),
        ("planned_quarter", notice.planned_quarter, _("Donnez le trimestre de lancement.")),
        ("budget_year", notice.budget_year, _("Donnez l’année budgétaire.")),
        ("contact_service", notice.contact_service.strip(), _("Donnez le service à contacter.")),
        (
            "contact_email",
            notice.contact_email,
            _("Donnez la boîte fonctionnelle du service, pas celle d’une personne."),
        ),
    )
    for field, value, message in asked:
        if not value:
            yield field, message
    said = (notice.is_value_undisclosed, notice.value_min, notice.value_max)
    if said == (False, None, None):
        yield "value_min", _("Choisissez une tranche de montant, ou «\u00a0non communiqué\u00a0».")


def _wrong_dates(notice: Notice, today: date) -> _Found:
    year, quarter = notice.planned_year, notice.planned_quarter
    if year and quarter and (year, quarter) < (today.year, (today.month + 2) // 3):
        yield (
            "planned_quarter",
            _("Le trimestre de lancement est déjà passé\u00a0: donnez le nouveau."),
        )
    for field, value in (("planned_year", year), ("budget_year", notice.budget_year)):
        if value and value > today.year + _FURTHEST:
            yield field, _("%(year)d est trop loin\u00a0: vérifiez l’année.") % {"year": value}
    if notice.budget_year and notice.budget_year < today.year:
        yield (
            "budget_year",
            _("L’année budgétaire %(year)d est passée\u00a0: donnez %(now)d ou plus tard.")
            % {"year": notice.budget_year, "now": today.year},
        )
