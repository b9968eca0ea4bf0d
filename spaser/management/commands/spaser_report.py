"""`manage.py spaser_report --buyer SIRET|SIREN --year YEAR`: a buyer's figures as a document."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from reference.identifiers import display
from spaser.cohort import UnknownBuyer
from spaser.figures import SpaserFigures
from spaser.forms import REPORT, ReportForm
from spaser.queries import read_figures
from spaser.reports import FORMATS, LATER


class Command(BaseCommand):
    help = (
        "Writes the social and environmental figures of a buyer and a year, read from its "
        "contracts. Without -o, standard output carries the document and nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--buyer", help="a SIRET, or a SIREN for all its SIRETs")
        parser.add_argument("--year", help="year of the notifications")
        parser.add_argument("--scope", help="legal (from the threshold, the default) or all")
        parser.add_argument("--policy", help="all (the default) or exclude_call_offs")
        parser.add_argument("--strict", action="store_const", const="true",
                            help="a yes that contradicts itself is not declared")  # fmt: skip
        parser.add_argument("--with-concessions", dest="concessions", action="store_const",
                            const="true", help="add the concessions")  # fmt: skip
        parser.add_argument("--as-of", help="day of the report, YYYY-MM-DD (default: today)")
        parser.add_argument("--format", default="json", help="json (the default) or pdf")
        parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file")

    def handle(self, *args: Any, **options: Any) -> None:
        written_as = _format(options["format"])
        document = written_as(_figures(options))
        if options["output"] is None:
            sys.stdout.buffer.write(document)
            sys.stdout.buffer.flush()
        else:
            _save(document, options["output"])
            self.stderr.write(_("Rapport écrit dans %(path)s.") % {"path": options["output"]})


def _format(name: str) -> Any:
    if name in LATER:
        raise CommandError(
            _("Le format %(format)s est à venir\u00a0: demandez json ou pdf.") % {"format": name}
        )
    if name not in FORMATS:
        raise CommandError(
            _("«\u00a0%(format)s\u00a0» n’est pas un format connu\u00a0: demandez json ou pdf.")
            % {"format": name[:60]}
        )
    return FORMATS[name][0]


def _figures(options: dict[str, Any]) -> SpaserFigures:
    asked = {name: [options[name]] for name in REPORT if options[name] is not None}
    form = ReportForm(MultiValueDict(asked))
    if not form.is_valid():
        raise CommandError(
            "\n".join(
                f"--{name.replace('_', '-')}\u00a0: {said}" for name, said in form.errors_list
            )
        )
    try:
        return read_figures(form.query)
    except UnknownBuyer as error:
        raise CommandError(
            _("--buyer\u00a0: aucun acheteur connu ne porte le numéro %(number)s.")
            % {"number": display(str(error))}
        ) from error


def _save(document: bytes, path: Path) -> None:
    """Write beside, then rename: whoever looks sees the whole file or the former one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():
            raise IsADirectoryError(path)
        try:
            beside.write_bytes(document)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise CommandError(
            _(
                "%(path)s ne peut pas être écrit\u00a0: vérifiez que le dossier existe et que "
                "vous pouvez y écrire, ou donnez un autre fichier à -o."
            )
            % {"path": path}
        ) from error
