"""Six invented public buyers, the same whatever the seed: people may be attached to them."""

from accounts.enums import BuyerKind
from accounts.models import Buyer
from marketplace.demo.numbers import BUYER_NUMBERS, siren_of, siret_of

_BUYERS = (
    ("Métropole du Rivage (démonstration)", BuyerKind.METROPOLIS),
    ("Commune de Valclair-les-Fontaines (démonstration)", BuyerKind.COMMUNE),
    ("Département des Deux-Rives (démonstration)", BuyerKind.DEPARTMENT),
    ("Centre hospitalier des Trois-Collines (démonstration)", BuyerKind.HOSPITAL),
    ("Office public de l’habitat Terres-Claires (démonstration)", BuyerKind.LANDLORD),
    ("Société publique locale du Vieux-Môle (démonstration)", BuyerKind.MIXED_COMPANY),
)


def save_buyers() -> list[Buyer]:
    """Write the buyers, or rename them, without touching who works for them."""
    return [
        Buyer.objects.update_or_create(
            siret=siret_of(siren_of(number), 1),
            defaults={"name": name, "kind": kind, "is_verified": True},
        )[0]
        for number, (name, kind) in zip(BUYER_NUMBERS, _BUYERS, strict=False)
    ]
