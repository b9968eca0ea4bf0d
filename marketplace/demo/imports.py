"""Has the contracts of the demo imported, as an operator would."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.models import Buyer
from jobs.models import ImportRun
from marketplace.demo.contracts import Candidate, Contracts, is_reserved
from marketplace.demo.numbers import AFTER, FIRST
from marketplace.demo.places import Spot
from marketplace.demo.purchases import Purchase
from suppliers.models import Establishment
from tenders.importers.decp.run import import_decp
from tenders.models import Contract

_BY_COMPANY = 0.075  # contracts in three years
_MOST = 12_000
_MOST_CANDIDATES = 400  # of each activity


def import_contracts(
    seed: int,
    buyers: Sequence[Buyer],
    known: list[Purchase],
    spots: Sequence[Spot],
    *,
    companies: int,
) -> dict[str, int]:
    """Import contracts in proportion to the companies; return how many there are."""
    contracts = Contracts(seed, known, spots, _holders(known))
    count = min(round(companies * _BY_COMPANY), _MOST)
    with TemporaryDirectory(prefix="demo-") as folder:
        for source, document in contracts.documents(buyers, count):
            path = Path(folder) / f"{source}.json"
            path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
            import_decp([path], source=source, is_invented=True, say=lambda _text: None)
    return {"contracts": Contract.objects.filter(buyer__in=buyers).count()}


def delete_contracts() -> None:
    """Delete the contracts of the demo buyers, and the runs that brought them."""
    Contract.objects.filter(buyer__siret__gte=FIRST, buyer__siret__lt=AFTER).delete()
    ImportRun.objects.filter(is_invented=True).delete()


def _holders(known: list[Purchase]) -> dict[str, list[Candidate]]:
    """Return some companies of each activity that demo buyers need."""
    return {prefix: _candidates(prefix) for kind in known for prefix in kind.naf}


def _candidates(prefix: str) -> list[Candidate]:
    seats = Establishment.objects.filter(
        is_seat=True, is_active=True, company__naf__startswith=prefix
    )
    chosen = seats.order_by("siret").prefetch_related("company__labels")[:_MOST_CANDIDATES]
    return [
        Candidate(seat.siret, is_reserved({label.kind for label in seat.company.labels.all()}))
        for seat in chosen
    ]
