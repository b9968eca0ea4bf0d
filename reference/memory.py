"""What a process remembers of the vocabularies, and how it forgets it all at once.

The vocabularies change with a release, not with a request: each process reads them once.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")

_memories: list[dict[tuple[Any, ...], Any]] = []


def remembered(function: Callable[..., T]) -> Callable[..., T]:
    """Keep what `function` found for its arguments; finding nothing (yet) is not kept."""
    memory: dict[tuple[Any, ...], T] = {}
    _memories.append(memory)

    @wraps(function)
    def recall(*arguments: Any) -> T:
        found = memory.get(arguments) or function(*arguments)
        if found:
            memory[arguments] = found
        return found

    return recall


def forget_vocabularies() -> None:
    """Read everything again at the next use; called after each load."""
    for memory in _memories:
        memory.clear()
