"""An EngineQuery as Elasticsearch is asked, and its answer as an EnginePage.

The order is that of the embedded engine, cursor included (search/engines/embedded/evaluation.py):
a score or, where a place is asked, its class and the whole metres, in the high 32 bits; the tie in
the low ones.
"""

import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from search.documents import Analysis, DocumentType
from search.engines.base import EnginePage, EngineQuery, Hit, Near, Range, Term, Terms, Word
from search.engines.elasticsearch.index import ROOTS, Body
from search.engines.embedded.builder import NAME_PAIR, WHOLE_NAME

#: BM25's factor k1 + 1, which Lucene leaves out and the embedded engine does not.
_SATURATION = 2.2
_PHRASES = {"x": WHOLE_NAME, "b": NAME_PAIR}
_LOW, _HIGHEST = 2**32, 0xFFFFFFFF
_GREATEST_FLOAT = 0x7F7FFFFF
_NO_PLACE = 2**26 - 1

#: The class of the score (0 the best), then the whole metres to the nearest point.
_PLACE_ORDER = """
double nearest = params.none;
for (def point : doc['point']) {
  double there = Math.toRadians(point.lat);
  double a = Math.sin((there - params.latitude) / 2);
  double b = Math.sin((Math.toRadians(point.lon) - params.longitude) / 2);
  double c = a * a + Math.cos(there) * Math.cos(params.latitude) * b * b;
  nearest = Math.min(nearest, 2 * 6371008.8 * Math.asin(Math.sqrt(Math.min(1, c))));
}
double tier = 0;
if (params.tiers) {
  double halves = _score > 0 ? Math.floor(2 * Math.log(_score) / Math.log(2)) : 0;
  tier = 40 - Math.max(0, Math.min(40, halves));
}
return tier * 67108864 + Math.floor(nearest);
"""


def body(kind: DocumentType, query: EngineQuery) -> Body:
    """Return the body of a search."""
    chosen = [each for each in query.filters if isinstance(each, Terms) and each.facet]
    asked: Body = {
        "query": _matching(kind, query, [each for each in query.filters if each not in chosen]),
        "post_filter": _all(_condition(each) for each in chosen),
        "aggs": {facet: _counted(facet, chosen, query.facet_limit) for facet in query.facets},
        "sort": [_first_order(query), {"tie": "asc"}],
        "from": query.offset,
        "size": query.limit,
        "track_scores": True,
        "track_total_hits": True,
        "_source": False,
    }
    if query.after:
        # Elasticsearch counts no offset from a cursor: what lies before is read and left out.
        after = {"search_after": _position(query), "from": 0, "size": query.offset + query.limit}
        asked |= after
    return asked


def page(query: EngineQuery, answer: Mapping[str, Any]) -> EnginePage:
    """Return what a search found."""
    rows = answer["hits"]["hits"][query.offset if query.after else 0 :]
    counted = answer.get("aggregations", {})
    return EnginePage(
        hits=tuple(_hit(query, row) for row in rows),
        total=answer["hits"]["total"]["value"],
        facets={
            facet: tuple(
                (bucket["key"], bucket["doc_count"])
                for bucket in counted.get(facet, {}).get("values", {}).get("buckets", ())
            )
            for facet in query.facets
        },
    )


def _matching(kind: DocumentType, query: EngineQuery, filters: Iterable[Terms | Range]) -> Body:
    required = [_word(kind, word) for word in query.words if word.required]
    optional = [_word(kind, word) for word in query.words if not word.required]
    conditions = [{"match_all": {}}, *(_condition(each) for each in filters)]
    if query.keys is not None:
        conditions.append({"ids": {"values": sorted(query.keys)}})
    if query.near and query.near.radius_km is not None:
        conditions.append(_within(query.near, query.near.radius_km))
    return {
        "bool": {
            "must": required,
            "should": optional,
            "minimum_should_match": int(bool(optional) and not required),
            "filter": conditions,
        }
    }


def _word(kind: DocumentType, word: Word) -> Body:
    """A word is worth what its best term is worth."""
    return {"dis_max": {"queries": [_term(kind, term) for term in word.terms] or [_NOTHING]}}


def _term(kind: DocumentType, term: Term) -> Body:
    """A term is worth the sum of what it is worth in each field."""
    constant = _PHRASES.get(term.text[0])
    if constant:
        exact = {"term": {"phrases": term.text}}
        return {"constant_score": {"filter": exact, "boost": constant * term.weight}}
    root = ROOTS[term.text[0]]
    fields = [each for each in kind.texts if root != "names" or each.analysis is Analysis.NAME]
    worth = [{"term": {f"{root}.{each.name}": _boosted(term, each.boost)}} for each in fields]
    return {"bool": {"should": worth or [_NOTHING]}}


def _boosted(term: Term, boost: float) -> Body:
    return {"value": term.text, "boost": boost * term.weight * _SATURATION}


def _condition(condition: Terms | Range) -> Body:
    if isinstance(condition, Range):
        bounds = {"gte": condition.minimum, "lte": condition.maximum}
        given = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"range": {f"numbers.{condition.field}": given}}
    field = f"keywords.{condition.field}"
    if not condition.prefix:
        return {"terms": {field: sorted(condition.values)}}
    starts = [{"prefix": {field: start}} for start in sorted(condition.values)]
    return {"bool": {"should": starts or [_NOTHING]}}


def _within(near: Near, radius_km: float) -> Body:
    point = {"lat": near.latitude, "lon": near.longitude}
    return {"geo_distance": {"distance": f"{radius_km}km", "point": point}}


def _counted(facet: str, chosen: Iterable[Terms], limit: int) -> Body:
    """Count the values of a facet under every facet's filter but its own."""
    others = _all(_condition(each) for each in chosen if each.facet != facet)
    values = {"terms": {"field": f"keywords.{facet}", "size": limit}}
    return {"filter": others, "aggs": {"values": values}}


def _all(conditions: Iterable[Body]) -> Body:
    return {"bool": {"filter": [{"match_all": {}}, *conditions]}}


_NOTHING: Body = {"match_none": {}}


def _first_order(query: EngineQuery) -> str | Body:
    if query.near is None:
        return "_score"
    script = {
        "source": _PLACE_ORDER,
        "params": {
            "latitude": math.radians(query.near.latitude),
            "longitude": math.radians(query.near.longitude),
            "tiers": query.ordering != "distance",
            "none": _NO_PLACE,
        },
    }
    return {"_script": {"type": "number", "script": script, "order": "asc"}}


def _position(query: EngineQuery) -> list[float]:
    """Return the sort values of a cursor; any 16 digits are one."""
    high, tie = divmod(int(query.after, 16), _LOW)
    if query.near is not None:
        return [high, tie]
    bits = min(_HIGHEST - high, _GREATEST_FLOAT)
    return [struct.unpack(">f", bits.to_bytes(4, "big"))[0], tie]


def _hit(query: EngineQuery, row: Mapping[str, Any]) -> Hit:
    first, tie = row["sort"]
    score, metres = row["_score"], None
    if query.near is None:
        high = _HIGHEST - int.from_bytes(struct.pack(">f", score), "big")
    else:
        high = int(first)
        metres = high % (_NO_PLACE + 1)
    return Hit(
        key=row["_id"],
        score=score,
        distance_km=None if metres in (None, _NO_PLACE) else metres / 1_000,
        cursor=f"{high * _LOW + tie:016x}",
    )
