"""`manage.py rebuild_search`: write an index anew, beside the one in use, then flip."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.progress import progress_bar
from search.indexing import UnknownIndex, get_type, indexes, rebuild_index


class Command(BaseCommand):
    help = (
        "Writes the search indexes anew. Needed after a change of the analysis or of synonyms; "
        "searches go on with the old index until the new one is complete."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("index", nargs="*", help="indexes to rebuild (all by default)")

    def handle(self, *args: object, **options: list[str]) -> None:
        for index in options["index"] or indexes():
            try:
                total = get_type(index).count()
            except UnknownIndex as error:
                raise CommandError(str(error)) from error
            label = _("Index «\u00a0%(index)s\u00a0»") % {"index": index}
            with progress_bar(label, total) as advance:
                done = rebuild_index(index, progress=advance)
            self.stdout.write(
                _("Index «\u00a0%(index)s\u00a0»\u00a0: %(count)d documents.")
                % {"index": index, "count": done}
            )
