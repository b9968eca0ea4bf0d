"""One import from the files to the contracts: all is read, checked and planned, then applied.

The plan is on disk before the first row is written: `--dry-run` stops there, so it cannot differ
from the real run, and a file that must be refused leaves no trace.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.progress import progress_bar
from jobs.services import run_now
from tenders.importers.decp import NotDecp
from tenders.importers.decp.applying import folder
from tenders.importers.decp.findings import Findings, Found, Place
from tenders.importers.decp.parsing import Rejected, parse
from tenders.importers.decp.planning import Planner
from tenders.importers.decp.report import anomaly_file
from tenders.importers.decp.sources import Source, digest, find_sources
from tenders.importers.decp.spool import Spool
from tenders.importers.decp.staging import Entry, Staging
from tenders.services.contracts import (
    IMPORT_DECP,
    finish_decp_run,
    latest_decp_run,
    start_decp_run,
    unfinished_decp_job,
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do when `run` is None; `first` are its first anomalies."""

    run: int | None
    counts: dict[str, Any]
    first: list[Found] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the line of `--format json` (docs/operators/decp.md)."""
        return {"run": self.run, **self.counts}


def import_decp(
    paths: Sequence[Path],
    *,
    source: str = "",
    note: str = "",
    dry_run: bool = False,
    anomalies_out: Path | None = None,
    is_invented: bool = False,
    say: Say,
) -> Outcome:
    """Bring the contracts of the files at `paths` in; `say` is told what the operator must know.

    Raises DecpError or NotNow, having written nothing, when they cannot be imported.
    """
    sources = find_sources(paths)
    key = digest(paths, source)
    spool = Spool(folder() / f"decp-{key}.jsonl")
    if not dry_run and (job := unfinished_decp_job(digest=key)) and spool.exists():
        say(_("Un import de ces fichiers a été interrompu\u00a0: il reprend où il en était."))
        return _apply(job)
    after = latest_decp_run()
    findings = Findings()
    with anomaly_file(anomalies_out, findings):
        counts = _plan(sources, source, spool, findings, say)
    if dry_run:
        spool.drop()
        return Outcome(None, counts, findings.first)
    spool.keep()
    files = [{"name": path.name, "bytes": path.stat().st_size} for path in paths]
    job = start_decp_run(
        digest=key,
        after=after,
        files=files,
        note=note,
        spool=spool.name,
        counts=counts,
        is_invented=is_invented,
    )
    return _apply(job, findings.first)


def _plan(
    sources: Sequence[Source], source: str, spool: Spool, findings: Findings, say: Say
) -> dict[str, Any]:
    with TemporaryDirectory(dir=folder(), prefix="decp-") as workdir:
        staging = Staging(Path(workdir) / "records.sqlite3", [each.name for each in sources])
        try:
            reading = _Reading(source, timezone.localdate(), findings, say)
            with progress_bar(_("Lecture")) as advance:
                staging.add(reading.entries(sources, advance))
            planner = Planner(staging, findings)
            with progress_bar(_("Contrôle"), reading.read) as advance:
                spool.fill(planner.changes(advance))
        finally:
            staging.close()
    counts = planner.counts
    return {
        "read": reading.read,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": findings.rejected,
        "anomalies": dict(sorted(findings.counts.items())),
    }


@dataclass
class _Reading:
    """Reads the files one after the other; `read` counts their contracts."""

    source: str
    today: date
    findings: Findings
    say: Say
    read: int = 0

    def entries(
        self, sources: Sequence[Source], advance: Callable[[int], None]
    ) -> Iterator[Entry]:
        """Yield the records that are kept; note what is wrong with each."""
        ignored: list[NotDecp] = []
        for index, source in enumerate(sources):
            try:
                for entry in self._of_file(index, source):
                    yield entry
                    if self.read % 500 == 0:
                        advance(self.read)
            except NotDecp as error:
                if not source.member:
                    raise
                self.say(_("Ignoré\u00a0: %(reason)s") % {"reason": error})
                ignored.append(error)
        advance(self.read)
        if len(ignored) == len(sources):
            raise ignored[0]

    def _of_file(self, index: int, source: Source) -> Iterator[Entry]:
        for rank, (listing, value, twice) in enumerate(source.items(), 1):
            self.read += 1
            record = parse(value, listing, today=self.today, source=self.source, twice=twice)
            if isinstance(record, Rejected):
                self.findings.reject(Place(source.name, rank), record.contract, record.anomaly)
                continue
            if record.body.anomalies:
                name = f"{record.buyer} {record.number}"
                self.findings.note(Place(source.name, rank), name, record.body.anomalies)
            yield Entry(source.file, index, rank, record)


def _apply(job: Job, first: list[Found] | None = None) -> Outcome:
    run = job.args["run"]
    try:
        with progress_bar(_("Écriture")) as advance:
            done = run_now(IMPORT_DECP, key=job.key, progress=lambda count, _total: advance(count))
    except BaseException:
        finish_decp_run(run=run, counts=None)
        raise
    return Outcome(run, dict(done.result or {}), first or [])
