"""Reads a buyer's yearly figures among 200 000 contracts, beside SQL written by hand.

    DATABASE_URL=sqlite:////tmp/figures.sqlite3 .venv/bin/python -m benchmarks.figures

Both give the same numbers: four figures, the contracts left out and why, the anomalies by rule.
Rounds alternate and the ratio is the median of the rounds' ratios: a machine that slows down for a
second slows both. The database must be empty, or filled by a former run.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 (after setup)
from django.db import connection, transaction  # noqa: E402

from accounts.models import Buyer  # noqa: E402
from benchmarks import machine  # noqa: E402
from jobs.models import ImportRun  # noqa: E402
from spaser.figures import SpaserFigures, SpaserQuery  # noqa: E402
from spaser.queries import read_figures  # noqa: E402
from tenders.models import Contract, ContractAnomaly  # noqa: E402

CONTRACTS = 200_000
ROUNDS = 31
AS_OF = date(2026, 11, 1)
#: SIRET -> its part of the contracts, from a State's central buyer to a small town; 400 others
#: share the rest.
PARTS = {
    "12000101100010": 0.6,
    "20005480700017": 0.1,
    "21130055300016": 0.01,
    "21130001000013": 0.001,
}

_REASON = """
CASE WHEN c.is_duplicate THEN 'DUPLICATE'
     WHEN c.notified_on IS NULL OR c.notified_on > %(as_of)s THEN 'NO_YEAR'
     WHEN c.kind = 'concession' THEN 'CONCESSION'
     WHEN c.amount < 4000000 THEN 'BELOW_THRESHOLD'
     WHEN c.framework_number <> '' AND c.framework_number <> c.number AND EXISTS (
         SELECT 1 FROM tenders_contract f WHERE f.buyer_id = c.buyer_id
         AND f.number = c.framework_number AND f.is_framework AND NOT f.is_duplicate)
         THEN 'CALL_OFF'
     WHEN c.amount IS NULL THEN 'UNUSABLE_AMOUNT' ELSE '' END
"""
_ROWS = """
FROM tenders_contract c
WHERE ((c.buyer_id = %(buyer)s AND c.notified_on BETWEEN %(first)s AND %(last)s)
OR (c.buyer_id = %(buyer)s AND c.notified_on IS NULL)
OR (c.buyer_id = %(buyer)s AND c.notified_on > %(as_of)s))
"""
_FIGURES = f"""
SELECT SUM(c.social & 7 > 0), SUM(c.social = 8), COUNT(*),
       SUM(CASE WHEN c.social & 7 > 0 AND reason = '' THEN c.amount END),
       SUM(CASE WHEN c.social = 8 AND reason = '' THEN c.amount END),
       SUM(c.environmental & 3 > 0), SUM(c.environmental = 8),
       SUM(CASE WHEN c.environmental & 3 > 0 AND reason = '' THEN c.amount END),
       SUM(CASE WHEN c.environmental = 8 AND reason = '' THEN c.amount END),
       SUM(CASE WHEN reason = '' THEN c.amount END)
FROM (SELECT c.*, {_REASON} AS reason {_ROWS}) c
WHERE reason IN ('', 'CALL_OFF', 'UNUSABLE_AMOUNT')
"""
_EXCLUDED = f"""
SELECT * FROM (SELECT c.number, c.discriminator, c.objet, {_REASON} AS reason {_ROWS})
WHERE reason <> ''
"""
_ANOMALIES = f"""
SELECT rule, COUNT(DISTINCT contract_id) FROM tenders_contractanomaly
WHERE contract_id IN (SELECT c.id {_ROWS}) GROUP BY rule
"""
_DIFFERING = f"""
SELECT SUM(((c.social & 7 > 0) * 2 + (c.social = 8)) <> ((f.social & 7 > 0) * 2 + (f.social = 8))
        OR ((c.environmental & 3 > 0) * 2 + (c.environmental = 8))
           <> ((f.environmental & 3 > 0) * 2 + (f.environmental = 8)))
FROM (SELECT c.* {_ROWS} AND c.framework_number <> '' AND c.framework_number <> c.number
      AND NOT c.is_duplicate) c
JOIN tenders_contract f ON f.buyer_id = c.buyer_id AND f.number = c.framework_number
     AND f.is_framework AND NOT f.is_duplicate AND f.discriminator = 0
"""


def by_hand(siret: str) -> tuple[Any, ...]:
    """What somebody who knows the tables would write for this one report."""
    asked = {
        "buyer": _buyer(siret),
        "first": "2025-01-01",
        "last": "2025-12-31",
        "as_of": "2026-11-01",
    }
    with connection.cursor() as cursor:
        return tuple(
            cursor.execute(sql, asked).fetchall()
            for sql in (_FIGURES, _EXCLUDED, _ANOMALIES, _DIFFERING)
        )


def _buyer(siret: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_buyer WHERE siret = %s", [siret])
        return cursor.fetchone()[0]


def by_product(siret: str) -> SpaserFigures:
    return read_figures(SpaserQuery(siret, 2025, AS_OF))


def fill() -> None:
    """Invent the contracts of seven years, as a national file would bring them."""
    call_command("migrate", verbosity=0)
    if Contract.objects.count() == CONTRACTS:
        return
    chance = random.Random(7)
    buyers = {siret: Buyer.objects.create(siret=siret, name=siret) for siret in PARTS}
    others = [Buyer.objects.create(siret=f"{n:014d}", name=str(n)) for n in range(1, 401)]
    run = ImportRun.objects.create(kind="decp")
    for start in range(0, CONTRACTS, 5_000):
        with transaction.atomic():
            rows = [
                _contract(chance, _pick(chance, buyers, others), run, n)
                for n in range(start, start + 5_000)
            ]
            Contract.objects.bulk_create(rows)
            ContractAnomaly.objects.bulk_create(
                ContractAnomaly(contract=row, rule=chance.choice(("UNKNOWN_VALUE", "BAD_CPV")))
                for row in rows
                if chance.random() < 0.2
            )


def _pick(chance: random.Random, buyers: dict[str, Buyer], others: list[Buyer]) -> Buyer:
    drawn = chance.random()
    for siret, part in PARTS.items():
        if drawn < part:
            return buyers[siret]
        drawn -= part
    return chance.choice(others)


def _contract(chance: random.Random, buyer: Buyer, run: ImportRun, n: int) -> Contract:
    return Contract(
        kind="concession" if chance.random() < 0.02 else "marche",
        buyer=buyer,
        number=f"{n:07d}",
        objet=f"Travaux d’entretien et fournitures diverses, lot {n}",
        notified_on=None
        if chance.random() < 0.01
        else date(2019, 1, 1) + timedelta(chance.randrange(7 * 365)),
        amount=None if chance.random() < 0.02 else int(chance.paretovariate(1.1) * 2_500_000),
        social=chance.choice((0, 0, 1, 2, 5, 8, 8, 9)),
        environmental=chance.choice((0, 1, 1, 2, 3, 8, 9)),
        is_framework=n % 10 == 0,
        framework_number=f"{n - n % 10:07d}" if n % 10 == 5 else "",
        run=run,
    )


def measure(siret: str) -> list[str]:
    """Return a row of the table, once both agree."""
    ours, theirs = by_product(siret), by_hand(siret)
    _agree(ours, theirs)
    times: dict[str, list[float]] = {"hand": [], "product": []}
    for _ in range(ROUNDS):
        times["hand"].append(_seconds(by_hand, siret))
        times["product"].append(_seconds(by_product, siret))
    ratios = [ours / hand for hand, ours in zip(times["hand"], times["product"], strict=True)]
    figure = ours.figures["SOC_N"]
    return [
        f"{figure.total:,} counted, {len(ours.excluded):,} left out",
        *(f"{1_000 * statistics.median(times[name]):.1f}" for name in ("hand", "product")),
        f"{statistics.median(ratios):.2f}",
    ]


def _agree(ours: SpaserFigures, theirs: tuple[Any, ...]) -> None:
    (counts,), excluded, anomalies, ((differing,),) = theirs
    social, environmental = ours.figures["SOC_N"], ours.figures["ENV_N"]
    assert (social.yes, social.no, social.total) == counts[:3]
    assert (environmental.yes, environmental.no) == counts[5:7]
    assert (ours.figures["SOC_V"].yes, ours.figures["SOC_V"].total) == (counts[3], counts[9])
    assert (ours.figures["ENV_V"].yes, ours.figures["ENV_V"].no) == counts[7:9]
    assert len(ours.excluded) == len(excluded)
    assert {rule: ours.anomalies[rule] for rule, _ in anomalies} == dict(anomalies)
    assert ours.anomalies.get("CALLOFF_DIFFERS", 0) == (differing or 0)


def _seconds(read: Callable[[str], object], siret: str) -> float:
    started = time.perf_counter()
    read(siret)
    return time.perf_counter() - started


if __name__ == "__main__":
    fill()
    print(f"{CONTRACTS:,} contracts. {machine.facts()}.\n")
    print("| contracts of the report | by hand, ms | product, ms | ratio |")
    print("| --- | --- | --- | --- |")
    for siret in PARTS:
        print(f"| {' | '.join(measure(siret))} |", flush=True)
