"""Turns the staged lines of the stock into rows, company by company."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.coordinates import to_wgs84
from suppliers.importers.sirene.findings import Findings, Rule
from suppliers.importers.sirene.planning import Group
from suppliers.importers.sirene.rows import CompanyRow, EstablishmentRow
from suppliers.importers.sirene.staging import Line, Staged, Staging
from suppliers.importers.sirene.stock_rows import parse_establishment, parse_unit, point_of
from suppliers.importers.sirene.values import Values

_TOGETHER = 1_000  # companies whose coordinates are converted in one call


class StockLines:
    """What the stock says; `has_units` tells whether a StockUniteLegale was read."""

    def __init__(
        self, staging: Staging, communes: Communes, *, read: int, has_units: bool
    ) -> None:
        self.read = read
        self._staging = staging
        self._communes = communes
        self._has_units = has_units

    def groups(self, findings: Findings) -> Iterator[Group]:
        """Yield each company of the directory or of the files."""
        staged = self._staging.groups()
        while chunk := list(islice(staged, _TOGETHER)):
            places = self._establishments(chunk, findings)
            for siren, units, lines in chunk:
                company = self._unit(units, findings)
                if company is None and lines and not units and self._has_units:
                    place = self._staging.place(lines[0])
                    findings.note(place, Rule.UNIT_MISSING, "siren", siren)
                yield Group(siren, company, tuple(places.get(siren, ())))

    def _unit(self, lines: list[Line], findings: Findings) -> CompanyRow | None:
        rows = [parse_unit(self._values(line, findings)) for line in lines]
        return next((row for row in reversed(rows) if row), None)

    def _establishments(
        self, chunk: list[Staged], findings: Findings
    ) -> dict[str, list[EstablishmentRow]]:
        values = [
            self._values(line, findings) for _siren, _units, lines in chunk for line in lines
        ]
        points = to_wgs84([point_of(line) for line in values])
        rows: dict[str, list[EstablishmentRow]] = {}
        for line, point in zip(values, points, strict=True):
            row = parse_establishment(line, self._communes)
            if row is not None:
                if point is not None:
                    row = replace(row, latitude=point[0], longitude=point[1])
                rows.setdefault(row.company_id, []).append(row)
        return rows

    def _values(self, line: Line, findings: Findings) -> Values:
        return Values(line, self._staging.place(line), findings)
