"""A relay on loopback, and letters to send through it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import leases
from jobs.execution import execute
from jobs.models import Job
from mailing.links import CONFIRM, make_token
from mailing.models import Consent, Delivery, Issue
from mailing.services import Recipient, ask_consent, confirm, deliver, open_issue
from tests.faults.room import mails as _room  # declares its composer  # noqa: F401
from tests.mailing.sink import Sink

TEMPLATES = Path(__file__).parents[1] / "faults" / "room" / "templates"
Run = Callable[[], None]


@pytest.fixture(autouse=True)
def _letters(settings: Any) -> None:
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [TEMPLATES]}]
    settings.SITE_URL, settings.SITE_HOST = "https://place.example", "place.example"
    settings.DEFAULT_FROM_EMAIL = "La Place locale <lettres@place.example>"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """The relay mails are sent through."""
    with Sink() as sink:
        settings.EMAIL_BACKEND = "mailing.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


def work() -> None:
    """Do all that is due, as a worker would."""
    while pks := leases.lease_due(limit=10):
        for pk in pks:
            execute(pk)


def agreed(address: str = "marie@site.example", purpose: str = "forecasts") -> Consent:
    """Return a consent confirmed by the owner of the address."""
    consent = ask_consent(address=address, purpose=purpose, text="Une lettre par semaine.")
    Job.objects.all().delete()  # the request to confirm is not what is tested
    Issue.objects.filter(kind="mailing.consent").delete()
    return confirm(make_token(CONFIRM, consent))


def send_to(*addresses: str, key: str = "issue", **args: object) -> list[Delivery]:
    """Deliver a letter to addresses that need no consent, and return its rows."""
    issue = open_issue(key=key, kind="test.letter", args={})
    deliver(issue=issue, recipients=[Recipient(address, args) for address in addresses])
    return list(issue.deliveries.order_by("pk"))


def states() -> dict[str, str]:
    """Return the state of each address in the ledger."""
    return dict(Delivery.objects.values_list("address", "state"))
