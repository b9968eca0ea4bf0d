"""Finds the files of SIRENE among those named, and recognises each by its header.

A folder may hold anything: what is no SIRENE file there is told and left alone, whereas a file
named by the operator, or announced by its name (StockUniteLegale..., sirc_...), must be good.
"""

import csv
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

import duckdb
from django.utils.translation import gettext as _

from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.layouts import LAYOUTS, Layout, named_after, recognise

_HEADER_BYTES = 65_536
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP_TROUBLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Source:
    """A file to read: `name` for the operator, `path` where it lies (extracted from its zip)."""

    name: str
    path: Path
    layout: Layout
    columns: tuple[str, ...]
    #: "" for Parquet.
    delimiter: str


@dataclass
class Found:
    """The files to read, and the others with the reason why not."""

    sources: list[Source] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def of(self, layout: Layout) -> list[Source]:
        return [source for source in self.sources if source.layout is layout]


class _Unrecognised(SireneError):
    """Not a file of SIRENE; harmless in a folder."""


class _Unreadable(_Unrecognised):
    """What the file is cannot be told; harmless in a folder, unless its name promises SIRENE."""


def find_sources(paths: Iterable[Path], workdir: Path) -> Found:
    """Return the files of SIRENE at `paths` (files or folders); zip members go to `workdir`.

    Raises SireneError for a path that does not exist, a file that is damaged or lacks a
    compulsory column, and when nothing at all is recognised.
    """
    found = Found()
    for path in paths:
        try:
            if path.is_dir():
                _look_into(path, workdir, found)
            else:
                found.sources += _open(path, workdir)
        except OSError as error:
            raise SireneError(_cannot_read(path, error)) from error
    if not found.sources:
        raise SireneError(_nothing_found(found))
    return found


def _cannot_read(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        message = _("«\u00a0%(name)s\u00a0» n’existe pas\u00a0: vérifiez le chemin.")
    else:
        message = _(
            "«\u00a0%(name)s\u00a0» ne peut pas être lu (%(reason)s)\u00a0: vérifiez ses droits."
        )
    return message % {"name": error.filename or path, "reason": error.strerror}


def _look_into(folder: Path, workdir: Path, found: Found) -> None:
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            found.sources += _open(path, workdir)
        except _Unrecognised as error:
            if isinstance(error, _Unreadable) and named_after(path.name):
                raise
            found.ignored.append((path.name, str(error)))


def _nothing_found(found: Found) -> str:
    known = ", ".join(layout.name for layout in LAYOUTS)
    ignored = ", ".join(name for name, _reason in found.ignored) or _("aucun fichier")
    return _(
        "Aucun fichier Sirene ici (vu\u00a0: %(ignored)s). Donnez un fichier %(known)s, en CSV, "
        "en zip ou en Parquet."
    ) % {"ignored": ignored, "known": known}


def _open(path: Path, workdir: Path) -> list[Source]:
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if head.startswith(b"PK"):
        return _open_zip(path, workdir)
    if head.startswith(b"PAR1"):
        return [_source(path.name, path, _parquet_columns(path), "")]
    return [_text_source(path.name, path, head)]


def _text_source(name: str, path: Path, head: bytes) -> Source:
    columns, delimiter = _header(name, head)
    return _source(name, path, columns, delimiter)


def _source(name: str, path: Path, columns: tuple[str, ...], delimiter: str) -> Source:
    layout = recognise(name.rpartition("/")[2], columns)
    if layout is None:
        message = _(
            "«\u00a0%(name)s\u00a0» n’est ni un StockUniteLegale, ni un "
            "StockEtablissement, ni un fichier "
            "quotidien sirc de Sirene\u00a0: ses colonnes ne sont pas les leurs."
        )
        raise _Unrecognised(message % {"name": name})
    if missing := layout.missing(columns):
        message = _(
            "Il manque à «\u00a0%(name)s\u00a0» les colonnes %(missing)s\u00a0: reprenez "
            "le fichier "
            "%(layout)s complet de l’Insee."
        )
        names = {"name": name, "missing": ", ".join(missing), "layout": layout.name}
        raise SireneError(message % names)
    if len(set(columns)) < len(columns):
        message = _("L’en-tête de «\u00a0%(name)s\u00a0» nomme deux fois la même colonne.")
        raise SireneError(message % {"name": name})
    return Source(name, path, layout, columns, delimiter)


def _header(name: str, head: bytes) -> tuple[tuple[str, ...], str]:
    """Return the column names of a CSV and its delimiter."""
    if not head.strip():
        raise _Unreadable(_("Le fichier «\u00a0%(name)s\u00a0» est vide.") % {"name": name})
    if head.startswith(_UTF16) or b"\0" in head[:200]:
        message = _(
            "«\u00a0%(name)s\u00a0» n’est pas un texte en UTF-8\u00a0: enregistrez-le en UTF-8."
        )
        raise _Unreadable(message % {"name": name})
    first = head.decode("utf-8-sig", errors="replace").splitlines()[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    cells = next(csv.reader([first], delimiter=delimiter), [])
    return tuple(cell.strip() for cell in cells), delimiter


def _parquet_columns(path: Path) -> tuple[str, ...]:
    try:
        described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)])
        return tuple(row[0] for row in described.fetchall())
    except duckdb.Error as error:
        raise _Unreadable(damaged(path.name)) from error


def damaged(name: str) -> str:
    """Return the sentence about a file that cannot be read to its end."""
    return _(
        "«\u00a0%(name)s\u00a0» est abîmé ou incomplet\u00a0: téléchargez-le de nouveau. "
        "Rien n’a été "
        "importé."
    ) % {"name": name}


def _open_zip(path: Path, workdir: Path) -> list[Source]:
    """Return the recognised members of an archive, extracted and checked (CRC)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_members(path.name, archive, workdir))
    except _ZIP_TROUBLE as error:
        raise _Unreadable(damaged(path.name)) from error


def _members(name: str, archive: zipfile.ZipFile, workdir: Path) -> Iterator[Source]:
    message = _("L’archive «\u00a0%(name)s\u00a0» ne contient aucun fichier CSV de Sirene.")
    refused: SireneError | None = _Unrecognised(message % {"name": name})
    for member in archive.infolist():
        with archive.open(member) as stream:
            head = stream.read(_HEADER_BYTES)
        target = Path(mkdtemp(dir=workdir)) / "member.csv"
        try:
            source = _text_source(f"{name}/{member.filename}", target, head)
        except _Unrecognised as error:
            refused = refused and error
            continue
        _extract(archive, member, target)
        refused = None
        yield source
    if refused:
        raise refused


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    free = shutil.disk_usage(target.parent).free
    if member.file_size > free:
        message = _(
            "Il faut %(need)d Mo libres dans «\u00a0%(folder)s\u00a0» pour décompresser "
            "«\u00a0%(name)s\u00a0», il "
            "en reste %(free)d\u00a0: faites de la place ou changez TMPDIR."
        )
        sizes = {"need": member.file_size >> 20, "free": free >> 20}
        raise SireneError(message % {"folder": target.parent, "name": member.filename, **sizes})
    with archive.open(member) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)


def malformed(name: str, line: int) -> str:
    """Return the sentence about a line that is not one of the table."""
    return _(
        "La ligne %(line)d de «\u00a0%(name)s\u00a0» n’a pas les colonnes de "
        "l’en-tête\u00a0: le fichier "
        "est abîmé ou incomplet, téléchargez-le de nouveau. Rien n’a été importé."
    ) % {"line": line, "name": name}


def open_daily(source: Source) -> IO[str]:
    """Return a daily file as text: Latin-1 as INSEE wrote it, UTF-8 when it carries a mark."""
    with source.path.open("rb") as file:
        marked = file.read(3) == b"\xef\xbb\xbf"
    return source.path.open(encoding="utf-8-sig" if marked else "latin-1", newline="")
