"""A real Elasticsearch asked the same searches, set up as well as we know how.

One shard, merged to one segment; French analysis (elision, stop words, accents folded, light
stems) on the fields and boosts of the product; unstemmed `.raw` fields for typos; no `_source`,
one kept-alive connection and no client library between: what it loses, it does not lose there.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import urllib3

from search.documents import Document, DocumentType
from search.engines.base import EngineQuery, Near, Range, Terms

INDEX = "bench-suppliers"
_BATCH = 2_000
_ANALYSIS = {
    "filter": {
        "elision": {
            "type": "elision",
            "articles_case": True,
            "articles": ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "lorsqu"],
        },
        "stop": {"type": "stop", "stopwords": "_french_"},
        "stem": {"type": "stemmer", "language": "light_french"},
    },
    "analyzer": {
        "text": {
            "tokenizer": "standard",
            "filter": ["lowercase", "elision", "stop", "asciifolding", "stem"],
        },
        "raw": {
            "tokenizer": "standard",
            "filter": ["lowercase", "elision", "stop", "asciifolding"],
        },
    },
}


class Peer:
    """The server at `url`, holding the documents of `kind` in an index of its own."""

    def __init__(self, url: str, kind: DocumentType) -> None:
        self._pool = urllib3.connection_from_url(url, maxsize=1, block=True)
        self._kind = kind
        self._fields = [f"{text.name}^{text.boost:g}" for text in kind.texts]
        self._raw = [f"{text.name}.raw^{text.boost:g}" for text in kind.texts]

    def build(self, documents: Iterable[Document]) -> None:
        """Index the documents, merge them into one segment."""
        self.drop()
        self.ask("PUT", f"/{INDEX}", self._index())
        rows = (line for document in documents for line in self._row(document))
        while batch := list(islice(rows, _BATCH * 2)):
            body = b"".join(json.dumps(line).encode() + b"\n" for line in batch)
            if self.ask("POST", f"/{INDEX}/_bulk", body)["errors"]:
                raise RuntimeError("Elasticsearch refused documents")
        self.ask("POST", f"/{INDEX}/_forcemerge?max_num_segments=1")
        self.ask("POST", f"/{INDEX}/_refresh")

    def drop(self) -> None:
        self.ask("DELETE", f"/{INDEX}?ignore_unavailable=true")

    def put(self, document: Document) -> None:
        """Index one document; it is found when this returns."""
        _, row = self._row(document)
        self.ask("PUT", f"/{INDEX}/_doc/{document.key}?refresh=true", row)

    def search(self, text: str, asked: EngineQuery) -> tuple[list[str], int, dict[str, Any]]:
        """Return (top keys, exact total, facets): every word as it is, else with typos."""
        found = self._search(self._exact(text), asked)
        return found if found[1] else self._search(self._fuzzy(text), asked)

    def search_fuzzy(self, text: str, asked: EngineQuery) -> tuple[list[str], int, dict[str, Any]]:
        """Return the same in one request that allows typos in every word, known or not."""
        return self._search(self._either(text), asked)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = "application/x-ndjson" if path.endswith("_bulk") else "application/json"
        answer = self._pool.request(method, path, body=data, headers={"content-type": kind})
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:500]!r}")
        return json.loads(answer.data)

    def _index(self) -> dict[str, Any]:
        raw = {"raw": {"type": "text", "analyzer": "raw"}}
        texts = {
            text.name: {"type": "text", "analyzer": "text", "fields": raw}
            for text in self._kind.texts
        }
        keywords = {keyword.name: {"type": "keyword"} for keyword in self._kind.keywords}
        numbers = {number.name: {"type": "integer"} for number in self._kind.numbers}
        point = {"point": {"type": "geo_point"}}
        return {
            "settings": {
                "number_of_shards": 1,
                "number_of_replicas": 0,
                "refresh_interval": -1,
                "analysis": _ANALYSIS,
            },
            "mappings": {
                "dynamic": "strict",
                "properties": {**texts, **_keyed(keywords), **numbers, **point},
            },
        }

    def _row(self, document: Document) -> Iterator[dict[str, Any]]:
        yield {"index": {"_id": document.key}}
        yield {
            **document.texts,
            **_keyed(document.keywords),
            **document.numbers,
            "point": [
                {"lat": latitude, "lon": longitude} for latitude, longitude in document.points
            ],
        }

    def _exact(self, text: str) -> dict[str, Any]:
        """Every word in some field, each word scored over all fields."""
        return _match(text, "cross_fields", self._fields, operator="and")

    def _fuzzy(self, text: str) -> dict[str, Any]:
        return {"bool": {"must": [self._misspelt(word) for word in text.split()]}}

    def _either(self, text: str) -> dict[str, Any]:
        must = [
            {"dis_max": {"queries": [self._exact(word), self._misspelt(word)]}}
            for word in text.split()
        ]
        return {"bool": {"must": must}}

    def _misspelt(self, word: str) -> dict[str, Any]:
        return _match(
            word, "best_fields", self._raw, fuzziness="AUTO", prefix_length=1, max_expansions=50
        )

    def _search(
        self, words: dict[str, Any], asked: EngineQuery
    ) -> tuple[list[str], int, dict[str, Any]]:
        found = self.ask("POST", f"/{INDEX}/_search", self._body(words, asked))
        counted = found.get("aggregations", {})
        facets = counted | counted.get("narrowed", {})
        counts = {
            facet: {bucket["key"]: bucket["doc_count"] for bucket in facets[facet]["buckets"]}
            for facet in asked.facets
        }
        hits = found["hits"]
        keys = [hit["_id"] for hit in hits["hits"]]
        return keys, hits["total"]["value"], counts

    def _body(self, words: dict[str, Any], asked: EngineQuery) -> dict[str, Any]:
        """A facet ignores its own filter, so that filter comes after the query."""
        ours = [term for term in asked.filters if isinstance(term, Terms) and term.facet]
        always = [_filter(term) for term in asked.filters if term not in ours]
        counts = {
            facet: {"terms": {"field": _key(facet), "size": asked.facet_limit}}
            for facet in asked.facets
        }
        body: dict[str, Any] = {
            "size": asked.limit,
            "_source": False,
            "track_total_hits": True,
            "query": {"bool": {"must": words, "filter": [*always, *_near(asked.near)]}},
            "aggs": counts,
        }
        if ours:
            (only,) = ours  # these searches have one filter at most
            narrow = _filter(only)
            own = {only.facet: counts.pop(only.facet)}
            body["post_filter"] = narrow
            body["aggs"] = own | {"narrowed": {"filter": narrow, "aggs": counts}}
        return body


def _match(text: str, kind: str, fields: list[str], **options: Any) -> dict[str, Any]:
    return {"multi_match": {"query": text, "type": kind, "fields": fields, **options}}


def _filter(term: Terms | Range) -> dict[str, Any]:
    if isinstance(term, Range) or term.prefix:
        raise NotImplementedError("no search of the benchmark asks this")
    return {"terms": {_key(term.field): sorted(term.values)}}


def _near(near: Near | None) -> list[dict[str, Any]]:
    if near is None:
        return []
    point = {"lat": near.latitude, "lon": near.longitude}
    return [{"geo_distance": {"distance": f"{near.radius_km}km", "point": point}}]


def _key(name: str) -> str:
    """Name a keyword field: `naf` and `cpv` are texts too."""
    return f"{name}_key"


def _keyed(fields: Any) -> dict[str, Any]:
    return {_key(name): value for name, value in fields.items()}
