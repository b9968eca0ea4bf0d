"""The engine of larger installs: an Elasticsearch 9 server or cluster.

A search first looks whether the change feed holds something new and if so sends it, so that what
one process commits is found by the next search of every other, as with the embedded engine. Each
document carries the id of the change it was written for as its version: two processes that send
the same change, or an old one late, do no harm. Up to which change an index holds everything
stands in its own `_meta`.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import bulk, streaming_bulk

from jobs.changes import changed_keys, forget_changes, last_change
from search.documents import Document, DocumentType
from search.engines.base import LIVE_CHANGES, EnginePage, EngineQuery, SearchUnavailable
from search.engines.elasticsearch import asking, index

logger = logging.getLogger(__name__)

_SEARCH_SECONDS = 3
_BUILD_SECONDS = 300
_AT_ONCE = 1_000
#: The server is there, but cannot answer now.
_UNAVAILABLE = frozenset((429, 502, 503, 504))
#: An older change than the document has already, or one that is gone already.
_ALREADY_DONE = (404, 409)


class IndexIncomplete(Exception):
    """A new index does not hold what was sent; the one in use stays."""


class ElasticsearchEngine:
    """Implements `search.engines.base.SearchEngine` on the server at `url`."""

    def __init__(self, url: str) -> None:
        # Nobody waits for a second try: the page says at once that the search is unavailable.
        self._client = Elasticsearch(url, request_timeout=_SEARCH_SECONDS, max_retries=0)
        self._builder = self._client.options(request_timeout=_BUILD_SECONDS)
        #: How far the index in use is known to follow the change feed, by index.
        self._through: dict[str, int] = {}

    def search(self, kind: DocumentType, query: EngineQuery) -> EnginePage:
        """Answer `query` on what is committed now; nothing when the index was never built."""
        with _available():
            self._follow(kind, most=LIVE_CHANGES)
            answer = self._client.search(
                index=_alias(kind),
                body=asking.body(kind, query),
                ignore_unavailable=True,
                allow_partial_search_results=False,  # a total must be exact
            )
        return asking.page(query, answer.body)

    def rebuild(
        self,
        kind: DocumentType,
        *,
        documents: Iterable[Document],
        through: int,
        progress: Callable[[int], None],
    ) -> int:
        """Fill a new index, check its count, then move the alias to it.

        Raises BulkIndexError, with each reason, when the server refuses a document, and
        IndexIncomplete; the index in use is then as it was.
        """
        name = f"{_alias(kind)}-{_stamp()}"
        with _available():
            self._create(kind, name, through)
            try:
                self._fill(kind, name, documents, through, progress)
            except BaseException:
                with contextlib.suppress(TransportError, ApiError):
                    self._client.indices.delete(index=name)
                raise
            self._flip(kind, name)
            # What was sent to the former index meanwhile is sent to this one too.
            self._through.pop(kind.index, None)
            self._follow(kind, most=None)
            forget_changes(kind.index, through=through)
        return self.count(kind)

    def refresh(self, kind: DocumentType) -> None:
        """Send every pending change, however many."""
        with _available():
            self._follow(kind, most=None)

    def count(self, kind: DocumentType) -> int:
        """Return how many documents can be found now."""
        with _available():
            self._follow(kind, most=LIVE_CHANGES)
            answer = self._client.count(index=_alias(kind), ignore_unavailable=True)
        return int(answer["count"])

    def delete(self, kind: DocumentType) -> None:
        """Delete the index in use, and what builds cut short left behind."""
        with _available():
            for name in self._indexes(kind):
                self._client.indices.delete(index=name)
        self._through.pop(kind.index, None)

    def _follow(self, kind: DocumentType, *, most: int | None) -> None:
        """Send the changes the index lacks, unless they are more than `most`."""
        if last_change(kind.index) <= self._through.get(kind.index, 0):
            return
        name, through = self._current(kind)
        rows = changed_keys(kind.index, after=through, limit=None if most is None else most + 1)
        if most is not None and len(rows) > most:
            return  # an import is at work: refresh() ends it
        if rows:
            through = rows[-1][0]
            client = self._builder if most is None else self._client
            with contextlib.suppress(NotFoundError):  # a rebuild has just deleted it
                _send(client, kind, name, {key: number for number, key in rows})
                client.indices.put_mapping(index=name, meta={"through": through})
        if rows and self._current(kind)[0] != name:
            self._follow(kind, most=most)  # the new index may lack these
        else:
            self._through[kind.index] = through

    def _current(self, kind: DocumentType) -> tuple[str, int]:
        """Return the name of the index in use, made empty when there is none, and its reach."""
        try:
            found = self._client.indices.get_mapping(index=_alias(kind))
        except NotFoundError:
            # The same name for every process that tries: one wins, and all use it.
            with contextlib.suppress(ApiError):
                self._create(kind, f"{_alias(kind)}-first", 0, aliases={_alias(kind): {}})
            found = self._client.indices.get_mapping(index=_alias(kind))
        ((name, held),) = found.body.items()
        return name, int(held["mappings"]["_meta"]["through"])

    def _create(self, kind: DocumentType, name: str, through: int, **options: Any) -> None:
        self._builder.indices.create(
            index=name,
            settings=index.settings(),
            mappings=index.mappings(kind, through),
            **options,
        )

    def _fill(
        self,
        kind: DocumentType,
        name: str,
        documents: Iterable[Document],
        through: int,
        progress: Callable[[int], None],
    ) -> None:
        done, rows = 0, iter(documents)
        while some := list(islice(rows, _AT_ONCE)):
            bulk(self._builder, [_writing(kind, name, each, through) for each in some])
            done += len(some)
            progress(done)
        self._builder.indices.forcemerge(index=name, max_num_segments=1)
        self._builder.indices.refresh(index=name)
        held = self._builder.count(index=name)["count"]
        if held != done:
            raise IndexIncomplete(f"{name} holds {held} documents of the {done} sent to it")

    def _flip(self, kind: DocumentType, name: str) -> None:
        """Move the alias to the index `name` and delete those before it, in one step."""
        yesterday = f"{_alias(kind)}-{_stamp(timedelta(days=1))}"
        former = [
            other
            for other, in_use in self._indexes(kind).items()
            if in_use or other < yesterday  # a build cut short, long ago
        ]
        self._builder.indices.update_aliases(
            actions=[
                *({"remove_index": {"index": other}} for other in former),
                {"add": {"index": name, "alias": _alias(kind)}},
            ]
        )

    def _indexes(self, kind: DocumentType) -> dict[str, bool]:
        """Return every index of these documents, by name, and whether it is in use."""
        found = self._builder.indices.get_alias(index=f"{_alias(kind)}-*")
        return {name: _alias(kind) in held["aliases"] for name, held in found.body.items()}


def _send(client: Elasticsearch, kind: DocumentType, name: str, versions: dict[str, int]) -> None:
    """Write or delete the documents of these keys, each with its version.

    A document the server refuses is logged and left as it was: searches must go on.
    """
    keys = iter(versions)
    while some := list(islice(keys, _AT_ONCE)):
        found = {document.key: document for document in kind.get(some)}
        actions = [
            _writing(kind, name, found[key], versions[key])
            if key in found
            else _action("delete", name, key, versions[key])
            for key in some
        ]
        for _, done in streaming_bulk(client, actions, raise_on_error=False):
            _check(*done.values())
    client.indices.refresh(index=name)


def _check(done: dict[str, Any]) -> None:
    if done["status"] in _UNAVAILABLE:
        raise SearchUnavailable(done["error"])
    if done["status"] >= 400 and done["status"] not in _ALREADY_DONE:
        logger.error("Elasticsearch refused %s: %s", done["_id"], done["error"])


def _writing(kind: DocumentType, name: str, document: Document, version: int) -> dict[str, Any]:
    action = _action("index", name, document.key, version)
    return action | {"_source": index.source(kind, document)}


def _action(operation: str, name: str, key: str, version: int) -> dict[str, Any]:
    return {
        "_op_type": operation,
        "_index": name,
        "_id": key,
        "version": version,
        "version_type": "external",
    }


def _alias(kind: DocumentType) -> str:
    return f"place-{kind.index}"


def _stamp(ago: timedelta = timedelta()) -> str:
    return f"{timezone.now() - ago:%Y%m%d%H%M%S%f}"


@contextlib.contextmanager
def _available() -> Iterator[None]:
    """Say that the search is unavailable when the server is."""
    try:
        yield
    except TransportError as error:
        raise SearchUnavailable from error
    except ApiError as error:
        if error.status_code in _UNAVAILABLE:
            raise SearchUnavailable from error
        raise
