"""What is told before an import, and the imports that are refused before the first write."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from jobs.enums import RunKind, RunStatus
from jobs.models import ImportRun
from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.findings import Findings
from suppliers.importers.sirene.layouts import DAILY, ESTABLISHMENTS, UNITS
from suppliers.importers.sirene.planning import Counts
from suppliers.importers.sirene.sources import Found
from suppliers.models import Company

#: A stock that leaves fewer of the directory's companies than this is taken for a broken one.
_LEAST_SHARE = 0.8


def tell(found: Found, say: Callable[[str], None]) -> None:
    """Tell what the operator must know before the import: what is missing, what is mixed."""
    for name, reason in found.ignored:
        say(_("Ignoré\u00a0: %(name)s. %(reason)s") % {"name": name, "reason": reason})
    for source in found.sources:
        if absent := source.layout.absent(source.columns):
            names = {"name": source.name, "columns": ", ".join(absent)}
            say(
                _(
                    "Colonnes absentes de «\u00a0%(name)s\u00a0», laissées vides\u00a0: "
                    "%(columns)s."
                )
                % names
            )
    if not found.of(DAILY) and not found.of(UNITS):
        say(
            _(
                "Sans StockUniteLegale, aucune entreprise n’est créée\u00a0: seuls les lieux des "
                "entreprises connues sont mis à jour."
            )
        )
    if not found.of(DAILY) and not found.of(ESTABLISHMENTS):
        say(
            _(
                "Sans StockEtablissement, aucune entreprise n’est créée\u00a0: seules celles que "
                "l’annuaire connaît sont mises à jour."
            )
        )
    if ImportRun.objects.filter(kind=RunKind.DEMO).exists():
        say(
            _(
                "L’annuaire contient des entreprises inventées (démonstration). Un stock complet "
                "les retire de l’annuaire\u00a0; des fichiers quotidiens s’y mêlent."
            )
        )


def refuse_mixture(found: Found) -> None:
    """Refuse a stock and daily files together: which comes first would be a guess."""
    if found.of(DAILY) and len(found.of(DAILY)) < len(found.sources):
        raise SireneError(
            _(
                "Un stock et des fichiers quotidiens ne s’importent pas ensemble\u00a0: importez "
                "d’abord le stock, puis les fichiers quotidiens."
            )
        )


def refuse_useless(read: int, preview: Counts, findings: Findings, found: Found) -> None:
    """Refuse files from which nothing comes, saying why."""
    if not read:
        raise SireneError(no_line(found.sources[0].name))
    if preview.kept or preview.written:
        return
    if findings.rejected:
        message = _(
            "Rien à importer\u00a0: %(count)d lignes écartées. La première\u00a0: %(anomaly)s."
        )
        raise SireneError(message % {"count": findings.rejected, "anomaly": findings.first[0]})
    if preview.waiting or not (found.of(DAILY) or found.of(ESTABLISHMENTS)):
        raise SireneError(
            _(
                "L’annuaire est vide et le stock incomplet\u00a0: donnez StockEtablissement et "
                "StockUniteLegale ensemble."
            )
        )


def refuse_shrinking(preview: Counts, found: Found) -> None:
    """Refuse a stock that would empty the directory: it is likelier broken than true."""
    imported = ImportRun.objects.filter(kind=RunKind.SIRENE, status=RunStatus.DONE).exists()
    if found.of(DAILY) or not imported:
        return
    before = Company.objects.in_directory().count()
    if preview.kept < before * _LEAST_SHARE:
        message = _(
            "Ce stock ne garderait que %(after)d des %(before)d entreprises de l’annuaire\u00a0: "
            "il est sans doute incomplet, ou le territoire a changé. Vérifiez-le, puis relancez "
            "avec --force s’il est bon."
        )
        raise SireneError(message % {"after": preview.kept, "before": before})


def no_line(name: str) -> str:
    """Return the sentence about a file that holds nothing."""
    message = _(
        "«\u00a0%(name)s\u00a0» n’a qu’un en-tête, aucune ligne\u00a0: téléchargez-le de nouveau."
    )
    return message % {"name": name}
