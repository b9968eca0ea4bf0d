"""Three hundred searches drawn from the companies themselves, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from string import ascii_lowercase

from reference.words import fold
from search.analysis import analyse, words
from search.documents import Document
from suppliers.documents import SupplierDocuments
from suppliers.models import Company
from suppliers.queries import SupplierQuery

KINDS = ("clean", "unaccented", "typo")
FACETS = ("naf", "commune", "size", "label", "ess")
TOP = 20
_RADIUS_KM = 10.0


@dataclass(frozen=True)
class Question:
    """A search as typed, its `kind`, and the same search typed without fault."""

    kind: str
    asked: SupplierQuery
    clean: SupplierQuery


def questions(seed: int, *, each: int = 100) -> list[Question]:
    """Draw `each` searches of each kind: a third with a filter, a fifth within 10 km."""
    rng = random.Random(seed)
    drawn = [
        question
        for kind, documents in zip(KINDS, _documents(rng, each), strict=True)
        for question in _of_kind(kind, documents, each, rng)
    ]
    rng.shuffle(drawn)
    return drawn


def _documents(rng: random.Random, each: int) -> Iterator[list[Document]]:
    """Yield documents for each kind, more than needed: not all have what the kind asks."""
    keys = list(Company.objects.in_directory().order_by("siren").values_list("siren", flat=True))
    for _ in KINDS:
        some = list(SupplierDocuments().get(rng.sample(keys, min(len(keys), each * 4))))
        rng.shuffle(some)
        yield some


def _of_kind(
    kind: str, documents: list[Document], each: int, rng: random.Random
) -> Iterator[Question]:
    made = 0
    for document in documents:
        text = _text(document, rng)
        typed = {"clean": text, "unaccented": fold(text)}.get(kind) or _mistyped(text, rng)
        if not text or (kind != "clean" and typed == text):
            continue
        clean = _filtered(document, text, rng, narrowed=made % 3 == 0, near=made % 5 == 0)
        yield Question(kind, replace(clean, q=typed), clean)
        made += 1
        if made == each:
            return
    raise ValueError(f"only {made} searches without a fault of kind {kind!r} could be drawn")


def _text(document: Document, rng: random.Random) -> str:
    """Return one to four words of its names and of what it does, each once."""
    names = _telling(document, "name")
    needs = _telling(document, "offer", "cpv", "naf")
    chosen: list[str] = []
    for _ in range(rng.randint(1, 4)):
        source = [word for word in rng.choice((names, needs)) if word not in chosen]
        chosen += [rng.choice(source)] if source else []
    return " ".join(chosen)


def _telling(document: Document, *fields: str) -> list[str]:
    texts = (text for field in fields for text in document.texts.get(field, ()))
    bare = (word.rsplit("'", 1)[-1] for text in texts for word in words(text))
    return list(dict.fromkeys(word for word in bare if len(word) > 2 and analyse(word).stem))


def _mistyped(text: str, rng: random.Random) -> str:
    """Make one mistake in one word of five letters or more, never in its first letter."""
    typed = text.split()
    long = [number for number, word in enumerate(typed) if len(word) >= 5]
    if not long:
        return text
    number = rng.choice(long)
    word, letter = typed[number], rng.choice(ascii_lowercase)
    at = rng.randrange(1, len(word) - 1)
    typed[number] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(typed)


def _filtered(
    document: Document, text: str, rng: random.Random, *, narrowed: bool, near: bool
) -> SupplierQuery:
    """Return the search of a text, narrowed to values of the document it came from."""
    query = SupplierQuery(q=text, facets=FACETS, per_page=TOP)
    values = {
        name: tuple(document.keywords[name][:1])
        for name in ("commune", "size", "label")
        if document.keywords[name]
    }
    if narrowed and values:
        name = rng.choice(sorted(values))
        query = replace(query, **{name: values[name]})
    if near and document.points:
        query = replace(query, near=(*document.points[0], ""), radius_km=_RADIUS_KM)
    return query
