"""Opens the files named by the operator, and recognises what each is by its first bytes."""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from tenders.importers.decp import DecpError, NotDecp
from tenders.importers.decp.json_stream import Item, read_json
from tenders.importers.decp.xml_stream import read_xml

_HEAD = 4_096
_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP_TROUBLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
#: What an archive may hold: DECP shrinks ten times, rarely thirty.
_MOST_MEMBERS = 10_000
_MOST_BYTES = 16 << 30
_MOST_TIMES = 100
#: Members that tell an XLSX or an ODS.
_WORKBOOK = frozenset({"[Content_Types].xml", "mimetype"})
_SMALL = 1 << 20  # a member this small may shrink as it likes

Reader = Callable[[IO[bytes], str], Iterator[Item]]


@dataclass(frozen=True)
class Source:
    """A JSON or XML file to read, or a member of an archive; `name` is for the operator."""

    path: Path
    name: str
    #: The rank of `path` among those the operator named.
    file: int
    member: str = ""

    def items(self) -> Iterator[Item]:
        """Yield the contracts as the file gives them; raise DecpError."""
        with ExitStack() as stack:
            try:
                stream: IO[bytes] = stack.enter_context(self.path.open("rb"))
                if self.member:
                    archive = stack.enter_context(zipfile.ZipFile(stream))
                    stream = stack.enter_context(archive.open(self.member))
                head = stream.read(_HEAD)
                stream.seek(0)
                yield from recognise(self.name, head)(stream, self.name)
            except OSError as error:
                raise DecpError(_cannot_read(self.path, error)) from error
            except _ZIP_TROUBLE as error:
                raise DecpError(damaged(self.name)) from error


def find_sources(paths: Iterable[Path]) -> list[Source]:
    """Return the files and the members of archives to read; raise DecpError."""
    found: list[Source] = []
    for rank, path in enumerate(paths):
        try:
            if path.is_dir():
                raise DecpError(_folder(path))
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError as error:
            raise DecpError(_cannot_read(path, error)) from error
        found += (
            _members(path, rank) if head.startswith(b"PK") else [Source(path, path.name, rank)]
        )
    return found


def digest(paths: Iterable[Path], *words: str) -> str:
    """Return a hash of the content of files, and of `words`."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:32]


def recognise(name: str, head: bytes) -> Reader:
    """Return what reads a file that begins so; raise DecpError for what is no JSON nor XML."""
    if head.startswith(_UTF16) or b"\0" in head[:200]:
        message = _(
            "«\u00a0%(name)s\u00a0» n’est pas un texte en UTF-8\u00a0: reprenez le fichier publié."
        )
        raise NotDecp(message % {"name": name})
    text = head.removeprefix(_MARK).lstrip()
    if not text:
        raise NotDecp(_("Le fichier «\u00a0%(name)s\u00a0» est vide.") % {"name": name})
    if text[:1] in (b"{", b"["):
        return read_json
    if text[:1] == b"<":
        if b"<html" in text[:500].lower() or text[:14].lower() == b"<!doctype html":
            message = _(
                "«\u00a0%(name)s\u00a0» est une page web et non un fichier de données\u00a0: le "
                "téléchargement a échoué, recommencez-le."
            )
            raise NotDecp(message % {"name": name})
        return read_xml
    raise NotDecp(_other_kind(name, text))


def _other_kind(name: str, text: bytes) -> str:
    first = text.splitlines()[0]
    if first.count(b",") + first.count(b";") + first.count(b"\t") >= 2:
        return _table(name)
    message = _(
        "«\u00a0%(name)s\u00a0» n’est ni du JSON, ni du XML, ni un zip\u00a0: donnez un fichier "
        "DECP tel qu’il est publié."
    )
    return message % {"name": name}


def _table(name: str) -> str:
    message = _(
        "«\u00a0%(name)s\u00a0» est un tableau (CSV ou classeur)\u00a0: les versions tabulaires "
        "des DECP ne sont pas encore lues. Donnez le fichier JSON ou XML."
    )
    return message % {"name": name}


def _members(path: Path, rank: int) -> list[Source]:
    """Return the members of an archive that are JSON or XML."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _refuse_bomb(path, members)
            if any(member.filename in _WORKBOOK for member in members):
                raise DecpError(_table(path.name))
            found = [
                Source(path, f"{path.name}/{member.filename}", rank, member.filename)
                for member in members
                if _may_be_decp(archive, member)
            ]
    except _ZIP_TROUBLE as error:
        raise DecpError(damaged(path.name)) from error
    if not found:
        message = _(
            "L’archive «\u00a0%(name)s\u00a0» ne contient aucun fichier JSON ou XML de DECP."
        )
        raise DecpError(message % {"name": path.name})
    return found


def _may_be_decp(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as stream:
        try:
            recognise(member.filename, stream.read(_HEAD))
        except NotDecp:
            return False
    return not member.filename.startswith("__MACOSX/")


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    # What is declared bounds what is read: zipfile stops there, and then checks.
    large = [member for member in members if member.file_size > _SMALL]
    if (
        len(members) > _MOST_MEMBERS
        or sum(member.file_size for member in members) > _MOST_BYTES
        or any(member.file_size > _MOST_TIMES * max(1, member.compress_size) for member in large)
    ):
        message = _(
            "L’archive «\u00a0%(name)s\u00a0» se décompresse démesurément\u00a0: elle n’est pas "
            "ouverte. Décompressez-la vous-même si vous en êtes sûr."
        )
        raise DecpError(message % {"name": path.name})


def damaged(name: str) -> str:
    """Return the sentence about an archive that cannot be read to its end."""
    message = _(
        "«\u00a0%(name)s\u00a0» est abîmé, incomplet ou chiffré\u00a0: téléchargez-le de nouveau. "
        "Rien n’a été importé."
    )
    return message % {"name": name}


def _folder(path: Path) -> str:
    message = _("«\u00a0%(name)s\u00a0» est un dossier\u00a0: donnez les fichiers un par un.")
    return message % {"name": path}


def _cannot_read(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        message = _("«\u00a0%(name)s\u00a0» n’existe pas\u00a0: vérifiez le chemin.")
    else:
        message = _(
            "«\u00a0%(name)s\u00a0» ne peut pas être lu (%(reason)s)\u00a0: vérifiez ses droits."
        )
    return message % {"name": path, "reason": error.strerror}
