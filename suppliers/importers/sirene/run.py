"""One import from the files to the directory: all is read, checked and planned, then applied.

The plan is written to disk before the first row is: `--dry-run` stops there, so it cannot
differ from the real run, and a file that must be refused changes nothing. An import that was cut
short is planned again: what it has written is then found unchanged.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from django.utils.translation import gettext as _

from accounts.audit.imports import record_import
from jobs.batches import Writer
from jobs.enums import RunKind
from jobs.execution import Step
from jobs.models import ImportRun
from jobs.progress import progress_bar
from jobs.runs import import_run
from jobs.spool import Spool
from suppliers.importers.sirene import SireneError, safeguards
from suppliers.importers.sirene.communes import load_communes
from suppliers.importers.sirene.daily import DailyEvents
from suppliers.importers.sirene.findings import Findings
from suppliers.importers.sirene.layouts import DAILY, ESTABLISHMENTS, UNITS
from suppliers.importers.sirene.planning import Change, Counts, Group, Scope, plan
from suppliers.importers.sirene.sources import Found, Source, find_sources
from suppliers.importers.sirene.staging import Staging
from suppliers.importers.sirene.stock import StockLines
from suppliers.services import apply_sirene_batch

_BATCH = 500  # companies compared together


class Lines(Protocol):
    """The lines of some files, as companies."""

    read: int

    def groups(self, findings: Findings) -> Iterator[Group]: ...


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do when `run` is None."""

    run: int | None
    read: int
    counts: Counts
    findings: Findings

    def as_json(self) -> dict[str, object]:
        """Return the line of `--format json` (docs/operators/sirene.md)."""
        names = ("kept", "created", "updated", "unchanged", "closed", "masked")
        return {
            "run": self.run,
            "read": self.read,
            **{name: getattr(self.counts, name) for name in names},
            "rejected": self.findings.rejected,
            "anomalies": dict(sorted(self.findings.counts.items())),
        }


def import_sirene(
    paths: Iterable[Path],
    *,
    step: Step | None,
    force: bool = False,
    say: Callable[[str], None],
) -> Outcome:
    """Bring the files at `paths` into the directory; `say` is told what the operator must know.

    Without a `step`, the job under which rows are written, only tell what would change.
    Raises SireneError, having written nothing, when the files cannot or should not be imported.
    """
    with ExitStack() as stack:
        workdir = Path(stack.enter_context(TemporaryDirectory(prefix="sirene-")))
        found = find_sources(paths, workdir)
        safeguards.refuse_mixture(found)
        safeguards.tell(found, say)
        lines, scope = _read(found, workdir, stack)
        findings, counts = Findings(), Counts()
        spool: Spool[Change] = Spool(workdir / "changes")
        spool.fill(_planned(lines, scope, findings, counts))
        safeguards.refuse_useless(lines.read, counts, findings, found)
        if not force:
            safeguards.refuse_shrinking(counts, found)
        outcome = Outcome(None, lines.read, counts, findings)
        return _apply(spool, outcome, found, step) if step else outcome


def _read(found: Found, workdir: Path, stack: ExitStack) -> tuple[Lines, Scope]:
    communes = load_communes()
    if found.of(DAILY):
        return DailyEvents(found.sources, communes), Scope(communes.territory)
    staging = Staging(workdir, communes)
    stack.callback(staging.close)
    read = 0
    # Establishments first: they say which legal units matter.
    for source in [*found.of(ESTABLISHMENTS), *found.of(UNITS)]:
        with progress_bar(_("Lecture de %(name)s, %%") % {"name": source.name}, 100) as advance:
            count = staging.read(source, advance)
        if not count:
            raise SireneError(safeguards.no_line(source.name))
        read += count
    has_units = bool(found.of(UNITS))
    scope = Scope(communes.territory, has_units, bool(found.of(ESTABLISHMENTS)))
    return StockLines(staging, communes, read=read, has_units=has_units), scope


def _planned(
    lines: Lines, scope: Scope, findings: Findings, counts: Counts
) -> Iterator[list[Change]]:
    """Yield the changes batch by batch, while `findings` and `counts` grow."""
    groups = lines.groups(findings)
    done = 0
    with progress_bar(_("Contrôle")) as advance:
        while batch := list(islice(groups, _BATCH)):
            result = plan(batch, scope)
            counts.add(result.counts)
            yield result.changes
            done += len(batch)
            advance(done)


def _apply(spool: Spool[Change], planned: Outcome, found: Found, step: Step) -> Outcome:
    files = [_file(source) for source in found.sources]
    total = planned.counts.written
    with import_run(step, kind=RunKind.SIRENE, files=files, ended=record_import) as run:
        writer = Writer(step, partial(_write, run), total=total)
        with progress_bar(_("Écriture"), total) as advance:
            for changes in spool:
                writer.write(changes)
                advance(writer.done)
        outcome = replace(planned, run=run.pk)
        run.counts = outcome.as_json()
    return outcome


def _write(run: ImportRun, changes: Sequence[Change]) -> None:
    companies = [change.company for change in changes if change.company]
    places = [place for change in changes for place in change.establishments]
    apply_sirene_batch(run=run, companies=companies, establishments=places)


def _file(source: Source) -> dict[str, object]:
    return {"name": source.name, "bytes": source.path.stat().st_size}
