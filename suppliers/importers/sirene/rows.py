"""What SIRENE says of a company and of an establishment, as the directory stores it.

The fields are those of the models, under their column names: a row read from the database and
one read from a file compare by `==`, which is how a second import knows it has nothing to write.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TypeVar

from suppliers.enums import Diffusion, Size


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A legal unit. `is_active` is False when it ceased and when SIRENE may not show it."""

    siren: str
    name: str = ""
    other_names: str = ""
    diffusion: str = Diffusion.PUBLIC.value
    legal_category: str = ""
    naf: str = ""
    naf_nomenclature: str = ""
    naf_2025: str = ""
    staff_bracket: str = ""
    staff_year: int | None = None
    category: str = ""
    size: str = Size.UNKNOWN.value
    is_ess: bool | None = None
    is_mission: bool | None = None
    is_active: bool = True
    created_on: date | None = None
    in_directory: bool = False
    #: « DURAND MARIE »: shown when no establishment has a trade name; not stored apart.
    person_name: str = field(default="", compare=False)

    def masked(self) -> "CompanyRow":
        """Return what partial diffusion lets be kept: the number and the activity."""
        return CompanyRow(
            siren=self.siren,
            diffusion=Diffusion.PARTIAL.value,
            naf=self.naf,
            naf_nomenclature=self.naf_nomenclature,
            naf_2025=self.naf_2025,
            is_active=self.is_active,
        )

    def withdrawn(self) -> "CompanyRow":
        """Return the row of a company that SIRENE may not show at all."""
        return replace(self.masked(), is_active=False)

    def named(self, places: Iterable["EstablishmentRow"]) -> "CompanyRow":
        """Return the row with a name: its own, else a trade name (the seat's first), else
        that of the person."""
        if self.name:
            return self
        ordered = sorted(places, key=lambda place: (not place.is_seat, place.siret))
        trade = (p.trade_names.partition("\n")[0] for p in ordered if p.is_active)
        return replace(self, name=next(filter(None, trade), self.person_name))


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    """An establishment. `is_active` is False when it closed and when SIRENE may not show it."""

    siret: str
    company_id: str
    is_seat: bool = False
    is_active: bool = True
    diffusion: str = Diffusion.PUBLIC.value
    trade_names: str = ""
    address: str = ""
    postcode: str = ""
    commune_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    naf: str = ""
    naf_nomenclature: str = ""
    naf_2025: str = ""
    staff_bracket: str = ""
    created_on: date | None = None

    def masked(self) -> "EstablishmentRow":
        """Return what partial diffusion lets be kept: the number, the activity, the commune."""
        return EstablishmentRow(
            siret=self.siret,
            company_id=self.company_id,
            is_seat=self.is_seat,
            is_active=self.is_active,
            diffusion=Diffusion.PARTIAL.value,
            commune_id=self.commune_id,
            naf=self.naf,
            naf_nomenclature=self.naf_nomenclature,
            naf_2025=self.naf_2025,
        )

    def withdrawn(self) -> "EstablishmentRow":
        """Return the row of an establishment that SIRENE may not show at all."""
        return replace(self.masked(), is_active=False)


Row = TypeVar("Row", CompanyRow, EstablishmentRow)


def as_diffused(row: Row, status: str) -> Row:
    """Return what may be kept of `row`: O all of it, P no name nor address, else nothing."""
    if status == Diffusion.PUBLIC:
        return row
    return row.masked() if status == Diffusion.PARTIAL else row.withdrawn()


def _stored(kind: type[CompanyRow] | type[EstablishmentRow]) -> tuple[str, ...]:
    return tuple(column.name for column in fields(kind) if column.compare)


COMPANY_FIELDS = _stored(CompanyRow)
ESTABLISHMENT_FIELDS = _stored(EstablishmentRow)
