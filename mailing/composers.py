"""Who writes the mails of each kind of issue: each room declares its own in `mails.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.module_loading import autodiscover_modules

from mailing.models import Delivery


class UnknownComposer(LookupError):
    """No room declared this kind of issue."""


@dataclass(frozen=True)
class Content:
    """What a mail says: `template`.txt and `template`.html are rendered with `context`.

    They extend `mailing/mail.txt` and `mailing/mail.html`, and also find there `subject`,
    `site_name`, `site_url`, `language` and `stop_url` (None where there is nothing to stop).
    """

    subject: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


#: None: there is nothing to say any more, and nothing is sent.
Compose = Callable[[Delivery], Content | None]

_composers: dict[str, Compose] = {}


def composer(kind: str) -> Callable[[Compose], Compose]:
    """Declare `compose(delivery)`, called in the language of the delivery just before it leaves.

    What it raises is the failure of that one delivery.
    """

    def keep(compose: Compose) -> Compose:
        if kind in _composers:
            raise ValueError(f"Two composers are named {kind!r}.")
        _composers[kind] = compose
        return compose

    return keep


def composer_of(kind: str) -> Compose:
    """Return what writes issues of that kind; raise UnknownComposer."""
    if kind not in _composers:
        autodiscover_modules("mails")
    try:
        return _composers[kind]
    except KeyError:
        raise UnknownComposer(f"No room writes issues of kind {kind!r}.") from None
