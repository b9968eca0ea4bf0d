"""Compares what SIRENE says with the directory: what would be written, and how it counts.

Reads only: the dry run, the safeguards and the real run all follow from the same plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from suppliers.enums import Diffusion
from suppliers.importers.sirene.rows import (
    COMPANY_FIELDS,
    ESTABLISHMENT_FIELDS,
    CompanyRow,
    EstablishmentRow,
)
from suppliers.models import Company, Establishment

Places = dict[str, EstablishmentRow]


@dataclass(frozen=True)
class Scope:
    """How much the files say: a whole stock also says what is no more, by its silence."""

    territory: frozenset[str]
    all_units: bool = False
    all_establishments: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What the files say of one SIREN; `company` is None when they do not give the unit."""

    siren: str
    company: CompanyRow | None
    establishments: tuple[EstablishmentRow, ...]


@dataclass
class Counts:
    """Companies, each with its establishments.

    `kept` are in the directory afterwards: created, updated but not closed, and unchanged.
    `closed` left the directory; `masked` were hidden by this run; `waiting` could not be
    created because the files do not give their legal unit.
    """

    kept: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0
    masked: int = 0
    waiting: int = 0

    @property
    def written(self) -> int:
        return self.created + self.updated

    def add(self, other: "Counts") -> None:
        for column in fields(self):
            name = column.name
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written for one company; `company` is None when only places differ."""

    siren: str
    company: CompanyRow | None
    establishments: tuple[EstablishmentRow, ...]


@dataclass
class Plan:
    """The changes of a batch, and its counts."""

    changes: list[Change] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


@dataclass(slots=True)
class _Known:
    """What the directory holds of one company."""

    company: CompanyRow | None = None
    places: Places = field(default_factory=dict)


def plan(groups: Sequence[Group], scope: Scope) -> Plan:
    """Return what `groups` change in the directory, in two queries."""
    known = _read([group.siren for group in groups])
    result = Plan()
    for group in groups:
        _plan_one(group, known.get(group.siren, _Known()), scope, result)
    return result


def _read(sirens: Iterable[str]) -> dict[str, _Known]:
    wanted = list(sirens)
    companies = Company.objects.filter(siren__in=wanted).values_list(*COMPANY_FIELDS)
    known = {row[0]: _Known(CompanyRow(*row)) for row in companies}
    places = Establishment.objects.filter(company_id__in=wanted)
    for values in places.values_list(*ESTABLISHMENT_FIELDS):
        place = EstablishmentRow(*values)
        known[place.company_id].places[place.siret] = place
    return known


def _plan_one(group: Group, known: _Known, scope: Scope, result: Plan) -> None:
    company = group.company or known.company
    places = _places_after(group, known, scope)
    if company is None:
        result.counts.waiting += any(_is_local(place, scope) for place in places.values())
        return
    if company.diffusion == Diffusion.PARTIAL:
        places = {siret: place.masked() for siret, place in places.items()}
    company = _company_after(company, group, places, scope)
    if known.company is None and not company.in_directory:
        return
    change = _difference(company, places, known)
    if change:
        result.changes.append(change)
    _count(company, known.company, bool(change), result.counts)


def _places_after(group: Group, known: _Known, scope: Scope) -> Places:
    """The establishments as they will stand: new ones only where the directory wants them."""
    said = {
        place.siret: place
        for place in group.establishments
        if place.siret in known.places or _is_local(place, scope)
    }
    unsaid = {siret: place for siret, place in known.places.items() if siret not in said}
    if scope.all_establishments:
        unsaid = {siret: replace(place, is_active=False) for siret, place in unsaid.items()}
    return unsaid | said


def _is_local(place: EstablishmentRow, scope: Scope) -> bool:
    return place.is_active and place.commune_id in scope.territory


def _company_after(company: CompanyRow, group: Group, places: Places, scope: Scope) -> CompanyRow:
    if group.company is not None and company.diffusion == Diffusion.PUBLIC:
        company = company.named(places.values())
    left_the_register = scope.all_units and group.company is None
    listed = (
        company.is_active
        and not left_the_register
        and any(_is_local(place, scope) for place in places.values())
    )
    return replace(company, in_directory=listed)


def _difference(company: CompanyRow, places: Places, known: _Known) -> Change | None:
    changed = tuple(place for siret, place in places.items() if place != known.places.get(siret))
    if company == known.company and not changed:
        return None
    return Change(company.siren, None if company == known.company else company, changed)


def _count(after: CompanyRow, before: CompanyRow | None, changed: bool, counts: Counts) -> None:
    counts.kept += after.in_directory
    if before is None:
        counts.created += 1
    elif changed:
        counts.updated += 1
    else:
        counts.unchanged += after.in_directory
    if before is not None and before.in_directory and not after.in_directory:
        counts.closed += 1
    was_public = before is None or before.diffusion == Diffusion.PUBLIC
    counts.masked += was_public and after.diffusion == Diffusion.PARTIAL
