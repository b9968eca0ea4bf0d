"""Which records are one contract, and which stored contract each one is.

Pure functions over one bucket (see `staging`): the rules are those of docs/operators/decp.md.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tenders.importers.decp.findings import Anomaly, Rule
from tenders.importers.decp.rows import Body, Record
from tenders.importers.decp.staging import Entry, stem


class Identity(NamedTuple):
    """What two records of one contract agree on."""

    objet: str
    holders: frozenset[tuple[str, str]]
    amount: str
    day: str


def identity(body: Body) -> Identity:
    """Return what names a contract besides its number, spellings apart."""
    row = body.row
    return Identity(
        _objet(body),
        frozenset((holder.id_type, holder.identifier) for holder in body.holders),
        _decimal(row.amount_text),
        row.notified_on.isoformat() if row.notified_on else row.notified_text[:10],
    )


def _objet(body: Body) -> str:
    return body.row.objet.replace("’", "'")


def _decimal(text: str) -> str:
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:  # no number, or one of a million digits
        return text


@dataclass(eq=False)
class Standing:
    """A contract as it stands: stored, or about to be.

    `notes` are what its neighbours make of it (ID_REUSED, SOURCES_DIFFER): decided when it is
    created, and a person's since. `before` is None for a contract to create.
    """

    number: str
    discriminator: int
    body: Body
    sources: list[str]
    notes: list[Anomaly] = field(default_factory=list)
    pk: int | None = None
    before: Body | None = None
    added_sources: list[str] = field(default_factory=list)
    names: tuple[tuple[str, str], ...] = ()
    buyer_name: str = ""
    resembles: "Standing | None" = None
    _identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            self._identity = identity(self.body)
        return self._identity

    @property
    def changes(self) -> bool:
        return self.body != self.before or bool(self.added_sources)

    def revise(self, record: Record) -> None:
        """Take what `record` says. Of two sources, the one published last is right."""
        shared = self.sources != [record.source]
        if record.source not in self.sources:
            self.sources.append(record.source)
            self.added_sources.append(record.source)
        if not shared or _published(record.body) >= _published(self.body):
            self.body, self.names, self._identity = record.body, record.names, None


def _published(body: Body) -> date:
    return body.row.published_on or date.min


@dataclass
class Settlement:
    """Brings the records of a bucket to the contracts that stand.

    `used` are the highest discriminators given for the numbers of this buyer, whatever the
    bucket: a number without its last digits may be the whole number of another contract.
    """

    standings: list[Standing]
    used: dict[str, int]

    def settle(self, entries: Sequence[Entry]) -> list[Standing]:
        """Take the records, file after file; return the contracts they are, new ones too."""
        if len(entries) == 1 and not self.standings:  # nine buckets of ten at first
            return [self._create(entries[0].record.number, entries[0], None)]
        touched: dict[int, Standing] = {}
        for _file, group in groupby(entries, key=lambda entry: entry.file):
            before = list(self.standings)
            for (source, number), some in self._grouped(list(group)).items():
                near = _near(number, some, self.standings, before)
                for standing in self._pair_with(near, number, source, merge(some)):
                    touched[id(standing)] = standing
        return list(touched.values())

    def _grouped(self, entries: list[Entry]) -> dict[tuple[str, str], list[Entry]]:
        """Group the records of a file by source and number.

        Version 1 ends a number with that of a modification: it is taken off only where another
        number of the same stem has the same objet, or other contracts would be merged.
        """
        numbers: dict[str, set[str]] = defaultdict(set)
        for standing in self.standings:
            numbers[standing.identity.objet].add(standing.number)
        for entry in entries:
            numbers[_objet(entry.record.body)].add(entry.record.number)
        found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            record = entry.record
            siblings = record.numbered and len(numbers[_objet(record.body)]) > 1
            number = stem(record.number) if siblings else record.number
            found[record.source, number].append(entry)
        return found

    def _pair_with(
        self, near: list[Standing], number: str, source: str, entries: list[Entry]
    ) -> list[Standing]:
        """Pair the records of one number and one source with the contracts that may be theirs."""
        same = [standing for standing in near if source in standing.sources]
        others = [standing for standing in near if source not in standing.sources]
        found: list[Standing] = []
        for candidates, tests in ((same, _EXACTLY), (others, _EXACTLY), (same, _NEARLY)):
            for entry, standing in _pair(entries, candidates, tests):
                standing.revise(entry.record)
                found.append(standing)
        differing = {id(entry): other for entry, other in _pair(list(entries), others, _NEARLY)}
        return found + [self._create(number, e, differing.get(id(e))) for e in entries]

    def _create(self, number: str, entry: Entry, other: Standing | None) -> Standing:
        taken = [s.discriminator for s in self.standings if s.number == number]
        last = max([*taken, self.used.get(number, -1)])
        self.used[number] = last + 1
        record = entry.record
        created = Standing(
            number=number,
            discriminator=last + 1,
            body=record.body,
            sources=[record.source],
            added_sources=[record.source],
            names=record.names,
            buyer_name=record.buyer_name,
            resembles=other,
        )
        if other is not None:
            created.notes.append(Anomaly(Rule.SOURCES_DIFFER.value, "source", record.source))
        elif last >= 0:
            created.notes.append(Anomaly(Rule.ID_REUSED.value, "id", number))
        self.standings.append(created)
        return created


def _near(
    number: str, entries: list[Entry], standings: list[Standing], before: list[Standing]
) -> list[Standing]:
    """Return the contracts of that number, then those of earlier files that are its siblings."""
    found = [standing for standing in standings if standing.number == number]
    objets = {_objet(e.record.body) for e in entries if e.record.number != number}
    if objets:
        found += [
            standing
            for standing in before
            if standing.number != number
            and stem(standing.number) == number
            and standing.identity.objet in objets
        ]
    return found


def merge(entries: Sequence[Entry]) -> list[Entry]:
    """Return one record of each contract, the one published last, in the order of the file."""
    if len(entries) == 1:
        return list(entries)
    found: dict[Identity, Entry] = {}
    for entry in entries:
        key = identity(entry.record.body)
        other = found.get(key)
        if other is None or _published(entry.record.body) >= _published(other.record.body):
            found[key] = entry
    return list(found.values())


Key = Callable[[Identity], Hashable]
_EXACTLY: tuple[Key, ...] = (lambda key: key,)
_NEARLY: tuple[Key, ...] = (
    lambda key: (key.objet, key.holders),
    lambda key: key.objet,
    lambda key: None,  # what is left, in order
)


def _pair(
    entries: list[Entry], standings: list[Standing], tests: Iterable[Key]
) -> list[tuple[Entry, Standing]]:
    """Pair one to one by each test in turn; take the paired ones out of both lists."""
    found: list[tuple[Entry, Standing]] = []
    for test in tests:
        waiting: dict[Hashable, list[Standing]] = defaultdict(list)
        for standing in reversed(standings):
            waiting[test(standing.identity)].append(standing)
        for entry in entries if standings else ():
            if some := waiting.get(test(identity(entry.record.body))):
                found.append((entry, some.pop()))
        paired = {id(member) for pair in found for member in pair}
        entries[:] = [entry for entry in entries if id(entry) not in paired]
        standings[:] = [standing for standing in standings if id(standing) not in paired]
    return found
