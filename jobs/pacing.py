"""How to write a great deal while the site goes on working."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

#: SQLite has one writer and no queue: a transaction aims at this, and is followed by a rest at
#: least as long, or the others starve.
_AIM = 0.025  # seconds; the promise is 50 ms
_FEWEST, _MOST = 10, 1_000


class Pace:
    """Leaves others their turn between transactions, and learns how many rows one may write."""

    def __init__(self) -> None:
        self.size = 50
        self._free_at = 0.0

    @contextmanager
    def transaction(self, count: int | None = None) -> Iterator[None]:
        """Run the block in a transaction, after a rest as long as the last one took.

        `count` is how many rows it writes: `size` follows how long that takes.
        """
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        started = time.monotonic()
        with transaction.atomic():
            yield
        took = time.monotonic() - started
        if count is not None:
            self.size = min(_MOST, max(_FEWEST, int(count * _AIM / took)))
        if connection.vendor == "sqlite":
            self._free_at = started + 2 * took
