"""What a page of results shows around them: chips, mistakes, numbers of pages.

Every link is the address of a state: what is asked stands in the address and nowhere else.
"""

from dataclasses import dataclass

from django.http import QueryDict

#: Where one is in the list, not what is asked: a new choice starts again at the first page.
_POSITION = ("page", "cursor", "format")


@dataclass(frozen=True)
class Chip:
    """A filter in force: its words, and the address without it."""

    label: str
    href: str


@dataclass(frozen=True)
class Mistake:
    """A parameter that could not be read.

    `field` is the name of the field of the page that shows it, "" when none does; `instead` are
    (words, address) to try, and `href` drops it.
    """

    name: str
    message: str
    field: str
    instead: tuple[tuple[str, str], ...]
    href: str


def changed(params: QueryDict, **changes: str | None) -> QueryDict:
    """Return `params` with some set (a text) or dropped (None), from the first page."""
    kept = params.copy()
    for name in (*_POSITION, *changes):
        kept.pop(name, None)
    for name, value in changes.items():
        if value is not None:
            kept[name] = value
    return kept


def without(params: QueryDict, name: str, value: str | None = None) -> QueryDict:
    """Return `params` without one value of a filter, or without it all, from the first page."""
    kept = changed(params, **{name: None})
    if value is not None:
        kept.setlist(name, [text for text in params.getlist(name) if text != value])
    return kept


def written(params: QueryDict) -> str:
    """Return the query string of `params`, what was left empty left out."""
    for name in list(params):
        params.setlist(name, [text for text in params.getlist(name) if text.strip()])
    return "?" + params.urlencode()


def address(params: QueryDict, **changes: str | None) -> str:
    """Return the query string of `params` as `changed` makes them."""
    return written(changed(params, **changes))


def page_numbers(last: int, here: int) -> list[int | None]:
    """Return the numbers of the pages worth a link around this one; None stands for a gap."""
    wanted = sorted({1, last, *range(max(1, here - 1), min(last, here + 1) + 1)})
    numbers: list[int | None] = []
    for number in wanted:
        if numbers and numbers[-1] != number - 1:
            numbers.append(None)
        numbers.append(number)
    return numbers if last > 1 else []
