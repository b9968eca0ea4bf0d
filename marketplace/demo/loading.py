"""Writes the demo territory: refuses a database with real data, replaces the former demo."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Buyer
from jobs.enums import RunKind, RunStatus
from jobs.execution import Step
from jobs.models import ImportRun
from jobs.progress import progress_bar
from jobs.runs import import_run
from marketplace.demo.buyers import save_buyers
from marketplace.demo.companies import Entry, Maker
from marketplace.demo.forecasts import load_forecasts
from marketplace.demo.imports import delete_contracts, import_contracts
from marketplace.demo.numbers import AFTER, FIRST
from marketplace.demo.purchases import purchases
from search.indexing import rebuild_index
from suppliers.documents import INDEX
from suppliers.models import Company, Establishment, Label, Profile

_BATCH = 2_000
_DELETED_AT_ONCE = 100_000  # SIREN, of which one in sixteen at most is a company


class RealData(Exception):
    """The database holds real imports; its text is a French sentence."""


def refuse_real_data() -> None:
    """Raise RealData when an import has brought in something else than invented data."""
    run = ImportRun.objects.real().first()
    if run is not None:
        raise RealData(
            _(
                "Cette base contient des données réelles (%(kind)s, le %(day)s)\u00a0: donnez-en "
                "une autre par DATABASE_URL, ou ajoutez --force pour y joindre des entreprises "
                "inventées."
            )
            % {"kind": run.get_kind_display(), "day": date_format(run.started_at, "j F Y")}
        )


def is_filled() -> bool:
    """True when there are companies, unless they are those of a demo that was cut short."""
    last = ImportRun.objects.filter(kind=RunKind.DEMO).first()
    cut_short = last and last.status != RunStatus.DONE
    return not cut_short and Company.objects.exists()


def load_demo(*, step: Step, count: int, seed: int) -> ImportRun:
    """Replace the demo by `count` companies and the demo buyers, and index them.

    Written by short transactions: a run cut short leaves half a demo and a run marked failed,
    and the next one replaces it.
    """
    maker = Maker(seed)  # first: it fails at once when the vocabularies are missing
    note = _("graine %(seed)d") % {"seed": seed}
    with import_run(step, kind=RunKind.DEMO, note=note) as run:
        buyers = save_buyers()
        run.counts = {"buyers": len(buyers)} | _replace(maker.make(count), step, count)
        run.counts |= _purchases(maker, buyers, seed, count)
        with progress_bar(_("Index"), count) as advance:
            rebuild_index(INDEX, progress=advance)
    return run


def _replace(entries: Iterator[Entry], step: Step, count: int) -> dict[str, int]:
    """Write `entries` in place of the former demo; return the counts of the run."""
    delete_demo()
    counts: Counter[str] = Counter()
    with progress_bar(_("Entreprises inventées"), count) as advance:
        for batch in _batches(entries):
            with transaction.atomic():
                counts.update(_write(batch))
                done = counts["companies"]
                step.commit(cursor=step.cursor, done=done, total=count)
            advance(done)
    same = {"updated": 0, "unchanged": 0, "rejected": 0}
    return {"read": count, "created": count, **same, **counts}


def _purchases(maker: Maker, buyers: Sequence[Buyer], seed: int, count: int) -> dict[str, int]:
    """Have the demo buyers buy, and foresee what they will."""
    known, spots = purchases(), maker.spots
    return {
        **import_contracts(seed, buyers, known, spots, companies=count),
        **load_forecasts(seed, buyers, known, spots, companies=count),
    }


def delete_demo() -> None:
    """Delete every invented company and its contracts; they are known by their number."""
    delete_contracts()
    for start in range(int(FIRST), int(AFTER), _DELETED_AT_ONCE):
        bounds = [f"{number:09d}" for number in (start, start + _DELETED_AT_ONCE - 1)]
        Company.objects.filter(siren__range=bounds).delete()


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch


def _write(batch: list[Entry]) -> dict[str, int]:
    establishments = [place for entry in batch for place in entry.establishments]
    labels = [label for entry in batch for label in entry.labels]
    profiles = [entry.profile for entry in batch if entry.profile]
    Company.objects.bulk_create([entry.company for entry in batch])
    Establishment.objects.bulk_create(establishments)
    Label.objects.bulk_create(labels)
    Profile.objects.bulk_create(profiles)
    return {
        "companies": len(batch),
        "establishments": len(establishments),
        "labels": len(labels),
        "profiles": len(profiles),
    }
