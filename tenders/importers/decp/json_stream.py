"""Reads a JSON file of any size contract by contract, in bounded memory.

Over the standard decoder rather than a streaming parser: ijson's takes the whole process down
on an integer of 10 000 digits or on a million brackets, and is no faster.
"""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _

from tenders.importers.decp import DecpError, NotDecp
from tenders.importers.decp.nested import NUMBERS

_CHUNK = 1 << 18
_LONGEST = 8 << 20  # characters of one contract
_SPACES = " \t\n\r"


class Item(NamedTuple):
    """A contract as the file gives it: any JSON value.

    `listing` names the list it stands in: "marche", "contrat-concession", "" in a flat file.
    `twice` are the keys written twice in it.
    """

    listing: str
    value: Any
    twice: tuple[str, ...] = ()


def read_json(stream: IO[bytes], name: str) -> Iterator[Item]:
    """Yield the contracts of a DECP file; raise DecpError where it is broken."""
    text = _Text(stream, name)
    found = False
    if text.peek() != "{":
        raise NotDecp(_not_decp(name))
    for key in text.members():
        if key != "marches":
            text.value()
            continue
        opening = text.peek()
        if opening not in ("{", "["):
            raise NotDecp(_not_decp(name))
        found = True
        yield from _listed(text) if opening == "{" else _in_list(text, "")
    text.end()
    if not found:
        raise NotDecp(_not_decp(name))


def _listed(text: "_Text") -> Iterator[Item]:
    """Yield the contracts of the lists of an object; a single one may stand for its list."""
    for key in text.members():
        if text.peek() == "[":
            yield from _in_list(text, key)
        else:
            value = text.value()
            if isinstance(value, dict):
                yield Item(key, value, text.twice())


def _in_list(text: "_Text", listing: str) -> Iterator[Item]:
    for _rank in text.elements():
        value = text.value()
        text.records += 1
        yield Item(listing, value, text.twice())


def _not_decp(name: str) -> str:
    message = _(
        "«\u00a0%(name)s\u00a0» n’est pas un fichier DECP\u00a0: il n’a pas de clé «\u00a0marches"
        "\u00a0» qui tienne une liste de contrats."
    )
    return message % {"name": name}


class _Text:
    """A JSON text read as it comes: only what the current value needs is in memory."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text, self._at, self._ended = "", 0, False
        self._line, self._bytes = 1, 0
        self._twice: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, **NUMBERS)
        #: Contracts read so far.
        self.records = 0

    def twice(self) -> tuple[str, ...]:
        """Return the keys written twice since the last call."""
        found = tuple(self._twice)
        self._twice.clear()
        return found

    def peek(self) -> str:
        """Return the next character that is not a space, "" at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACES:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._fill():
                return ""

    def value(self) -> Any:
        """Return the next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise DecpError(self._broken(_("il est trop imbriqué"))) from error
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > _LONGEST or not self._fill():
                    self._at = max(self._at, error.pos)
                    raise DecpError(self._broken()) from error
                continue
            # A number may go on in what is not read yet.
            if end < len(self._text) or not self._fill():
                self._at = end
                return value

    def members(self) -> Iterator[str]:
        """Yield each key of the next object; read its value before the next key."""
        for _rank in self._separated("{", "}"):
            if self.peek() != '"':
                raise DecpError(self._broken())
            key = self.value()
            self._take(":")
            yield key

    def elements(self) -> Iterator[int]:
        """Yield once before each element of the next list; read it before the next one."""
        yield from self._separated("[", "]")

    def end(self) -> None:
        """Refuse anything after the end."""
        if self.peek():
            raise DecpError(self._broken())

    def _separated(self, opening: str, closing: str) -> Iterator[int]:
        self._take(opening)
        if self.peek() == closing:
            self._at += 1
            return
        rank = 0
        while True:
            yield rank
            rank += 1
            if self.peek() == closing:
                self._at += 1
                return
            self._take(",")

    def _take(self, character: str) -> None:
        if self.peek() != character:
            raise DecpError(self._broken())
        self._at += 1

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _value in pairs]
            self._twice += dict.fromkeys(key for key in keys if keys.count(key) > 1)
        return found

    def _fill(self) -> bool:
        """Read on, as much again as is waiting; return False at the end of the file."""
        if self._ended:
            return False
        waiting = self._text[self._at :]
        chunk = self._stream.read(max(_CHUNK, len(waiting)))
        try:
            more = self._decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            raise DecpError(_not_utf8(self._name, self._bytes + error.start)) from error
        self._ended = not chunk
        if chunk:
            self._bytes += len(chunk)
            self._line += self._text.count("\n", 0, self._at)
            self._text, self._at = waiting + more, 0
            self._twice.clear()
        return bool(chunk)

    def _broken(self, reason: str = "") -> str:
        if not self._text[self._at :].strip() and self._ended:
            reason = _("il s’arrête avant la fin")
        message = _(
            "Le JSON de «\u00a0%(name)s\u00a0» est abîmé à la ligne %(line)d, après %(records)d "
            "contrats lus\u00a0: %(reason)s. Rien n’a été importé."
        )
        return message % {
            "name": self._name,
            "line": self._line + self._text.count("\n", 0, self._at),
            "records": self.records,
            "reason": reason or _("un caractère n’est pas à sa place"),
        }


def _not_utf8(name: str, position: int) -> str:
    message = _(
        "«\u00a0%(name)s\u00a0» n’est pas en UTF-8 (octet %(position)d)\u00a0: reprenez le "
        "fichier publié sans le convertir. Rien n’a été importé."
    )
    return message % {"name": name, "position": position}
