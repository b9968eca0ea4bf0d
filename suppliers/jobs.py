"""The room's durable work: imports of the companies' register."""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.execution import Step
from jobs.progress import progress_bar
from jobs.registry import stepwise_job
from search.indexing import refresh_index
from suppliers.documents import INDEX

SIRENE = "suppliers.import_sirene"


@stepwise_job(SIRENE, title=gettext_lazy("Import du répertoire Sirene"))
def bring_sirene(step: Step, *, paths: Sequence[str], force: bool) -> dict[str, object]:
    """Import the files at `paths`; return the line of `--format json` once it can be searched."""
    # DuckDB takes 0.2 s and 34 MB, and every process that asks for a job reads this file.
    from suppliers.importers.sirene.run import import_sirene

    outcome = import_sirene(map(Path, paths), step=step, force=force, say=step.say)
    with progress_bar(_("Index de recherche")) as advance:
        refresh_index(INDEX, progress=advance)
    for anomaly in outcome.findings.first:
        step.say(str(anomaly))
    return outcome.as_json()
