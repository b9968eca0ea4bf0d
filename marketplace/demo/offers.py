"""What invented companies say of themselves: an offer in French, CPV codes, where they go."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils.text import slugify

from marketplace.demo.places import Places, Spot
from marketplace.demo.volumes import REFERENCE_DAY, read
from marketplace.demo.words import Words
from reference import naf
from suppliers.models import Company, Profile

_WITH_OFFER = 0.15
_CLAIMED = 1 / 3  # of those: 5 % of all companies
_WITH_WEBSITE = 0.45
_IN_OWN_WORDS = 0.85  # the others say no more than the NAF does
_ASIDE = re.compile(r" \([^)]*\)|,? n\.c\.a\.$")


@dataclass(frozen=True, eq=False)
class Trade:
    """The vocabulary of a trade."""

    words: list[str]
    offers: list[str]
    says: list[str]
    cpv: list[str]
    public: str


def trades() -> dict[str, Trade]:
    """Return the trades by NAF prefix."""
    found: dict[str, Trade] = {}
    for name in ("works", "goods", "services"):
        for raw in read(f"trades/{name}.toml")["trade"]:
            prefixes = raw.pop("naf")
            found |= dict.fromkeys(prefixes, Trade(**raw))
    return found


def trade_of(naf: str, trades: dict[str, Trade]) -> Trade:
    """Return the trade of the longest prefix that matches; every division has one."""
    return next(trades[naf[:end]] for end in range(len(naf), 1, -1) if naf[:end] in trades)


class Offers:
    """Writes profiles for 15 % of the companies, none for property companies."""

    def __init__(self, rng: random.Random, words: Words, places: Places, eligible: float) -> None:
        """`eligible` is the share of companies that `profile()` will be asked for."""
        self._rng, self._places = rng, places
        self._sentences = words.table["offers"]
        self._publics = words.table["publics"]
        self._chance = _WITH_OFFER / eligible

    def profile(self, company: Company, trade: Trade, spot: Spot) -> Profile | None:
        """Return what `company` says of itself, or None."""
        rng = self._rng
        if rng.random() >= self._chance:
            return None
        profile = Profile(
            company=company,
            offer=self._offer(company, trade, spot),
            cpv_codes=sorted(rng.sample(trade.cpv, min(rng.randint(1, 3), len(trade.cpv)))),
            intervention_area=self._area(spot),
        )
        if rng.random() < _WITH_WEBSITE:
            profile.website = f"https://{slugify(company.name)[:50].strip('-')}.example/"
        if rng.random() < _CLAIMED:
            profile.claimed_at = _some_day(rng)
        return profile

    def _offer(self, company: Company, trade: Trade, spot: Spot) -> str:
        rng = self._rng
        others = list(self._other_sentences(trade, spot))
        chosen = rng.sample(others, rng.choice([0, 1, 1, 2, 2, 3]))
        return " ".join([self._first(company, trade, spot), *chosen]).replace("'", "’")

    def _first(self, company: Company, trade: Trade, spot: Spot) -> str:
        """Return the sentence that says the trade, or the activity as the NAF names it."""
        rng = self._rng
        tables = self._sentences
        own = rng.random() < _IN_OWN_WORDS
        label = " ".join(_ASIDE.sub("", naf.label(company.naf)).split())
        return str(rng.choice(tables["begins"] if own else tables["plain"])).format(
            list=enumeration(rng.sample(trade.offers, min(rng.randint(1, 3), len(trade.offers)))),
            pair=enumeration(rng.sample(trade.offers, min(2, len(trade.offers)))),
            year=(company.created_on or REFERENCE_DAY).year,
            place=_sentence_case(spot.at_name),
            label=label[:1].lower() + label[1:],
        )

    def _other_sentences(self, trade: Trade, spot: Spot) -> Iterator[str]:
        rng, tables = self._rng, self._sentences
        yield rng.choice(trade.says)
        publics = rng.sample(self._publics[trade.public], rng.randint(1, 3))
        yield rng.choice(tables["publics"]).format(publics=enumeration(publics))
        yield rng.choice(tables["areas"]).format(place=spot.at_name)
        yield rng.choice(tables["common"])

    def _area(self, spot: Spot) -> list[str]:
        rng, departments = self._rng, self._places.departments
        draw = rng.random()
        if draw < 0.5:
            return [spot.department]
        if draw < 0.7:
            return sorted({spot.department, rng.choice(departments)})
        return sorted(spot.around[: rng.randint(1, len(spot.around))])


def enumeration(things: list[str]) -> str:
    """« a », « a, b et c », and « a et b, ainsi que c » when a thing has an « et » of its own."""
    if len(things) == 1:
        return things[0]
    last = ", ainsi que " if any(" et " in thing for thing in things) else " et "
    return ", ".join(things[:-1]) + last + things[-1]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _some_day(rng: random.Random) -> datetime:
    day = REFERENCE_DAY - timedelta(days=rng.randint(1, 500))
    return datetime.combine(day, time(rng.randint(8, 19), rng.randint(0, 59)), UTC)
