"""Puts invented companies together, one by one, the same ones for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from marketplace.demo.establishments import Establishments
from marketplace.demo.labels import Labels
from marketplace.demo.names import Names, acronym
from marketplace.demo.numbers import sirens
from marketplace.demo.offers import Offers, Trade, trade_of, trades
from marketplace.demo.places import Places, Spot
from marketplace.demo.volumes import (
    REFERENCE_DAY,
    SOLE_TRADER,
    Sector,
    Staff,
    apportion,
    mean,
    sectors,
)
from marketplace.demo.words import Words
from reference.enums import NafLevel, Nomenclature
from reference.models import NafCode
from reference.territory import get_territory
from suppliers.enums import Diffusion
from suppliers.models import Company, Establishment, Label, Profile
from suppliers.sizes import company_size

_MASKED = 0.06
#: The share that has a sign of its own, by form.
_SIGNED = {"shop": 0.5, "craft": 0.15, "property": 0.0, "holding": 0.0}
_SIGNED_OTHERS = 0.08
_SILENT = ("property", "holding")  # forms that have nothing to offer a buyer
_SOLE_WITH_SIGN = 0.42
_ACRONYM = 0.12
_COOPERATIVES = ("5458", "5460", "6316")


@dataclass
class Entry:
    """A company with all that stands beside it."""

    company: Company
    establishments: list[Establishment] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    profile: Profile | None = None


class Maker:
    """Makes companies of the territory of the settings; `random.Random(seed)` decides it all."""

    def __init__(self, seed: int) -> None:
        self._rng = rng = random.Random(seed)  # noqa: S311, nothing here is secret
        words = Words()
        self._sectors = sectors(_sub_classes())
        self._trades = trades()
        self._places = Places(rng, get_territory(), words)
        self._names = Names(rng, words, self._places.names)
        self._staff = Staff(self._sectors)
        self._labels = Labels(rng)
        self._masked = _MASKED / mean(self._sectors, lambda s: s.form.legal.share(SOLE_TRADER))
        silent = mean(self._sectors, lambda s: s.form.name in _SILENT)
        self._offers = Offers(rng, words, self._places, 1 - silent - _MASKED)
        employers = mean(self._sectors, lambda s: s.form.employers)
        self._establishments = Establishments(rng, self._places, employers)

    @property
    def spots(self) -> list[Spot]:
        """The places of the territory."""
        return self._places.spots

    def make(self, count: int) -> Iterator[Entry]:
        """Yield `count` companies by SIREN, each activity as often as its weight says."""
        chosen = apportion(self._sectors, count)
        self._rng.shuffle(chosen)
        for siren, sector in zip(sirens(self._rng, count), chosen, strict=True):
            yield self._entry(siren, sector)

    def _entry(self, siren: str, sector: Sector) -> Entry:
        company, spot = self._company(siren, sector), self._places.pick(sector.naf)
        entry = Entry(company, self._establishments.of(company, spot))
        if company.legal_category == SOLE_TRADER and self._rng.random() < self._masked:
            _mask(entry)
        else:
            trade = trade_of(sector.naf, self._trades)
            self._name(entry, sector, trade, spot.of_name)
            if sector.form.name not in _SILENT:
                entry.profile = self._offers.profile(company, trade, spot)
        entry.labels = list(self._labels.of(company))
        return entry

    def _company(self, siren: str, sector: Sector) -> Company:
        rng = self._rng
        legal = sector.form.legal.pick(rng)
        bracket, category = self._staff.pick(rng, sector.form, legal)
        return Company(
            siren=siren,
            legal_category=legal,
            naf=sector.naf,
            naf_nomenclature=Nomenclature.NAF_REV2.value,
            staff_bracket=bracket,
            staff_year=REFERENCE_DAY.year - 2 if bracket not in ("", "NN") else None,
            category=category,
            size=company_size(category, bracket).value,
            is_ess=self._is_ess(legal),
            is_mission=rng.choices([True, None, False], [1, 450, 549])[0],
            created_on=self._created_on(legal),
        )

    def _is_ess(self, legal: str) -> bool | None:
        if legal in _COOPERATIVES:
            return True
        weights = [93.0, 7, 0] if legal.startswith("9") else [1.5, 45, 53.5]
        return self._rng.choices([True, None, False], weights)[0]

    def _created_on(self, legal: str) -> date:
        years = self._rng.expovariate(1 / (7 if legal == SOLE_TRADER else 12))
        return REFERENCE_DAY - timedelta(days=1 + int(min(years, 90) * 365))

    def _name(self, entry: Entry, sector: Sector, trade: Trade, place: str) -> None:
        """Name a company as the importer would: its own name, else a sign, else a person's."""
        company, rng = entry.company, self._rng
        sole = company.legal_category == SOLE_TRADER
        signed = _SOLE_WITH_SIGN if sole else _SIGNED.get(sector.form.name, _SIGNED_OTHERS)
        sign = self._names.sign(trade.words, place) if rng.random() < signed else ""
        if sole:
            company.name = sign or self._names.person()
        else:
            company.name = self._names.company(company.legal_category, trade.words, place)
            if rng.random() < _ACRONYM:
                company.other_names = acronym(company.name)
        for establishment in entry.establishments:
            establishment.trade_names = sign


def _sub_classes() -> list[str]:
    codes = NafCode.objects.filter(nomenclature=Nomenclature.NAF_REV2, level=NafLevel.SOUS_CLASSE)
    return sorted(codes.values_list("code", flat=True))


def _mask(entry: Entry) -> None:
    """Leave what partial diffusion leaves: number, activity and commune."""
    entry.company.diffusion = Diffusion.PARTIAL.value
    for establishment in entry.establishments:
        establishment.diffusion = Diffusion.PARTIAL.value
        establishment.address = establishment.postcode = ""
        establishment.latitude = establishment.longitude = None
