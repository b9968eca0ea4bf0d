"""What the figures were measured on."""

import os
import platform
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

_LIBRARIES = ("django", "numpy", "rapidfuzz", "pystemmer")


def facts() -> str:
    """Return the machine and the versions, on one line."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({model.group(1) if model else platform.machine()}), "
        f"{memory:.0f} GB, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {libraries}"
    )


class Memory(NamedTuple):
    """What a process holds, in MB: of its own, and of files shared with others."""

    own: float
    shared: float

    def __str__(self) -> str:
        return f"{self.own:.0f} + {self.shared:.0f} of files"


def memory(pid: int | str = "self") -> Memory:
    """Return the memory a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    held = {name: int(kb) / 1_000 for name, kb in re.findall(r"(Rss\w+):\s+(\d+) kB", status)}
    return Memory(held["RssAnon"], held["RssFile"])
