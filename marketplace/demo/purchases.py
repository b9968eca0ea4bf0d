"""What invented buyers buy, for their contracts and their forecasts alike."""

import random
from dataclasses import dataclass

from marketplace.demo.places import Spot
from marketplace.demo.volumes import read


@dataclass(frozen=True, eq=False)
class Purchase:
    """A kind of purchase (`data/purchases.toml`)."""

    objet: str
    cpv: str
    naf: tuple[str, ...]
    thousands: tuple[int, int]
    months: tuple[int, int]
    framework: float
    social: float
    environmental: float
    #: Kinds of buyers; () = all.
    buyers: tuple[str, ...] = ()

    def text(self, spot: Spot) -> str:
        """Return the object, said of a place."""
        place = spot.at_name.split(" ", 1)[1]
        return self.objet.format(place=place, of=spot.of_name, at=spot.at_name)

    def amount(self, rng: random.Random) -> int:
        """Draw an amount in euros: small ones are the most frequent."""
        low, high = self.thousands
        thousands: float = low * (high / low) ** (rng.random() ** 1.4)
        return 100 * round(10 * thousands)


def purchases() -> list[Purchase]:
    """Return every kind of purchase."""
    return [_purchase(raw) for raw in read("purchases.toml")["purchase"]]


def bought_by(kind: str, known: list[Purchase]) -> list[Purchase]:
    """Return what a kind of buyer buys."""
    return [purchase for purchase in known if not purchase.buyers or kind in purchase.buyers]


def _purchase(raw: dict[str, object]) -> Purchase:
    lists = ("naf", "buyers")
    split = {name: tuple(str(raw.get(name, "")).split()) for name in lists}
    return Purchase(**{**raw, **split})  # type: ignore[arg-type]  # the table has these types
