"""Streams the stock through DuckDB, and keeps what concerns the territory in a temporary file.

Millions of lines are filtered in SQL on the columns the directory needs; Python sees only the
companies it may keep, some hundreds at a time, whatever the size of the files.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import duckdb
from django.db.models import Model
from django.utils.translation import gettext as _

from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.findings import Place
from suppliers.importers.sirene.layouts import ESTABLISHMENTS, UNITS, Layout
from suppliers.importers.sirene.sources import Source, damaged, malformed
from suppliers.models import Company, Establishment

#: Enough for 43 million lines; sorting more spills to the temporary file.
_MEMORY = "192MB"
_POLL = 0.3  # seconds between two looks at the progress
_CHUNK = 20_000
_FETCHED = 2_000

Line = dict[str, Any]
#: One company: its SIREN, its lines of the units and of the establishments.
Staged = tuple[str, list[Line], list[Line]]

# Closed lines matter only where the directory would otherwise believe the place open.
_WANTED_ESTABLISHMENTS = """
    siret IN (SELECT siret FROM known_establishments)
    OR (
        "etatAdministratifEtablissement" = 'A'
        AND "statutDiffusionEtablissement" IN ('O', 'P')
        AND "codeCommuneEtablissement" <> ''
        AND (
            "codeCommuneEtablissement" IN (SELECT code FROM local_communes)
            OR "codeCommuneEtablissement" NOT IN (SELECT code FROM all_communes)
        )
    )
"""
_WANTED_UNITS = """
    siren IN (SELECT siren FROM known_units) OR siren IN (SELECT siren FROM establishments)
"""


class Staging:
    """The lines of the stock that may matter, in a DuckDB file of `workdir`."""

    def __init__(self, workdir: Path, communes: Communes) -> None:
        self._con = duckdb.connect(
            str(workdir / "staging.duckdb"),
            config={
                "memory_limit": _MEMORY,
                "threads": 2,
                "temp_directory": str(workdir / "spill"),
                "autoinstall_known_extensions": False,
            },
        )
        self._con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        self._sources: list[Source] = []
        for layout in (UNITS, ESTABLISHMENTS):
            columns = ", ".join(f'"{name}" VARCHAR' for name in layout.columns)
            self._con.execute(
                f"CREATE TABLE {_table(layout)} (source INTEGER, line BIGINT, {columns})"
            )
        self._fill("local_communes", "code", communes.local_codes())
        self._fill("all_communes", "code", communes.current)
        self._fill("known_units", "siren", _column(Company, "siren"))
        self._fill("known_establishments", "siret", _column(Establishment, "siret"))

    def close(self) -> None:
        self._con.close()

    def read(self, source: Source, advance: Callable[[int], None]) -> int:
        """Keep the lines of `source` that may matter; return how many lines it holds.

        Establishments must come before units, which are kept for their sake. `advance` is
        told the percentage done. Raises SireneError when a line is malformed or not UTF-8.
        """
        reader, parameters = _reader(source)
        number = len(self._sources)
        self._sources.append(source)
        layout = source.layout
        wanted = _WANTED_ESTABLISHMENTS if layout is ESTABLISHMENTS else _WANTED_UNITS
        # The header is line 1 of a CSV. Names in the SQL are those of the layouts.
        lines = "row_number() OVER ()" if source.delimiter else "file_row_number"
        columns = ", ".join(self._expressions(source))
        selected = f"SELECT {number} AS source, {lines} + 1 AS line, {columns} FROM {reader}"  # noqa: S608
        insert = f"INSERT INTO {_table(layout)} SELECT * FROM ({selected}) WHERE {wanted}"  # noqa: S608
        try:
            self._execute(insert, parameters, advance)
            self._refuse_malformed(source)
            counted = self._con.execute(f"SELECT count(*) FROM {reader}", parameters)  # noqa: S608
            return int(counted.fetchall()[0][0])
        except duckdb.Error as error:
            raise SireneError(damaged(source.name)) from error

    def groups(self) -> Iterator[Staged]:
        """Yield every company known or staged, by SIREN."""
        sirens = self._con.cursor().execute(
            "SELECT siren FROM known_units UNION SELECT siren FROM units"
            " UNION SELECT siren FROM establishments ORDER BY siren"
        )
        units, establishments = self._lines_of(UNITS), self._lines_of(ESTABLISHMENTS)
        while some := sirens.fetchmany(_FETCHED):
            for (siren,) in some:
                yield siren, units(siren), establishments(siren)

    def place(self, line: Line) -> Place:
        """Return where a staged line comes from."""
        return Place(self._sources[line["source"]].name, line["line"])

    def _lines_of(self, layout: Layout) -> Callable[[str], list[Line]]:
        """Return a function that gives the lines of a SIREN; ask in ascending order only."""
        grouped = groupby(self._sorted(layout), key=lambda line: line["siren"])
        ahead = next(grouped, None)

        def lines_of(siren: str) -> list[Line]:
            nonlocal ahead
            if ahead is None or ahead[0] != siren:
                return []
            lines = list(ahead[1])
            ahead = next(grouped, None)
            return lines

        return lines_of

    def _sorted(self, layout: Layout) -> Iterator[Line]:
        found = self._con.cursor().execute(f"FROM {_table(layout)} ORDER BY siren, source, line")
        names = [column[0] for column in found.description]
        while some := found.fetchmany(_FETCHED):
            for row in some:
                yield dict(zip(names, row, strict=True))

    def _fill(self, table: str, column: str, values: Iterable[str]) -> None:
        self._con.execute(f"CREATE TABLE {table} ({column} VARCHAR)")
        insert = f"INSERT INTO {table} SELECT unnest(?)"
        every = iter(values)
        while some := list(islice(every, _CHUNK)):
            self._con.execute(insert, [some])

    def _expressions(self, source: Source) -> Iterator[str]:
        """Yield one SQL expression of text for each column of the layout."""
        types: dict[str, str] = {}
        if not source.delimiter:
            described = self._con.execute(
                "DESCRIBE SELECT * FROM read_parquet(?)", [str(source.path)]
            )
            types = {row[0]: row[1] for row in described.fetchall()}
        for name in source.layout.columns:
            if name not in source.columns:
                yield f'NULL AS "{name}"'
            elif types.get(name, "VARCHAR") == "VARCHAR":
                yield f'coalesce("{name}", \'\') AS "{name}"'
            else:
                yield f'{_as_text(name, types[name], source.layout)} AS "{name}"'

    def _execute(self, sql: str, parameters: list[Any], advance: Callable[[int], None]) -> None:
        """Run a long statement while telling how far it is."""
        with ThreadPoolExecutor(max_workers=1) as thread:
            running = thread.submit(self._con.execute, sql, parameters)
            try:
                while wait_for([running], timeout=_POLL).not_done:
                    advance(max(0, int(self._con.query_progress())))
            except BaseException:  # Ctrl-C must not wait for the end of ten gigabytes
                self._con.interrupt()
                raise
            running.result()
        advance(100)

    def _refuse_malformed(self, source: Source) -> None:
        if not source.delimiter:
            return
        rejects = self._con.execute("SELECT line, error_type FROM reject_errors ORDER BY line")
        for line, trouble in rejects.fetchall():
            if trouble == "INVALID ENCODING":
                message = _(
                    "«\u00a0%(name)s\u00a0» n’est pas en UTF-8 (ligne %(line)d)\u00a0: "
                    "reprenez le fichier "
                    "de l’Insee sans le convertir. Rien n’a été importé."
                )
                raise SireneError(message % {"name": source.name, "line": line})
            raise SireneError(malformed(source.name, line))


def _reader(source: Source) -> tuple[str, list[Any]]:
    """Return the table function that reads `source`, and its parameters."""
    if not source.delimiter:
        return "read_parquet(?, file_row_number = true)", [str(source.path)]
    columns = dict.fromkeys(source.columns, "VARCHAR")  # text: leading zeros live
    return (
        "read_csv(?, columns = ?, delim = ?, header = true, auto_detect = false, quote = '\"',"
        " escape = '\"', ignore_errors = true, store_rejects = true, rejects_limit = 5)",
        [str(source.path), columns, source.delimiter],
    )


def _as_text(name: str, kind: str, layout: Layout) -> str:
    """Return the SQL of a typed Parquet column as text, its lost leading zeros put back."""
    if name in layout.widths and kind not in {"BOOLEAN", "DATE"}:
        return f"coalesce(printf('%0{layout.widths[name]}d', CAST(\"{name}\" AS BIGINT)), '')"
    return f"coalesce(CAST(\"{name}\" AS VARCHAR), '')"


def _table(layout: Layout) -> str:
    return "units" if layout is UNITS else "establishments"


def _column(model: type[Model], name: str) -> Iterator[str]:
    return model._default_manager.values_list(name, flat=True).iterator(chunk_size=_CHUNK)
