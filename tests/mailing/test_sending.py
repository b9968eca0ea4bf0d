"""Each mail once: accepted, refused, lost on the way, or stopped in time."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.db import connection as db
from django.utils import timezone

from jobs.models import Job
from mailing import ledger, sending, services
from mailing.models import Delivery, Issue, Suppression
from mailing.services import Recipient, deliver, open_issue, resume, retry_failed, suppress
from tests.faults.room.mails import OTHERS_WORDS
from tests.mailing.conftest import agreed, send_to, states, work
from tests.mailing.sink import Sink

pytestmark = pytest.mark.django_db


def recipients(sink: Sink) -> list[str]:
    return [to for to, _mail in sink.mails()]


def later(**wait: float) -> None:
    """Let time pass, and do what is due then."""
    with time_machine.travel(timezone.now() + timedelta(**wait)):
        resume()
        work()


def test_each_recipient_gets_one_mail_and_the_issue_ends(sink: Sink) -> None:
    send_to("a@site.example", "b@site.example", "a@SITE.example")
    work()
    assert sorted(recipients(sink)) == ["a@site.example", "b@site.example"]
    assert set(states().values()) == {"sent"}
    assert Delivery.objects.filter(sent_at=None).count() == 0
    assert Issue.objects.get().finished_at
    assert Job.objects.get(name="mailing.send").result == {"sent": 2}
    assert sink.sessions == 1


def test_an_issue_delivered_again_writes_to_the_new_recipients_only(sink: Sink) -> None:
    send_to("a@site.example")
    work()
    issue = Issue.objects.get()
    both = [Recipient("a@site.example"), Recipient("b@site.example")]
    assert deliver(issue=issue, recipients=both) == 1
    assert deliver(issue=issue, recipients=both) == 0
    issue.refresh_from_db()
    assert issue.finished_at is None
    work()
    assert recipients(sink) == ["a@site.example", "b@site.example"]


def test_headers_say_what_it_is_and_how_to_stop_it(sink: Sink) -> None:
    consent = agreed()
    issue = open_issue(key="one", kind="test.letter", args={})
    recipient = Recipient("marie@site.example", {"words": "É <b> & l’été"}, consent.pk, "fr")
    deliver(issue=issue, recipients=[recipient])
    work()
    [(_to, mail)] = sink.mails()
    stop = f"https://place.example/lettres/arret/{services.stop_token(consent)}/"
    assert mail["List-Unsubscribe"].strip() == f"<{stop}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "La Place locale <forecasts.place.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["Message-ID"] == Delivery.objects.get().message_id
    assert mail["Message-ID"].endswith("@place.example>")
    assert mail["Date"].datetime
    assert mail["From"] == "La Place locale <lettres@place.example>"
    assert mail["To"] == "marie@site.example"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().startswith("É <b> & l’été\r\n")
    assert stop in text.get_content()
    assert "<p>É &lt;b&gt; &amp; l’été</p>" in html.get_content()
    assert '<html lang="fr"' in html.get_content()


def test_what_nobody_subscribed_to_has_nothing_to_stop(sink: Sink) -> None:
    send_to("a@site.example")
    work()
    [(_to, mail)] = sink.mails()
    assert mail["List-Unsubscribe"] is None
    assert "arret" not in mail.as_string()


def test_refused_for_now_is_sent_later_and_refused_for_good_never_again(sink: Sink) -> None:
    send_to("greylist@site.example", "unknown@site.example", "a@site.example")
    work()
    assert states() == {
        "greylist@site.example": "retry", "unknown@site.example": "failed",
        "a@site.example": "sent",
    }  # fmt: skip
    refused = Delivery.objects.get(state="failed")
    assert refused.last_error == "Refused: 550 5.1.1 <***@***>: no such mailbox"
    assert Issue.objects.get().finished_at is None
    later(minutes=4)
    assert states()["greylist@site.example"] == "retry"
    later(minutes=6)
    assert states()["greylist@site.example"] == "sent"
    assert recipients(sink) == ["a@site.example", "greylist@site.example"]
    assert Issue.objects.get().finished_at
    assert not Delivery.objects.filter(possible_duplicate=True).exists()


def test_who_is_refused_all_day_is_given_up(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    send_to("greylist@site.example")
    monkeypatch.setattr(sink, "_first", lambda _address: True)
    work()
    for hours in range(1, 12):
        later(hours=5 * hours)
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("failed", 10)


@pytest.mark.parametrize(("kind", "copies"), [("drop", 2), ("lose", 1)])
def test_a_lost_answer_is_sent_again_under_the_same_id_and_flagged(
    sink: Sink, kind: str, copies: int
) -> None:
    send_to(f"{kind}@site.example", "a@site.example")
    work()
    mails = [mail for to, mail in sink.mails() if to.startswith(kind)]
    row = Delivery.objects.get(address=f"{kind}@site.example")
    assert (row.state, row.possible_duplicate, row.attempts) == ("sent", True, 2)
    assert [mail["Message-ID"] for mail in mails] == [row.message_id] * copies
    other = Delivery.objects.get(address="a@site.example")
    assert (other.state, other.possible_duplicate) == ("sent", False)


def test_a_relay_that_ends_sessions_is_followed_without_a_doubt(sink: Sink) -> None:
    sink.after = 2
    send_to(*(f"a{number}@site.example" for number in range(7)))
    work()
    assert len(recipients(sink)) == 7
    assert sink.sessions == 4
    assert list(states().values()) == ["sent"] * 7
    assert not Delivery.objects.filter(possible_duplicate=True).exists()


def test_a_relay_that_takes_nothing_stops_the_work_and_loses_nobody(sink: Sink) -> None:
    sink.after = 0
    send_to("a@site.example", "b@site.example")
    work()
    assert sorted(states().values()) == ["queued", "retry"]
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("pending", 1)
    assert job.last_error.startswith("RelayLost: ")
    sink.after = None
    later(minutes=10)
    assert sorted(recipients(sink)) == ["a@site.example", "b@site.example"]


def test_a_relay_away_for_long_is_found_again(sink: Sink, settings) -> None:
    settings.EMAIL_PORT = 9  # nobody listens
    send_to("a@site.example")
    work()
    assert states() == {"a@site.example": "queued"}
    Job.objects.update(state="dead", finished_at=timezone.now())
    settings.EMAIL_PORT = sink.port
    resume()
    work()
    assert recipients(sink) == ["a@site.example"]


def test_an_old_copy_of_the_database_sends_nothing_by_itself(sink: Sink) -> None:
    consent = agreed()
    send_to("a@site.example", "greylist@site.example", key="half-sent")
    work()
    send_to("b@site.example", key="queued")
    send_to("c@site.example", key="crashed")
    Delivery.objects.filter(address__startswith="c").update(state="sending", holder="999999:1")
    issue = open_issue(key="soon", kind="test.letter", args={})
    deliver(issue=issue, recipients=[Recipient("marie@site.example", {}, consent.pk)])
    Delivery.objects.filter(issue=issue).update(due=timezone.now() + timedelta(hours=8))
    later(hours=7)
    assert recipients(sink) == ["a@site.example"]
    held = Delivery.objects.filter(last_error__contains="opérateur")
    assert {row.address[0] for row in held} == set("gbc")
    assert all(row.state == "failed" and row.possible_duplicate for row in held)
    later(hours=9)  # its hour came after the copy was made
    assert recipients(sink)[1:] == ["marie@site.example"]
    retry_failed(deliveries=held.filter(address__startswith="b"))
    work()
    assert recipients(sink)[2:] == ["b@site.example"]


def test_a_relay_away_all_day_holds_nobody_back(sink: Sink, settings) -> None:
    settings.EMAIL_PORT = 9  # nobody listens
    send_to("a@site.example")
    for hours in range(1, 24):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            resume()
            work()
            Job.objects.filter(attempts__gte=1).update(state="dead", finished_at=timezone.now())
    settings.EMAIL_PORT = sink.port
    later(hours=24)
    assert recipients(sink) == ["a@site.example"]


def test_what_a_restoration_puts_back_waits_for_an_operator(sink: Sink) -> None:
    for name, state, hours in (
        ("queued", "queued", -1), ("retry", "retry", -1), ("sending", "sending", 1),
        ("unknown", "unknown", -1), ("sent", "sent", -1), ("tomorrow", "retry", 24),
    ):  # fmt: skip
        [row] = send_to(f"{name}@site.example", key=name)
        due = timezone.now() + timedelta(hours=hours)
        Delivery.objects.filter(pk=row.pk).update(state=state, due=due)
    with db.cursor() as cursor:
        cursor.execute(ledger.holding_sql("'Sauvegarde restaurée'"))
    resume()
    work()
    assert recipients(sink) == []
    assert {address.partition("@")[0]: state for address, state in states().items()} == {
        "queued": "failed", "retry": "failed", "sending": "failed", "unknown": "failed",
        "sent": "sent", "tomorrow": "retry",
    }  # fmt: skip
    assert Delivery.objects.filter(possible_duplicate=True, state="failed").count() == 4
    retry_failed(deliveries=Delivery.objects.filter(address__startswith="queued"))
    work()
    assert recipients(sink) == ["queued@site.example"]


def test_work_under_way_is_not_asked_for_twice() -> None:
    send_to("a@site.example")
    assert resume() == 0
    assert Job.objects.count() == 1


def test_one_recipient_that_fails_stops_nobody(sink: Sink) -> None:
    issue = open_issue(key="one", kind="test.letter", args={})
    deliver(
        issue=issue,
        recipients=[
            Recipient("a@site.example", {"raises": True}),
            Recipient("b@site.example\r\nBcc: victim@site.example"),
            Recipient("c@site.example", {"silent": True}),
            Recipient("not an address"),
            Recipient("d@site.example"),
        ],
    )
    work()
    assert recipients(sink) == ["d@site.example"]
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "failed", "failed", "suppressed", "failed", "sent",
    ]  # fmt: skip
    reasons = list(Delivery.objects.order_by("pk").values_list("last_error", flat=True))
    assert reasons[0].startswith("LookupError: The notice is gone.")
    assert "n’est pas une adresse électronique" in reasons[1]


def test_a_crash_between_sending_and_sent_repeats_one_mail_and_names_it(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_to("a@site.example", "b@site.example", "c@site.example")
    settle = sending.ledger.settle

    def killed(step, delivery, outcome):
        if delivery.address.startswith("b"):
            raise SystemExit
        settle(step, delivery, outcome)

    monkeypatch.setattr(sending.ledger, "settle", killed)
    with pytest.raises(SystemExit):
        work()
    assert states() == {
        "a@site.example": "sent", "b@site.example": "sending", "c@site.example": "queued",
    }  # fmt: skip
    monkeypatch.setattr(sending.ledger, "settle", settle)
    later(minutes=1)  # the lease has run out
    assert list(states().values()) == ["sent"] * 3
    assert sorted(recipients(sink)) == [f"{name}@site.example" for name in "abbc"]
    doubted = Delivery.objects.get(possible_duplicate=True)
    ids = [mail["Message-ID"] for to, mail in sink.mails() if to == "b@site.example"]
    assert ids == [doubted.message_id] * 2
    assert doubted.attempts == 2


def test_a_mail_that_takes_every_sender_down_is_given_up(sink: Sink) -> None:
    send_to("a@site.example", "b@site.example")
    Delivery.objects.filter(address__startswith="a").update(
        state="sending", holder="999999:1", attempts=10
    )
    work()
    assert states() == {"a@site.example": "failed", "b@site.example": "sent"}


def test_a_mail_somebody_else_is_sending_is_left_to_them(sink: Sink) -> None:
    [row] = send_to("a@site.example")
    values = {"state": "running", "fence": 3, "due": timezone.now() + timedelta(hours=1)}
    other = Job.objects.create(name="mailing.send", key="other", **values)
    Delivery.objects.update(state="sending", holder=f"{other.pk}:3", attempts=1)
    work()
    assert recipients(sink) == []
    Job.objects.filter(pk=other.pk).update(fence=4)  # it was taken over
    services._have_sent(row.issue_id, occurrence="again")
    work()
    assert recipients(sink) == ["a@site.example"]
    assert Delivery.objects.get().possible_duplicate


def test_who_withdraws_or_is_erased_while_an_issue_leaves_gets_nothing_more(sink: Sink) -> None:
    consents = [agreed(f"{name}@site.example") for name in "abcd"]
    issue = open_issue(key="one", kind="test.letter", args={})
    deliver(
        issue=issue,
        recipients=[Recipient(each.address, {}, each.pk) for each in consents],
    )
    compose = sending.build

    def meanwhile(delivery, content):
        if delivery.address == "a@site.example":
            services.withdraw(consent=consents[1])
            services.erase(address="c@site.example")
            services.suppress(address="D@site.example", reason="complaint")
        return compose(delivery, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "build", meanwhile)
        work()
    assert recipients(sink) == ["a@site.example"]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        "sent", "suppressed", "suppressed", "suppressed",
    ]  # fmt: skip


def test_an_address_never_confirmed_is_not_written_to(sink: Sink) -> None:
    consent = services.ask_consent(address="a@site.example", purpose="forecasts", text="Oui")
    Job.objects.all().delete()
    issue = open_issue(key="one", kind="test.letter", args={})
    deliver(issue=issue, recipients=[Recipient("a@site.example", {}, consent.pk)])
    work()
    assert recipients(sink) == []
    assert issue.deliveries.get().last_error == "no consent"


def test_suppressed_addresses_are_in_the_ledger_and_get_nothing(sink: Sink) -> None:
    suppress(address="Marie@Site.example", reason="bounce")
    send_to("marie+lettres@site.example", "jean@site.example")
    assert states() == {
        "marie+lettres@site.example": "suppressed", "jean@site.example": "queued",
    }  # fmt: skip
    work()
    assert recipients(sink) == ["jean@site.example"]
    assert "marie" not in str(list(Suppression.objects.values())).lower()
    assert services.allow(address="marie@site.example")
    assert not services.allow(address="marie@site.example")


def test_refused_mails_are_sent_again_when_somebody_asks(sink: Sink, monkeypatch) -> None:
    send_to("unknown@site.example", "a@site.example")
    work()
    monkeypatch.setattr(sink, "handle_RCPT", _welcome)
    assert retry_failed(deliveries=Delivery.objects.all()) == 1
    work()
    assert recipients(sink) == ["a@site.example", "unknown@site.example"]
    assert retry_failed(deliveries=Delivery.objects.all()) == 0


async def _welcome(server, session, envelope, address, options) -> str:
    envelope.rcpt_tos.append(address)
    return "250 OK"


def test_a_sender_the_relay_refuses_is_not_the_recipients_fault(sink: Sink, monkeypatch) -> None:
    async def refuse(*_args: object) -> str:
        return "530 5.7.0 Authentication required"

    monkeypatch.setattr(sink, "handle_MAIL", refuse)
    send_to("a@site.example")
    work()
    assert states() == {"a@site.example": "retry"}


def test_the_rate_is_kept_by_all_who_send(sink: Sink, settings, monkeypatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(sending.time, "sleep", pauses.append)
    settings.MAIL_RATE = 0.5
    with time_machine.travel(timezone.now(), tick=False):
        send_to("a@site.example", "b@site.example", key="one")
        send_to("c@site.example", key="two")
        work()
    assert pauses == [0, 2, 4]


@pytest.mark.parametrize(
    "hostile",
    [
        "Avis\r\nBcc: victim@site.example",
        "Avis\nX-Injected: yes",
        "Avis\r\n\r\n<script>",
        "Avis\0\x1b[31m",
        "Avis\u2028Bcc: victim@site.example",
        "Avis\u202egnp.exe",
        "Avis\x85Bcc: victim@site.example",
        "=?utf-8?q?Avis=0D=0ABcc:_victim@site.example?=",
        "Avis " + "long " * 200,
        "Avis {{ settings.SECRET_KEY }} {% load static %}",
        "Avis \ud800",
    ],
)
def test_text_of_others_is_harmless_in_a_mail(sink: Sink, hostile: str, monkeypatch) -> None:
    monkeypatch.setitem(OTHERS_WORDS, "hostile", hostile)
    send_to("a@site.example", words="hostile")
    work()
    [(to, mail)] = sink.mails()
    assert to == "a@site.example"
    assert mail["Bcc"] is None
    assert mail["X-Injected"] is None
    subject = mail["Subject"].strip()
    assert subject.startswith(("Avis", "= ?"))
    assert len(subject) <= 150
    assert subject.isprintable()
    text = mail.get_body(("plain",)).get_content()
    assert not {"\0", "\x1b", "\u202e", "\x85"} & set(text)


def test_an_unknown_kind_of_issue_is_refused_at_once() -> None:
    with pytest.raises(LookupError, match=r"test\.nothing"):
        open_issue(key="one", kind="test.nothing", args={})
    assert not Issue.objects.exists()


def test_the_same_key_is_the_same_issue() -> None:
    first = open_issue(key="one", kind="test.letter", args={"a": 1})
    assert open_issue(key="one", kind="test.letter", args={"a": 2}) == first
    assert Issue.objects.get().args == {"a": 1}


def test_smtplib_still_asks_what_is_watched() -> None:
    """The doubt is read from these two methods of the library."""
    assert smtplib.SMTP.sendmail
    assert smtplib.SMTP.data
