"""Subscribing, being told, knowing why, stopping: from the form to the mail that arrives."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from jobs import leases
from jobs.execution import execute
from jobs.models import Job
from mailing.models import Consent, Delivery, Issue
from mailing.services import stop_token, withdraw
from tenders.models import Match, Subscription
from tenders.services.forecasts import withdraw_notice
from tenders.services.subscriptions import consent_text, subscribe
from tests.tenders.forecast_factories import PersonFactory, edited, follow, published

pytestmark = pytest.mark.django_db
FORM = "/lettres/"
ROOFER = {"address": "toits@exemple.fr", "words": "toiture\nzinguerie", "cpv": "45261000-4",
          "communes": "Aubagne, 13055", "horizons": ["n-1"]}  # fmt: skip


def work() -> None:
    """Do all that is due, as a worker would."""
    while pks := leases.lease_due(limit=10):
        for pk in pks:
            execute(pk)
    assert not Job.objects.exclude(last_error="").exists(), Job.objects.values("last_error")


def bodies() -> list[str]:
    return [str(message.body) for message in mail.outbox]


def test_subscribing_keeps_what_is_asked_and_the_exact_text(client: Client) -> None:
    answer = client.post(FORM, ROOFER)
    assert (answer.status_code, answer["Location"]) == (302, "/lettres/envoyee/")
    subscription = Subscription.objects.get()
    assert subscription.words == "toiture\nzinguerie"
    assert subscription.cpv == ["45261"]
    assert subscription.communes == ["13005", "13055"]
    assert subscription.horizons == ["n-1"]
    consent = subscription.consent
    assert (consent.address, consent.purpose) == ("toits@exemple.fr", "forecasts")
    assert consent.text == consent_text()
    assert consent.text in client.get(FORM).content.decode()
    assert consent.confirmed_at is None


def test_everybody_reads_the_same_answer(client: Client) -> None:
    follow(address="connu@exemple.fr")
    answers = []
    for address in ("connu@exemple.fr", "inconnu@exemple.fr"):
        answer = client.post(FORM, ROOFER | {"address": address}, follow=True)
        answers.append(re.sub(r"\s+", " ", answer.content.decode().split("<main")[1]))
    assert answers[0] == answers[1]
    assert "Vérifiez votre boîte" in answers[0]


def test_asking_again_before_confirming_replaces_what_was_asked(client: Client) -> None:
    client.post(FORM, ROOFER)
    client.post(FORM, ROOFER | {"words": "plomberie", "cpv": ""})
    subscription = Subscription.objects.get()
    assert subscription.words == "plomberie"
    kinds = set(subscription.criteria.values_list("kind", "text"))
    assert ("words", "plomberie") in kinds
    assert ("words", "toiture") not in kinds


def test_asking_again_never_changes_what_was_confirmed(client: Client) -> None:
    confirmed = follow(address="toits@exemple.fr", words=["toiture"])
    client.post(FORM, ROOFER | {"words": "plomberie"})
    confirmed.refresh_from_db()
    assert confirmed.words == "toiture"
    assert Subscription.objects.count() == 2


def test_every_mistake_is_told_at_once(client: Client) -> None:
    answer = client.post(FORM, {
        "address": "toits", "words": "de la\ncouverture à Aubagne", "cpv": "45261999 abc",
        "communes": "Obagne, 13999", "horizons": ["n-3"],
    })  # fmt: skip
    html = answer.content.decode()
    assert answer.status_code == 200
    for said in (
        "de la\u00a0» ne dit pas de métier", "écrivez le lieu (Aubagne)",
        "Le plus proche est 45261900", "abc\u00a0» n’est pas un code CPV",
        "La plus proche est 13005 Aubagne", "13999\u00a0» n’est pas une commune connue",
    ):  # fmt: skip
        assert html.count(said) == 2, said  # in the summary, and beside its field
    assert 'href="#id_words"' in html
    assert re.search(r'id="id_words"[^>]*aria-invalid="true"', html) or re.search(
        r'aria-invalid="true"[^>]*id="id_words"', html
    )
    assert not Consent.objects.exists()


def test_a_forecast_proposes_to_follow_its_like(client: Client) -> None:
    version = published(communes=["13005", "13022"])
    html = client.get(f"/previsions/{version.notice.reference}/").content.decode()
    href = re.search(r'href="(/lettres/\?[^"]*)"', html)[1].replace("&amp;", "&")
    form = client.get(href).content.decode()
    assert 'value="45261"' in form
    assert 'value="13005, 13022"' in form


def test_from_the_form_to_the_mail_that_says_why(client: Client, settings) -> None:
    client.post(FORM, ROOFER)
    work()
    [asked] = bodies()
    assert consent_text() in asked
    link = re.search(r"http://[^/]+(/lettres/confirmer/\S+)", asked)[1]
    published(title="Avant l’accord")
    work()
    assert len(mail.outbox) == 1
    assert client.post(link).status_code == 200

    version = published()
    published(title="Ailleurs", communes=["13022"])
    work()
    told = mail.outbox[1:]
    assert [message.to for message in told] == [["toits@exemple.fr"]]
    [message] = told
    html = message.alternatives[0][0]
    assert message.subject == "Achat prévu : Réfection des toitures de 14 écoles"
    for body in (str(message.body), html):
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))
        assert "Un acheteur public prévoit cet achat." in plain
        assert "Parce que vous suivez 45261 Travaux de charpente et de couverture" in plain
        assert "« toiture », « zinguerie », à Aubagne, budget de l’an prochain (N-1)." in plain
        assert "n’engage pas l’acheteur, et n’est pas un avis de préinformation" in plain
        assert f"/previsions/{version.notice.reference}/" in body
    path = re.search(r"http://[^/]+(/lettres/preferences/\S+)", str(message.body))[1]
    shown = client.get(path).content.decode()
    assert "«\u00a0toiture\u00a0»" in shown
    stop = re.search(r'href="(/lettres/arret/[^"]+)"', shown)[1]
    assert client.post(stop).status_code == 200
    published(title="Après l’arrêt")
    work()
    assert len(mail.outbox) == 2


def test_changes_and_withdrawals_are_told(client: Client) -> None:
    follow(words=["toiture"])
    version = published(planned_quarter=2)
    edited(version, planned_quarter=3)
    withdraw_notice(notice=version.notice, by=PersonFactory())
    Issue.objects.filter(kind="mailing.consent").delete()
    work()
    assert [message.subject.split(" :")[0] for message in mail.outbox] == [
        "Achat prévu", "Achat reporté", "Prévision retirée",
    ]  # fmt: skip
    assert "Le trimestre passe de T2 à T3" in bodies()[1]
    assert "L’acheteur a renoncé à cet achat." in bodies()[2]


def test_who_was_told_learns_that_the_forecast_left_what_they_follow() -> None:
    follow(words=["toiture"], communes=["13005"], address="aubagne@exemple.fr")
    follow(communes=["13208"], address="marseille@exemple.fr")
    version = published(communes=["13005"])
    Issue.objects.filter(kind="mailing.consent").delete()
    work()
    edited(version, communes=["13208"])
    work()
    told = {message.to[0]: str(message.body) for message in mail.outbox[1:]}
    assert set(told) == {"aubagne@exemple.fr", "marseille@exemple.fr"}
    assert "Parce que nous vous avons déjà annoncé cette prévision." in told["aubagne@exemple.fr"]
    assert (
        "Parce que vous suivez toutes les prévisions, à Marseille 8e"
        in (told["marseille@exemple.fr"])
    )


def test_each_is_told_once_however_often_the_job_runs() -> None:
    subscriptions = [follow(words=["toiture"]) for _ in range(3)]
    version = published()
    Issue.objects.filter(kind="mailing.consent").delete()
    work()
    Job.objects.filter(name="tenders.match").update(
        state="pending", finished_at=None, cursor=None, done=0, due=timezone.now()
    )
    work()
    assert Match.objects.filter(version=version).count() == len(subscriptions)
    assert len(mail.outbox) == Delivery.objects.filter(issue__kind="tenders.forecast").count() == 3
    assert Job.objects.filter(name="tenders.match").get().result == 3


def test_nobody_is_written_to_after_stopping() -> None:
    subscription = follow()
    published()
    withdraw(consent=subscription.consent)
    Issue.objects.filter(kind="mailing.consent").delete()
    work()
    assert mail.outbox == []
    assert not Match.objects.exists()


def test_the_mail_is_in_the_language_of_the_subscription() -> None:
    subscribe(address="roofs@example.com", words=["toiture"], language="en")
    assert Subscription.objects.get().language == Consent.objects.get().language == "en"


def test_preferences_say_when_nothing_is_limited(client: Client) -> None:
    subscription = follow()
    answer = client.get(f"/lettres/preferences/{stop_token(subscription.consent)}/")
    html = answer.content.decode()
    for said in ("Tous les métiers", "Tout le territoire", "Tous les budgets"):
        assert said in html
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert 'name="robots" content="noindex"' in html


def test_a_forged_link_shows_nothing(client: Client) -> None:
    follow()
    answer = client.get("/lettres/preferences/1:xxxxxxxxxxxxxxxxxxxxxxxxxxxx/")
    assert answer.status_code == 410
    assert "Ce lien ne peut pas servir" in answer.content.decode()


def test_titles_cannot_break_a_mail() -> None:
    follow()
    published(title="Toit\r\nBcc: x@exemple.fr <script>")
    Issue.objects.filter(kind="mailing.consent").delete()
    work()
    [message] = mail.outbox
    assert message.subject == "Achat prévu : Toit Bcc: x@exemple.fr <script>"
    assert "<script>" not in message.alternatives[0][0]
    assert "<script>" in message.body
