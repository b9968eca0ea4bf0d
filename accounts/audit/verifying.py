"""Reads the whole trail again and names the first entry that is not as it was written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.audit import content
from accounts.audit.reading import stored_rows
from accounts.models import AuditEntry, AuditSeal

_TELL_EVERY = 10_000


class Fault(TextChoices):
    """What is wrong with the first bad entry."""

    MISSING = "missing", _("cette entrée manque")
    CHANGED = (
        "changed",
        _(
            "cette entrée ne découle pas de la précédente\u00a0: l’une des deux a été modifiée, "
            "déplacée ou ajoutée"
        ),
    )
    ADDED = "added", _("cette entrée est dans une partie retirée, où rien ne doit rester")
    REWRITTEN = "rewritten", _("cette entrée n’est plus celle dont l’empreinte a été exportée")
    CUT = "cut", _("le journal s’arrête avant cette entrée, dont l’empreinte a été exportée")
    SEAL = "seal", _("le scellé de cette entrée ne dit pas ce que dit le journal")
    UNGUARDED = (
        "unguarded",
        _("un déclencheur qui interdit de modifier le journal manque dans la base"),
    )


@dataclass(frozen=True)
class Verdict:
    """What was read, and the first fault: `number` is the entry's, 0 when it is of none."""

    entries: int
    number: int
    hash: str
    fault: Fault | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.fault is None,
            "entries": self.entries,
            "number": self.number,
            "hash": self.hash,
            "fault": self.fault and self.fault.value,
        }


class _Found(Exception):
    def __init__(self, fault: Fault, number: int) -> None:
        self.fault, self.number = fault, number


class _Reader:
    """Goes along the chain; `entries`, `number` and `hash` say how far it is right."""

    def __init__(self, heads: Mapping[int, str]) -> None:
        self.entries, self.number, self.hash = 0, 0, ""
        self._heads = heads

    def read_seals(self) -> None:
        """Check that seals follow each other, and start after what was removed."""
        self._seals: dict[int, str] = {}
        number, previous, kept = 0, "", False
        for seal in AuditSeal.objects.order_by("last"):
            out_of_order = bool(seal.removed_at) and kept
            if (seal.first, seal.before_hash) != (number + 1, previous) or out_of_order:
                raise _Found(Fault.SEAL, seal.first)
            number, previous = seal.last, seal.hash
            self._seals[number] = previous
            if seal.removed_at:
                self.number, self.hash = number, previous
                self._compare(number, previous)
            kept = kept or not seal.removed_at

    def read_entries(self, progress: Callable[[int], None]) -> None:
        """Hash every entry again, from the first that was not removed."""
        left = AuditEntry.objects.filter(number__lte=self.number).order_by("number").first()
        if left:
            raise _Found(Fault.ADDED, left.number)
        marks = self._seals.keys() | self._heads.keys()
        for *columns, stored in stored_rows(after=self.number):
            number = self.number + 1
            if columns[0] != number:
                raise _Found(Fault.MISSING, number)
            if content.digest(self.hash, columns) != stored:
                raise _Found(Fault.CHANGED, number)
            if number in marks:
                self._compare(number, stored)
            self.number, self.hash, self.entries = number, stored, self.entries + 1
            if self.entries % _TELL_EVERY == 0:
                progress(self.entries)

    def check_tail(self) -> None:
        """The chain must go as far as what was exported of it, and as far as its seals."""
        if max([0, *self._heads]) > self.number:
            raise _Found(Fault.CUT, self.number + 1)
        if max([0, *self._seals]) > self.number:
            raise _Found(Fault.MISSING, self.number + 1)

    def _compare(self, number: int, stored: str) -> None:
        if self._seals.get(number, stored) != stored:
            raise _Found(Fault.SEAL, number)
        if self._heads.get(number, stored) != stored:
            raise _Found(Fault.REWRITTEN, number)


def verify(
    *, heads: Mapping[int, str] | None = None, progress: Callable[[int], None] = lambda done: None
) -> Verdict:
    """Read the trail from its beginning, or from the last seal of what was removed.

    `heads` are hashes exported earlier, by number: what was cut off the end, or written anew
    with all that follows, shows by them alone.
    """
    reader = _Reader(heads or {})
    try:
        reader.read_seals()
        reader.read_entries(progress)
        reader.check_tail()
        _check_guards()
    except _Found as found:
        return Verdict(reader.entries, found.number, reader.hash, found.fault)
    return Verdict(reader.entries, reader.number, reader.hash)


def _check_guards() -> None:
    """A later migration that rebuilds a table would drop its triggers without a word."""
    sql, expected = {
        "sqlite": ("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND {}", 6),
        "postgresql": ("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O' AND {}", 6),
    }[connection.vendor]
    name = "name" if connection.vendor == "sqlite" else "tgname"
    with connection.cursor() as cursor:
        cursor.execute(sql.format(f"{name} LIKE 'audit\\_%' ESCAPE '\\'"))
        [(count,)] = cursor.fetchall()
    if count != expected:
        raise _Found(Fault.UNGUARDED, 0)
