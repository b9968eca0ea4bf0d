"""F14: a backup made while the site writes is whole, and an old one sends nothing twice."""

import hashlib
import sys
import time
from pathlib import Path

import pytest

from tests.faults.conftest import MakeSite
from tests.faults.harness import Site
from tests.faults.test_broken_workers import all_done
from tests.faults.test_mails import through
from tests.mailing.sink import Sink

OUTSIDE = "SELECT name, state FROM jobs_job WHERE name IN ('test.effect', 'test.mail') ORDER BY 1"
LETTERS = """
from django.db import transaction
from mailing.services import Recipient, deliver, open_issue
with transaction.atomic():
    issue = open_issue(key="issue", kind="test.letter", args={})
    deliver(issue=issue, recipients=[Recipient(f"a{n}@site.example") for n in range(20)])
"""
TRY_AGAIN = """
from mailing.models import Delivery
from mailing.services import retry_failed
retry_failed(deliveries=Delivery.objects.filter(address="a7@site.example"))
"""
HELD = "SELECT count(*) FROM mailing_delivery WHERE state = 'failed' AND possible_duplicate"


def back_up(site: Site, path: Path) -> None:
    done = site.manage("backup", str(path))
    assert done.returncode == 0, done.stderr
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert done.stdout == f"{digest}  {path}\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_old_backup_put_back_sends_no_mail_until_an_operator_says_so(
    make_site: MakeSite, tmp_path: Path
) -> None:
    backup = tmp_path / "saved"
    with Sink() as sink:
        site = through(make_site(), sink)
        for name in ("test.mail", "test.effect"):
            site.enqueue(name, "{'number': number}")
        site.run(LETTERS)
        back_up(site, backup)
        worker = site.start_worker()
        for name in ("test.mail", "test.effect", "mailing.send"):
            all_done(site, name)
        assert len(sink.raw) == 20

        refused = site.manage("restore", str(backup), "--yes")
        assert (refused.returncode, "arrêtez" in refused.stderr) == (1, True), refused.stderr
        assert site.rows(OUTSIDE) == [("test.effect", "done"), ("test.mail", "done")]
        site.stop(worker)
        restored = site.manage("restore", str(backup), "--yes")
        assert restored.returncode == 0, restored.stderr
        assert site.rows(OUTSIDE) == [("test.effect", "pending"), ("test.mail", "dead")]
        assert site.value(HELD) == 20

        site.start_worker()
        for name in ("test.effect", "mailing.send", "mailing.resume"):
            all_done(site, name)
        time.sleep(0.5)
        assert (len(site.lines("mail")), len(sink.raw)) == (1, 20)
        number = site.value("SELECT id FROM jobs_job WHERE name = 'test.mail'")
        assert site.manage("jobs", "retry", str(number)).returncode == 0
        site.run(TRY_AGAIN)
        all_done(site, "test.mail")
        site.wait("the mail has left", lambda: len(sink.raw) == 21, 20)
        assert (len(site.lines("mail")), sink.raw[-1][0]) == (2, "a7@site.example")


@pytest.mark.faults
def test_backups_made_while_workers_write_are_whole_and_hold_what_was_committed(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site()
    site.enqueue("test.effect", "{'number': number, 'seconds': 0.02}", 4_000)
    worker = site.start_worker()
    site.wait("work goes on", lambda: len(site.lines("effect")) > 20, 30)
    counts = []
    for number in range(5):
        before = site.effects("effect")[0]
        start = time.monotonic()
        back_up(site, tmp_path / f"saved-{number}")
        counts.append((before, time.monotonic() - start))
    assert worker.poll() is None
    assert site.unfinished("test.effect"), "nothing was written during the last backup"
    site.stop(worker)
    after = site.effects("effect")[0]

    for number, (before, _seconds) in enumerate(counts):
        restored = site.manage("restore", str(tmp_path / f"saved-{number}"), "--yes")
        assert restored.returncode == 0, restored.stderr
        effects = site.effects("effect")[0]
        assert before <= effects <= after
        done = site.value(
            "SELECT count(*) FROM jobs_job WHERE name = 'test.effect' AND state = 'done'"
        )
        assert done == effects  # one moment, not the middle of a transaction
    site.start_worker()
    all_done(site, "test.effect", 120)
    assert site.effects("effect") == (4_000, 4_000)
    longest = max(seconds for _before, seconds in counts)
    sys.stdout.write(
        f"5 backups while writing, {longest:.1f} s at most with the command's start\n"
    )
