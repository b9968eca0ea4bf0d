"""One import from the files to the directory: all is read, checked and planned, then applied.

The plan is written to disk before the first row is: `--dry-run` stops there, so it cannot
differ from the real run, and a file that must be refused leaves no trace.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from django.utils.translation import gettext as _

from jobs.progress import progress_bar
from suppliers.importers.sirene import SireneError, safeguards
from suppliers.importers.sirene.applying import Spool, Writer
from suppliers.importers.sirene.communes import load_communes
from suppliers.importers.sirene.daily import DailyEvents
from suppliers.importers.sirene.findings import Findings
from suppliers.importers.sirene.layouts import DAILY, ESTABLISHMENTS, UNITS
from suppliers.importers.sirene.planning import Change, Counts, Group, Scope, plan
from suppliers.importers.sirene.sources import Found, Source, find_sources
from suppliers.importers.sirene.staging import Staging
from suppliers.importers.sirene.stock import StockLines
from suppliers.services import finish_sirene_run, start_sirene_run

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
    dry_run: bool = False,
    force: bool = False,
    say: Callable[[str], None],
) -> Outcome:
    """Bring the files at `paths` into the directory; `say` is told what the operator must know.

    Raises SireneError, having written nothing, when the files cannot or should not be imported.
    """
    with ExitStack() as stack:
        workdir = Path(stack.enter_context(TemporaryDirectory(prefix="sirene-")))
        found = find_sources(paths, workdir)
        safeguards.refuse_mixture(found)
        safeguards.tell(found, say)
        lines, scope = _read(found, workdir, stack)
        findings, counts = Findings(), Counts()
        spool = Spool(workdir / "changes")
        spool.fill(_planned(lines, scope, findings, counts))
        safeguards.refuse_useless(lines.read, counts, findings, found)
        if not force:
            safeguards.refuse_shrinking(counts, found)
        outcome = Outcome(None, lines.read, counts, findings)
        return outcome if dry_run else _apply(spool, outcome, found)


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


def _apply(spool: Spool, planned: Outcome, found: Found) -> Outcome:
    run = start_sirene_run(files=[_file(source) for source in found.sources])
    outcome = replace(planned, run=run.pk)
    counts = None
    try:
        writer, done = Writer(run), 0
        with progress_bar(_("Écriture"), planned.counts.written) as advance:
            for changes in spool:
                writer.write(changes)
                done += len(changes)
                advance(done)
        counts = outcome.as_json()
    finally:
        finish_sirene_run(run=run, counts=counts)
    return outcome


def _file(source: Source) -> dict[str, object]:
    return {"name": source.name, "bytes": source.path.stat().st_size}
