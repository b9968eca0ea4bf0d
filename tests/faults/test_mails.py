"""F1, F3: workers killed while they send lose nobody, and the ledger names each possible copy."""

import sys
import time
from collections import Counter

import pytest

from tests.faults.conftest import MakeSite
from tests.faults.harness import Site
from tests.mailing.sink import Sink

ASK = """
from django.db import transaction
from mailing.services import Recipient, deliver, open_issue
with transaction.atomic():
    issue = open_issue(key="issue", kind="test.letter", args={{}})
    deliver(issue=issue, recipients=[
        Recipient(f"{{'{odd}' if n % {each} == 1 else 'a'}}{{n}}@site.example", {{"number": n}})
        for n in range({count})
    ])
"""
RESUME = "from mailing.services import resume; print(resume())"


def through(site: Site, sink: Sink) -> Site:
    """Have an installation send through the sink."""
    site.environment |= {
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "SITE_URL": "https://place.example",
    }
    return site


def unfinished(site: Site) -> int:
    states = "('queued', 'sending', 'retry', 'unknown')"
    return int(site.value(f"SELECT count(*) FROM mailing_delivery WHERE state IN {states}"))


def judged(site: Site, sink: Sink, count: int) -> tuple[int, int]:
    """Check that nobody is lost and each copy is flagged; return (copies, flags)."""
    copies = Counter(to for to, _data in sink.raw)
    ids: dict[str, set[str]] = {}
    for to, mail in sink.mails():
        ids.setdefault(to, set()).add(mail["Message-ID"])
    rows = site.rows("SELECT address, state, possible_duplicate, message_id FROM mailing_delivery")
    flagged = {address for address, _state, flag, _id in rows if flag}
    assert len(rows) == count
    assert {state for _address, state, _flag, _id in rows} == {"sent"}
    assert {address for address, *_rest in rows} == set(copies)
    assert {address: {message_id} for address, _state, _flag, message_id in rows} == ids
    assert {address for address, number in copies.items() if number > 1} <= flagged
    return sum(number - 1 for number in copies.values()), len(flagged)


@pytest.mark.parametrize(
    ("count", "kills"),
    [
        pytest.param(2_000, 10, id="2000-mails-10-kills", marks=pytest.mark.faults),
        pytest.param(50_000, 20, id="50000-mails-20-kills", marks=pytest.mark.faults),
    ],
)
def test_workers_killed_while_sending_lose_nobody_and_name_each_copy(
    make_site: MakeSite, count: int, kills: int
) -> None:
    with Sink() as sink:
        site = through(make_site(lease=2), sink)
        site.run(ASK.format(count=count, odd="a", each=2))
        start = time.monotonic()
        for number in range(kills):
            worker = site.start_worker()
            goal = (number + 1) * count // (kills + 2)
            site.wait("mails leave", lambda goal=goal: len(sink.raw) > goal, 120)
            site.kill_sending(worker)
        site.start_worker()
        site.wait("every mail has left", lambda: not unfinished(site), count / 50 + 120)
        seconds = time.monotonic() - start
        copies, flags = judged(site, sink, count)
    sys.stdout.write(
        f"{count} mails, {kills} kills: {copies} twice, {flags} flagged, {seconds:.0f} s\n"
    )
    assert copies <= kills
    assert flags <= kills


@pytest.mark.faults
def test_a_hundred_answers_lost_are_a_hundred_flags(make_site: MakeSite) -> None:
    with Sink() as sink:
        site = through(make_site(), sink)
        for odd in ("drop", "lose"):
            site.run(ASK.format(count=500, odd=odd, each=5).replace('"issue"', f'"{odd}"'))
        start = time.monotonic()
        site.start_worker()
        site.wait("every mail has left", lambda: not unfinished(site), 120)
        sys.stdout.write(f"{1_000 / (time.monotonic() - start):.0f} mails a second, ")
        rows = site.rows("SELECT address, possible_duplicate, state FROM mailing_delivery")
        copies = Counter(to for to, _data in sink.raw)
    assert {state for _address, _flag, state in rows} == {"sent"}
    odd = {address for address, _flag, _state in rows if address[0] in "dl"}
    assert {address for address, flag, _state in rows if flag} == odd
    assert len(odd) == 200
    assert {address for address, number in copies.items() if number == 2} == {
        address for address in odd if address.startswith("drop")
    } | {f"a{n}@site.example" for n in range(500) if n % 5 != 1}  # one for each issue


def test_a_worker_killed_while_it_sends_repeats_one_mail_at_most(make_site: MakeSite) -> None:
    with Sink() as sink:
        site = through(make_site(lease=1), sink)
        site.run(ASK.format(count=30, odd="a", each=2))
        worker = site.start_worker()
        site.wait("mails leave", lambda: len(sink.raw) > 5, 30)
        site.kill_sending(worker)
        site.start_worker()
        site.wait("every mail has left", lambda: not unfinished(site), 30)
        copies, flags = judged(site, sink, 30)
    assert copies <= flags <= 1
