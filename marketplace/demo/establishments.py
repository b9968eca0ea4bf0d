"""The places where an invented company works, and those it has left."""

import random
from datetime import date, timedelta

from marketplace.demo.numbers import siret_of
from marketplace.demo.places import Places, Spot
from marketplace.demo.volumes import PROPERTY_COMPANY, REFERENCE_DAY, SOLE_TRADER
from suppliers.models import Company, Establishment

_SEVERAL = 0.04
_OTHERS = [1, 1, 1, 1, 1, 2, 2, 3, 4]  # places beside the seat, when there are some
_MOVED = 0.015
_WITHOUT_POINT = 0.03


class Establishments:
    """Draws establishments: one, two to five for 4 % of the companies, some closed ones."""

    def __init__(self, rng: random.Random, places: Places, eligible: float) -> None:
        """`eligible` is the share of companies that are neither sole traders nor property."""
        self._rng, self._places = rng, places
        self._several = _SEVERAL / eligible

    def of(self, company: Company, seat: Spot) -> list[Establishment]:
        """Return the establishments of `company`, its seat first."""
        rng = self._rng
        rank = 2 if rng.random() < _MOVED else 1
        found = [self._at(company, seat, rank, is_seat=True)]
        single = company.legal_category in (SOLE_TRADER, PROPERTY_COMPANY)
        if not single and rng.random() < self._several:
            for other in range(rng.choice(_OTHERS)):
                spot = self._places.pick(company.naf)
                found.append(self._at(company, spot, rank + 1 + other))
        if len(found) == 1:
            found[0].staff_bracket = company.staff_bracket
        if rank > 1:
            found.append(self._at(company, self._places.pick(company.naf), 1, is_active=False))
        return found

    def _at(
        self,
        company: Company,
        spot: Spot,
        rank: int,
        *,
        is_seat: bool = False,
        is_active: bool = True,
    ) -> Establishment:
        rng = self._rng
        point = self._places.point(spot) if rng.random() >= _WITHOUT_POINT else None
        latitude, longitude = point or (None, None)
        return Establishment(
            siret=siret_of(company.siren, rank),
            company=company,
            is_seat=is_seat,
            is_active=is_active,
            address=self._places.address(),
            postcode=spot.postcodes.pick(rng),
            commune_id=spot.code,
            latitude=latitude,
            longitude=longitude,
            naf=company.naf,
            naf_nomenclature=company.naf_nomenclature,
            created_on=self._opened(company, rank),
        )

    def _opened(self, company: Company, rank: int) -> date | None:
        if rank == 1 or company.created_on is None:
            return company.created_on
        days = (REFERENCE_DAY - company.created_on).days
        return company.created_on + timedelta(days=self._rng.randrange(days))
