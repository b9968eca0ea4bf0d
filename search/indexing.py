"""Keeps the indexes true: which documents there are, full rebuilds, and what changed since.

Each room registers its DocumentType once, when Django starts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from jobs.changes import changed_keys, last_change
from search.documents import Document, DocumentType
from search.engines import get_engine
from search.engines.base import LIVE_CHANGES, EnginePage, EngineQuery
from search.models import IndexVocabulary
from search.vocabulary import Vocabulary

Progress = Callable[[int], None]

_types: dict[str, DocumentType] = {}
#: Beyond this share of the index, writing it anew costs less than carrying the changes.
_REBUILD_SHARE = 0.2


class UnknownIndex(LookupError):
    """No room declared this index."""


def register(kind: DocumentType) -> None:
    """Declare a type of documents; called by each room's AppConfig.ready()."""
    _types[kind.index] = kind


def indexes() -> tuple[str, ...]:
    """Return the names of the indexes there are."""
    return tuple(sorted(_types))


def get_type(index: str) -> DocumentType:
    """Return the documents of an index; raise UnknownIndex in the user's language."""
    try:
        return _types[index]
    except KeyError:
        known = ", ".join(indexes())
        message = _("L’index «\u00a0%(index)s\u00a0» n’existe pas. Index connus\u00a0: %(known)s.")
        raise UnknownIndex(message % {"index": index, "known": known}) from None


def search(index: str, query: EngineQuery) -> EnginePage:
    """Ask the engine of this install."""
    return get_engine().search(get_type(index), query)


def rebuild_index(index: str, *, progress: Progress | None = None) -> int:
    """Write the whole index anew beside the old one, then flip; return its documents."""
    kind = get_type(index)
    through = last_change(index)
    vocabulary = Vocabulary()
    documents = _learning(kind.all(), vocabulary)
    done = get_engine().rebuild(
        kind, documents=documents, through=through, progress=progress or _silent
    )
    _store(index, vocabulary, through=through)
    return done


def refresh_index(index: str, *, progress: Progress | None = None) -> None:
    """Bring the index up to date with the change feed, whatever the number of changes."""
    kind = get_type(index)
    engine = get_engine()
    rows = changed_keys(index, after=_vocabulary_through(index))
    changed = {row[1] for row in rows}
    if len(changed) > _REBUILD_SHARE * max(engine.count(kind), 1):
        rebuild_index(index, progress=progress)
    elif len(rows) > LIVE_CHANGES:
        engine.refresh(kind)
        words = vocabulary(index)
        for document in kind.get(changed):
            _learn(document, words)
        _store(index, words, through=rows[-1][0])


def vocabulary(index: str) -> Vocabulary:
    """Return the words of an index, what changed since included."""
    held = _vocabularies.get(index)
    stored = _vocabulary_through(index)
    if held is None or held.stored_through != stored:
        row = IndexVocabulary.objects.filter(index=index).first()
        words = Vocabulary.from_bytes(bytes(row.data)) if row else Vocabulary()
        held = _vocabularies[index] = _Held(words, stored, stored)
    if last_change(index) > held.through:
        held.follow(get_type(index))
    return held.words


def forget_vocabularies() -> None:
    """Drop what this process holds in memory."""
    _vocabularies.clear()


@dataclass
class _Held:
    """The vocabulary this process holds, and how far it follows the change feed."""

    words: Vocabulary
    stored_through: int
    through: int

    def follow(self, kind: DocumentType) -> None:
        # Words of deleted documents stay until the next rebuild: a word too many costs a
        # correction not proposed, never a company not found.
        rows = changed_keys(kind.index, after=self.through, limit=LIVE_CHANGES + 1)
        if len(rows) > LIVE_CHANGES:
            return  # an import is at work: refresh_index() ends it
        for document in kind.get({row[1] for row in rows}):
            _learn(document, self.words)
        self.through = rows[-1][0] if rows else self.through


_vocabularies: dict[str, _Held] = {}


def _vocabulary_through(index: str) -> int:
    # Every search asks this too (see jobs.changes.last_change).
    with connection.cursor() as cursor:
        cursor.execute('SELECT through FROM search_indexvocabulary WHERE "index" = %s', [index])
        row = cursor.fetchone()
    return row[0] if row else 0


def _store(index: str, words: Vocabulary, *, through: int) -> None:
    IndexVocabulary.objects.update_or_create(
        index=index, defaults={"through": through, "data": words.to_bytes()}
    )


def _learning(documents: Iterator[Document], vocabulary: Vocabulary) -> Iterator[Document]:
    for document in documents:
        _learn(document, vocabulary)
        yield document


def _learn(document: Document, vocabulary: Vocabulary) -> None:
    for texts in document.texts.values():
        for text in texts:
            vocabulary.add_text(text)


def _silent(_: int) -> None:
    """Report no progress."""
