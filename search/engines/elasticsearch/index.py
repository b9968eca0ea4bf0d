"""What an Elasticsearch index is made of: the terms of our own analysis, never raw text.

Both engines so understand the same words. A text field `f` of a DocumentType becomes

- `texts.f`, its stems (t:), which alone make its length,
- `names.f`, the exact words of a name (n:), and `groups.f`, its synonyms (s:),

each scored by BM25 with the boost of `f`. A document has `phrases`, its whole names and pairs
(x:, b:), each worth a constant; `keywords`, `numbers`, `point` and `tie`. No `_source`: the
database is the source.
"""

from typing import Any

from search.analysis import terms
from search.documents import Document, DocumentType

Body = dict[str, Any]

#: Where the terms of each class stand, field by field.
ROOTS = {"t": "texts", "n": "names", "s": "groups"}
_TERMS: Body = {"type": "text", "analyzer": "terms", "index_options": "freqs"}
_ANALYSIS: Body = {
    "analyzer": {"terms": {"type": "custom", "tokenizer": "spaces"}},
    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 1_000}},
}


def settings() -> Body:
    """Return the settings of an index while it is built."""
    return {
        "number_of_shards": 1,  # facet counts of several shards are estimates
        "auto_expand_replicas": "0-1",
        "refresh_interval": -1,
        # How long the version of a deleted document is remembered, so that none comes back.
        "gc_deletes": "1h",
        "analysis": _ANALYSIS,
    }


def mappings(kind: DocumentType, through: int) -> Body:
    """Return the fields of an index that holds every change up to the id `through`."""
    texts = {"properties": {field.name: _TERMS for field in kind.texts}}
    keywords = {field.name: {"type": "keyword"} for field in kind.keywords}
    numbers = {field.name: {"type": "double"} for field in kind.numbers}
    return {
        "dynamic": "strict",
        "_source": {"enabled": False},
        "_meta": {"through": through},
        "properties": {
            **dict.fromkeys(ROOTS.values(), texts),
            "phrases": {"type": "keyword", "doc_values": False, "ignore_above": 8_000},
            "keywords": {"properties": keywords},
            "numbers": {"properties": numbers},
            "point": {"type": "geo_point"},
            "tie": {"type": "long", "index": False},
        },
    }


def source(kind: DocumentType, document: Document) -> Body:
    """Return a document as it is sent."""
    roots: dict[str, dict[str, str]] = {root: {} for root in ROOTS.values()}
    phrases: set[str] = set()
    for field in kind.texts:
        texts = document.texts.get(field.name, ())
        found = [term for text in texts for term in terms(text, field.analysis)]
        phrases.update(term for term in found if term[0] not in ROOTS)
        for letter, root in ROOTS.items():
            roots[root][field.name] = " ".join(term for term in found if term[0] == letter)
    return {
        **roots,
        "phrases": sorted(phrases),
        "keywords": {name: list(values) for name, values in document.keywords.items()},
        "numbers": dict(document.numbers),
        "point": [{"lat": latitude, "lon": longitude} for latitude, longitude in document.points],
        "tie": document.tie,
    }
