"""Reads an XML file of any size contract by contract; entities and DTDs are refused."""

from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from tenders.importers.decp import DecpError, NotDecp
from tenders.importers.decp.json_stream import Item

_CHUNK = 1 << 16
_LONGEST = 8 << 20  # characters of one contract
_DEEPEST = 64


def read_xml(stream: IO[bytes], name: str) -> Iterator[Item]:
    """Yield the contracts of a DECP file; raise DecpError where it is broken."""
    contracts = _Contracts(name)
    parser = DefusedXMLParser(target=contracts, forbid_dtd=True)
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from contracts.ready()
        parser.close()
    except DefusedXmlException as error:
        message = _(
            "«\u00a0%(name)s\u00a0» déclare des entités ou une DTD\u00a0: un fichier DECP n’en a "
            "pas. Rien n’a été importé."
        )
        raise DecpError(message % {"name": name}) from error
    except (ParseError, LookupError, ValueError) as error:
        line = error.position[0] if isinstance(error, ParseError) else 1
        raise DecpError(broken(name, line, contracts.count)) from error
    yield from contracts.ready()


def broken(name: str, line: int, records: int) -> str:
    """Return the sentence about an XML file that cannot be read to its end."""
    message = _(
        "Le XML de «\u00a0%(name)s\u00a0» est abîmé à la ligne %(line)d, après %(records)d "
        "contrats lus. Rien n’a été importé."
    )
    return message % {"name": name, "line": line, "records": records}


class _Contracts:
    """What the parser tells: each child of the root becomes what JSON would say of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ready: list[Item] = []
        #: The elements open below the root: tag, children, text.
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._in_root = False
        self._size = 0
        self.count = 0

    def ready(self) -> list[Item]:
        """Return the contracts that are whole, once each."""
        found, self._ready = self._ready, []
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if not self._in_root:
            if local != "marches":
                message = _(
                    "«\u00a0%(name)s\u00a0» n’est pas un fichier DECP\u00a0: sa racine est "
                    "<%(tag)s>, et non <marches>."
                )
                raise NotDecp(message % {"name": self._name, "tag": local[:40]})
            self._in_root = True
            return
        if len(self._open) >= _DEEPEST:
            raise DecpError(self._too_much())
        self._open.append((local, {}, []))

    def data(self, text: str) -> None:
        if self._open:
            self._size += len(text)
            if self._size > _LONGEST:
                raise DecpError(self._too_much())
            self._open[-1][2].append(text)

    def end(self, tag: str) -> None:
        if not self._open:
            return
        local, children, texts = self._open.pop()
        value = children or "".join(texts).strip() or None
        if self._open:
            _add(self._open[-1][1], local, value)
            return
        self._size = 0
        self.count += 1
        self._ready.append(Item(local, value))

    def close(self) -> None:
        """The parser is done."""

    def _too_much(self) -> str:
        message = _(
            "«\u00a0%(name)s\u00a0» a un contrat démesuré (le %(rank)dᵉ)\u00a0: ce n’est pas un "
            "fichier DECP. Rien n’a été importé."
        )
        return message % {"name": self._name, "rank": self.count + 1}


def _add(parent: dict[str, Any], tag: str, value: Any) -> None:
    """Keep a child; repeated ones make a list."""
    if tag not in parent:
        parent[tag] = value
    elif isinstance(parent[tag], list):
        parent[tag].append(value)
    else:
        parent[tag] = [parent[tag], value]
