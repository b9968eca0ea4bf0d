"""The names of work there are, and what does it: each room declares its own in `jobs.py`.

A name read from the database or a broker is looked up here, never imported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Function = TypeVar("Function", bound=Callable[..., Any])


class UnknownJob(LookupError):
    """No room declared this name."""


@dataclass(frozen=True)
class Handler:
    """What does a kind of work.

    `stepwise` ones commit by themselves, step after step. `external` ones find whom to write to:
    no restored database may do them again without an operator. (What is written waits in the
    ledger of mails, which holds it by itself.)
    """

    function: Callable[..., Any]
    stepwise: bool
    external: bool
    #: What people call it, in their language; "" for the house's own upkeep.
    title: "StrOrPromise"


_handlers: dict[str, Handler] = {}


def atomic_job(
    name: str, *, title: "StrOrPromise" = "", external: bool = False
) -> Callable[[Function], Function]:
    """Declare `function(**args)`: what it writes and "done" commit together, or neither.

    It runs inside one transaction, so it must be short (50 ms on SQLite, where it keeps every
    other writer waiting). What it returns is JSON, kept as the result of the job. `title`
    is what the page of the work calls it. `external` says that mails leave because of it, at
    once or through the jobs it asks for.
    """
    return _declare(name, stepwise=False, external=external, title=title)


def stepwise_job(
    name: str, *, title: "StrOrPromise" = "", external: bool = False
) -> Callable[[Function], Function]:
    """Declare `function(step, **args)`, which commits step by step (see `jobs.execution.Step`).

    After an interruption it is called again and goes on from `step.cursor`. `title` and
    `external` are as above.
    """
    return _declare(name, stepwise=True, external=external, title=title)


def handler(name: str) -> Handler:
    """Return what does the work of that name; raise UnknownJob."""
    if name not in _handlers:
        autodiscover()
    try:
        return _handlers[name]
    except KeyError:
        raise UnknownJob(f"No room declares a job named {name!r}.") from None


def title_of(name: str) -> str:
    """Return what people call the work of that name; its name when nothing better is known."""
    autodiscover()
    return str(_handlers[name].title or name) if name in _handlers else name


def external_jobs() -> tuple[str, ...]:
    """Return the names of the work that reaches people."""
    autodiscover()
    return tuple(sorted(name for name, each in _handlers.items() if each.external))


def autodiscover() -> None:
    """Import the `jobs.py` of every room (once: Python remembers)."""
    autodiscover_modules("jobs")


def _declare(name: str, **facts: Any) -> Callable[[Function], Function]:
    def keep(function: Function) -> Function:
        if name in _handlers:
            raise ValueError(f"Two jobs are named {name!r}.")
        _handlers[name] = Handler(function, **facts)
        return function

    return keep
