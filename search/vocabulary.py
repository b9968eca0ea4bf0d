"""The words an index knows: to tell a typo from a word, and to read words typed without accents.

Words are kept by their raw folded form, not by their stem: typos stand in endings too.
"""

import json
import zlib
from collections import Counter, defaultdict

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import analyse, words

_MOST_GUESSES = 50


class Vocabulary:
    """The forms of an index with how often they stand in it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        #: What accents change: form -> stems seen, when they are not that of the form itself.
        self.stems: dict[str, set[str]] = defaultdict(set)
        #: form -> as it is written with accents, to say it to people.
        self.surfaces: dict[str, str] = {}
        self._buckets: dict[tuple[str, int], list[str]] | None = None

    def add_text(self, text: str) -> None:
        """Learn the words of one text."""
        for word in words(text):
            self.add(word)

    def add(self, word: str) -> None:
        """Learn one word as `analysis.words()` cuts them."""
        name, form, stem = analyse(word)
        for known in {name, form}:
            self.counts[known] += 1
            if self._buckets is not None and self.counts[known] == 1:
                self._buckets.setdefault((known[0], len(known)), []).append(known)
        if stem and word != form:
            self.surfaces.setdefault(form, word[-len(form) :] if "'" in word else word)
            if stem != analyse(form).stem:
                self.stems[form].add(stem)

    def knows(self, form: str, *, often: int = 1) -> bool:
        """Tell whether a folded form stands in the index, at least so `often`."""
        return self.counts[form] >= often

    def stems_of(self, word: str) -> list[str]:
        """Return the stems `word` may stand for, its missing accents given back."""
        _, form, stem = analyse(word)
        return sorted({stem} | self.stems.get(form, set())) if stem else []

    def guesses(self, form: str, *, wide: bool = False) -> list[tuple[str, float]]:
        """Return (form, weight) of the known words nearest to `form`, most frequent first.

        The distance allowed grows with the length: under 4 letters 0 (BTP is not BCP), under 6
        letters 1, else 2.
        `wide` keeps every distance allowed, not the nearest only.
        """
        most = 0 if len(form) < 4 else 1 if len(form) < 6 else 2
        if not most or form.isdigit():
            return []
        found = self._near(form, most, form[0]) or self._near(form, most, "")
        nearest = min((distance for _, distance in found), default=0)
        kept = [(other, distance) for other, distance in found if wide or distance == nearest]
        kept.sort(key=lambda pair: (pair[1], -self.counts[pair[0]], pair[0]))
        return [
            (other, 1 - distance / min(len(form), len(other)))
            for other, distance in kept[:_MOST_GUESSES]
        ]

    def surface(self, form: str) -> str:
        """Return a form as people write it."""
        return self.surfaces.get(form, form)

    def _near(self, form: str, most: int, first: str) -> list[tuple[str, int]]:
        buckets = self._by_first_and_length()
        lengths = range(len(form) - most, len(form) + most + 1)
        keys = (
            [(first, length) for length in lengths]
            if first
            else [key for key in buckets if key[1] in lengths]
        )
        found: list[tuple[str, int]] = []
        for key in keys:
            hits = process.extract(
                form, buckets.get(key, ()), scorer=OSA.distance, score_cutoff=most, limit=None
            )
            found += [(other, int(distance)) for other, distance, _ in hits if other != form]
        return found

    def _by_first_and_length(self) -> dict[tuple[str, int], list[str]]:
        if self._buckets is None:
            buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
            for form in self.counts:
                if form and not form.isdigit():
                    buckets[form[0], len(form)].append(form)
            self._buckets = dict(buckets)
        return self._buckets

    def to_bytes(self) -> bytes:
        """Return what `from_bytes` reads: compressed JSON."""
        stems = {form: sorted(found) for form, found in self.stems.items()}
        plain = json.dumps([self.counts, stems, self.surfaces], ensure_ascii=False)
        return zlib.compress(plain.encode(), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Vocabulary":
        """Return the vocabulary `to_bytes` wrote."""
        vocabulary = cls()
        counts, stems, surfaces = json.loads(zlib.decompress(data))
        vocabulary.counts = Counter(counts)
        vocabulary.stems = defaultdict(set, {form: set(found) for form, found in stems.items()})
        vocabulary.surfaces = surfaces
        return vocabulary
