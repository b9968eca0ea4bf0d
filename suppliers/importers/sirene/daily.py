"""Reads daily files of 2017: events in order, of which only the last state of each unit counts."""

import csv
from collections.abc import Iterable, Iterator

from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.daily_rows import COMMUNE, Event, parse_event
from suppliers.importers.sirene.findings import Findings, Place
from suppliers.importers.sirene.planning import Group
from suppliers.importers.sirene.rows import CompanyRow, EstablishmentRow
from suppliers.importers.sirene.sources import Source, damaged, malformed, open_daily
from suppliers.importers.sirene.values import Values
from suppliers.models import Company


class DailyEvents:
    """The events of some files, folded: memory grows with the territory, not with the files."""

    def __init__(self, sources: Iterable[Source], communes: Communes) -> None:
        self.sources = list(sources)
        self.communes = communes
        self.read = 0  # lines, known once `groups` has read them

    def groups(self, findings: Findings) -> Iterator[Group]:
        """Yield what the files say of each company of the territory or of the directory."""
        companies: dict[str, tuple[str, CompanyRow]] = {}
        places: dict[str, dict[str, tuple[str, EstablishmentRow]]] = {}
        wanted = self._sirens()
        for event in self._events(wanted, findings):
            siren, siret = event.company.siren, event.establishment.siret
            mine = places.setdefault(siren, {})
            if siret not in mine or mine[siret][0] <= event.stamp:
                mine[siret] = (event.stamp, event.establishment)
            if siren not in companies or companies[siren][0] <= event.stamp:
                companies[siren] = (event.stamp, event.company)
        for siren in sorted(companies):
            rows = tuple(place for _stamp, place in places[siren].values())
            yield Group(siren, companies[siren][1], rows)

    def _sirens(self) -> set[str]:
        """Companies with an event in the territory, and those of the directory.

        What an event elsewhere says of them counts too, on the first import as on the second.
        """
        found = set(Company.objects.values_list("siren", flat=True).iterator())
        for source in self.sources:
            for values in _lines(source, Findings()):
                if self.communes.current.get(values.text(COMMUNE)) in self.communes.territory:
                    found.add(values.text("SIREN"))
        return found

    def _events(self, wanted: set[str], findings: Findings) -> Iterator[Event]:
        for source in self.sources:
            for values in _lines(source, findings):
                self.read += 1
                event = parse_event(values, self.communes)
                if event and event.company.siren in wanted:
                    yield event


def _lines(source: Source, findings: Findings) -> Iterator[Values]:
    """Yield each line; SireneError when one has not the columns of the header."""
    with open_daily(source) as file:
        reader = csv.reader(file, delimiter=source.delimiter)
        try:
            next(reader)
            for row in filter(None, reader):  # a blank line is no line
                if len(row) != len(source.columns):
                    raise SireneError(malformed(source.name, reader.line_num))
                raw = dict(zip(source.columns, row, strict=True))
                raw[COMMUNE] = raw["DEPET"] + raw["COMET"]
                yield Values(raw, Place(source.name, reader.line_num), findings)
        except (csv.Error, UnicodeDecodeError) as error:
            raise SireneError(damaged(source.name)) from error
