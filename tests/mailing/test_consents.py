"""Agreements: asked for without telling anything, confirmed once, withdrawn for good."""

from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job
from mailing import links, services
from mailing.addresses import InvalidAddress, digest, network_of, normalise
from mailing.models import Consent, Delivery, Issue, Suppression
from mailing.services import LinkRefused, ask_consent, confirm, erase, withdraw
from tests.mailing.conftest import agreed, send_to, states, work
from tests.mailing.sink import Sink

pytestmark = pytest.mark.django_db
TEXT = "J’accepte de recevoir une lettre par semaine."


def ask(address: str = "marie@site.example", **values: str) -> Consent:
    return ask_consent(
        **{"address": address, "purpose": "forecasts", "text": TEXT, "ip": "203.0.113.57"} | values
    )


def link(consent: Consent) -> str:
    return links.make_token(links.CONFIRM, consent)


def test_a_request_is_proof_of_who_when_and_what_and_asks_to_confirm(sink: Sink) -> None:
    consent = ask("Marie@Mairie-Évry.example")
    assert consent.address == "Marie@xn--mairie-vry-h7a.example"
    assert consent.text_sha256 == sha256(TEXT.encode()).hexdigest()
    assert consent.origin == "203.0.113.0/24"
    assert consent.expires - consent.asked_at == timedelta(hours=48)
    assert not Consent.objects.active().exists()
    work()
    [(to, mail)] = sink.mails()
    assert to == "Marie@xn--mairie-vry-h7a.example"
    assert mail["Subject"] == "Confirmez votre inscription"
    assert mail["List-Unsubscribe"] is None
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()
        assert TEXT in body
        assert f"https://place.example/lettres/confirmer/{link(consent)}/" in body


def test_the_request_is_in_the_language_asked_for(sink: Sink) -> None:
    ask(language="en")
    work()
    assert sink.mails()[0][1]["Content-Language"] == "en"
    assert '<html lang="en"' in sink.mails()[0][1].get_body(("html",)).get_content()


def test_a_link_confirms_once() -> None:
    consent = ask()
    assert confirm(link(consent)) == consent
    assert Consent.objects.active().get().confirmed_at
    with pytest.raises(LinkRefused, match="déjà servi"):
        confirm(link(consent))


def test_a_link_confirms_for_48_hours() -> None:
    consent = ask()
    with (
        time_machine.travel(timezone.now() + timedelta(hours=48, seconds=1)),
        pytest.raises(LinkRefused, match="48 heures"),
    ):
        confirm(link(consent))
    with time_machine.travel(timezone.now() + timedelta(hours=47)):
        confirm(link(consent))


def test_forged_links_are_refused(settings) -> None:
    consent = ask()
    token = link(consent)
    pk, signature = token.split(":")
    forged = [
        "", ":", "x", pk, f"{pk}:", f"{int(pk) + 1}:{signature}", f"{pk}:{'A' * 43}", token[:-1],
        token + "A", services.stop_token(consent), f"{'9' * 30}:{signature}", f"²:{signature}",
        f"-{token}",
    ]  # fmt: skip
    for each in forged:
        with pytest.raises(LinkRefused, match="pas de ceux"):
            confirm(each)
        with pytest.raises(LinkRefused, match="pas de ceux"):
            services.consent_of(each if each != services.stop_token(consent) else token)
    assert not Consent.objects.active().exists()


def test_a_link_is_of_one_address_and_one_purpose() -> None:
    token = link(ask())
    Consent.objects.update(purpose="surveys")
    with pytest.raises(LinkRefused):
        confirm(token)
    Consent.objects.update(purpose="forecasts", digest=digest("jean@site.example"))
    with pytest.raises(LinkRefused):
        confirm(token)


def test_a_stop_link_never_expires_even_when_the_key_changes(settings) -> None:
    consent = agreed()
    token = services.stop_token(consent)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 9
    with time_machine.travel(timezone.now() + timedelta(days=3_000)):
        assert services.consent_of(token) == consent


@pytest.mark.parametrize(
    "again",
    ["marie@site.example", "MARIE@site.example", "marie+x@site.example", "Marie@SITE.example"],
)
def test_a_mailbox_is_asked_once_in_24_hours(sink: Sink, again: str) -> None:
    ask()
    for _ in range(3):
        ask(again)
        ask(again, purpose="surveys")
    work()
    assert len(sink.mails()) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        ask(again)
        work()
    assert len(sink.mails()) == 2


def test_a_confirmed_address_is_not_asked_more_often(sink: Sink) -> None:
    confirm(link(ask()))
    second = ask()
    work()
    assert second.confirmed_at is None  # somebody else may be asking
    assert len(sink.mails()) == 0  # the first mail has nothing to ask any more


def test_the_same_request_twice_is_one() -> None:
    first = ask()
    assert ask() == first
    assert ask("marie@site.example", text="Autre chose.") != first


def test_a_suppressed_address_is_answered_the_same_and_gets_nothing(sink: Sink) -> None:
    services.suppress(address="marie@site.example", reason="complaint")
    assert ask().pk
    work()
    assert sink.mails() == []
    assert states() == {"marie@site.example": "suppressed"}


def test_what_is_known_of_an_address_changes_neither_the_answer_nor_its_cost() -> None:
    def cost(address: str) -> tuple[int, object]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            consent = ask(address)
        return len(queries), (consent.confirmed_at, consent.withdrawn_at, consent.purpose)

    cost("first@site.example")
    confirm(link(ask("known@site.example")))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        unknown, known = cost("unknown@site.example"), cost("known@site.example")
        services.suppress(address="never@site.example", reason="complaint")
        assert unknown == known == cost("never@site.example")
        again = cost("unknown@site.example")
    assert again[1] == unknown[1]
    assert again[0] > 3  # it writes too


def test_withdrawing_stops_the_purpose_and_leaves_the_others() -> None:
    first, other = agreed(), agreed(purpose="surveys")
    second = agreed("MARIE@site.example")
    withdraw(consent=first)
    stopped = Consent.objects.get(pk=first.pk).withdrawn_at
    withdraw(consent=Consent.objects.get(pk=first.pk))
    assert Consent.objects.get(pk=first.pk).withdrawn_at == stopped
    assert list(Consent.objects.active()) == [other]
    assert Consent.objects.get(pk=second.pk).withdrawn_at


def test_a_link_received_before_stopping_confirms_nothing_after() -> None:
    consent = ask()
    withdraw(consent=consent)
    with pytest.raises(LinkRefused, match="arrêtée"):
        confirm(link(consent))


def rows() -> str:
    """All that the tables of the room, and the jobs, hold."""
    models = (Consent, Delivery, Issue, Suppression, Job)
    return str([list(model.objects.values()) for model in models]).lower()


def test_erasing_leaves_no_address_and_keeps_the_proof(sink: Sink) -> None:
    consent = agreed()
    ask("marie+autre@site.example")
    send_to("marie@site.example", "Marie@site.example", "jean@site.example", key="sent")
    work()
    send_to("marie@site.example", key="waiting")
    token = services.stop_token(consent)
    assert erase(address="MARIE@site.example") == {"deliveries": 4, "consents": 2, "files": 0}
    work()
    assert "marie" not in rows()
    assert "jean" in rows()
    assert [to for to, _mail in sink.mails()].count("marie@site.example") == 1
    proof = Consent.objects.get()
    assert (proof.digest, proof.text) == (digest("marie@site.example"), consent.text)
    assert proof.confirmed_at
    assert proof.withdrawn_at
    assert services.consent_of(token) == proof
    assert Suppression.objects.get().reason == "erased"
    assert erase(address="marie@site.example") == {"deliveries": 0, "consents": 0, "files": 0}
    assert send_to("marie@site.example", key="later")[0].state == "suppressed"


def test_what_nobody_confirms_is_erased_after_a_week() -> None:
    agreed("jean@site.example")
    ask()
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert services.forget_unconfirmed() == 0
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert services.forget_unconfirmed() == 1
    assert "marie" not in rows()
    assert "jean" in rows()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Marie.Dupont@SITE.Example ", "Marie.Dupont@site.example"),
        ("achats+lettres@site.example", "achats+lettres@site.example"),
        ("contact@mairie-évry.example", "contact@xn--mairie-vry-h7a.example"),
        ("contact@xn--mairie-vry-h7a.example", "contact@xn--mairie-vry-h7a.example"),
        ('"a.b"@site.example', '"a.b"@site.example'),
    ],
)  # fmt: skip
def test_an_address_is_written_one_way(given: str, kept: str) -> None:
    assert normalise(given) == kept
    assert normalise(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        "", "@", "marie", "marie@", "@site.example", "a b@site.example",
        "marie@site.example\nBcc: x@y.fr",
        "marie@site.example\r\nBcc: x@y.fr", "marie\0@site.example", "hélène@site.example",
        "Marie <marie@site.example>", "a@b@c", "marie@site..example", f"{'a' * 250}@site.example",
        f"marie@{'é' * 300}.example", "marie@site.example, jean@site.example",
        "marie@\u202e.example",
        "marie@-site.example", "\ud800@site.example", "marie@\ud800.example",
    ],
)  # fmt: skip
def test_what_is_not_an_address_is_refused_in_french(given: str) -> None:
    with pytest.raises(InvalidAddress, match="n’est pas une adresse électronique") as refusal:
        normalise(given)
    assert str(refusal.value).replace("\u00a0", "").isprintable()


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.57", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.57", "::/48"), ("", ""), ("unknown", ""), ("1.2.3.4, 5.6.7.8", ""),
    ],
)  # fmt: skip
def test_an_ip_address_is_cut(ip: str, network: str) -> None:
    assert network_of(ip) == network


def test_a_hash_is_of_a_mailbox_and_needs_the_key(settings) -> None:
    hashed = digest("marie@site.example")
    assert digest("MARIE+x@site.example") == hashed
    assert digest("mariex@site.example") != hashed
    settings.SUPPRESSION_KEY = "another"
    assert digest("marie@site.example") != hashed
