"""The words of public purchasing: equivalent trade words, acronyms, words without meaning.

Plain files typed for the project (`reference/data/`), read once by process, never in the
database: the search reads them when it builds its index and when it understands a query.
"""

import csv
from functools import cache
from pathlib import Path

from reference.words import fold

DATA = Path(__file__).resolve().parent / "data"


@cache
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """Groups of terms that mean the same to a buyer, as written; the first is the usual one.

    An acronym and each of its meanings make a group (« EP » has three).
    """
    trades = [(term, *others.split(",")) for term, others in _rows("synonymes_fr.csv")]
    acronyms = [(acronym, meaning) for acronym, meaning in _rows("acronymes.csv")]
    return (*trades, *acronyms)


@cache
def stop_words() -> frozenset[str]:
    """French words without meaning of their own, folded; « hors » or « plein » keep theirs."""
    return frozenset(fold(word) for word in (DATA / "mots_vides.txt").read_text("utf-8").split())


def _rows(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]
