"""The planned changes on disk, one per line, so that an import that was cut short goes on."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tenders.importers.decp.rows import Change


class Spool:
    """Changes waiting in a file: 500 000 contracts in memory would take two gigabytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name

    def exists(self) -> bool:
        return self._path.exists()

    def fill(self, changes: Iterable[Change]) -> int:
        """Write every change down; return how many. The spool is not there before `keep`."""
        count = 0
        with self._draft.open("w", encoding="utf-8") as file:
            for change in changes:
                file.write(json.dumps(change, ensure_ascii=False))
                file.write("\n")
                count += 1
        return count

    def keep(self) -> None:
        """Make what was filled the spool, on disk for good."""
        with self._draft.open("rb") as file:
            os.fsync(file.fileno())
        self._draft.replace(self._path)

    def read(self, offset: int = 0) -> Iterator[tuple[Change, int]]:
        """Yield each change from the byte `offset` on, with where the next one begins."""
        with self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                offset += len(line)
                yield Change(*json.loads(line)), offset

    def drop(self) -> None:
        """Forget the changes."""
        self._path.unlink(missing_ok=True)
        self._draft.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self._path.with_suffix(".draft")
