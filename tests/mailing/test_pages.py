"""The pages behind the links of mails, and the mails kept where there is no relay."""

import logging
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jobs.models import ImportRun
from mailing import letterbox, links, services
from mailing.logs import HideTokens
from mailing.models import Consent
from mailing.services import ask_consent
from tests.mailing.conftest import agreed, send_to, work

pytestmark = pytest.mark.django_db
HERE = {"host": "localhost"}


@pytest.fixture
def consent() -> Consent:
    return ask_consent(
        address="marie@site.example", purpose="forecasts", text="Une <b>lettre</b>."
    )


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "mailing.letterbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    return tmp_path / "mails"


def confirm_path(consent: Consent) -> str:
    return f"/lettres/confirmer/{links.make_token(links.CONFIRM, consent)}/"


def stop_path(consent: Consent) -> str:
    return f"/lettres/arret/{services.stop_token(consent)}/"


def test_opening_a_link_confirms_nothing_and_the_button_does(consent: Consent) -> None:
    client, path = Client(enforce_csrf_checks=True), confirm_path(consent)
    for method in (client.get, client.head):
        assert method(path).status_code == 200
        assert not Consent.objects.active().exists()
    page = client.get(path).content.decode()
    assert "Une &lt;b&gt;lettre&lt;/b&gt;." in page
    assert re.search(r'<form method="post">\s*<button type="submit"', page)
    answer = client.post(path, headers={"origin": "null"})
    assert answer.status_code == 200
    assert Consent.objects.active().exists()
    page = answer.content.decode()
    assert "Votre inscription est confirmée" in page
    assert stop_path(consent) in page
    again = client.post(path)
    assert again.status_code == 410
    assert "Ce lien a déjà servi" in again.content.decode()


def test_opening_a_stop_link_stops_nothing_and_the_button_does() -> None:
    consent, client = agreed(), Client(enforce_csrf_checks=True)
    assert client.get(stop_path(consent)).status_code == 200
    assert Consent.objects.active().exists()
    assert "Ces courriers sont arrêtés" in client.post(stop_path(consent)).content.decode()
    assert not Consent.objects.active().exists()
    assert "Ces courriers sont arrêtés" in client.get(stop_path(consent)).content.decode()


def test_one_click_needs_neither_cookie_nor_token_and_may_come_twice() -> None:
    consent, client = agreed(), Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = client.post(
            stop_path(consent),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200  # RFC 8058: no redirection
        assert not answer.cookies
        assert not Consent.objects.active().exists()


@pytest.mark.parametrize("address", [confirm_path, stop_path])
def test_secret_addresses_are_not_passed_on(consent: Consent, address: Any) -> None:
    for path in (address(consent), f"{address(consent)[:-3]}xx/"):
        answer = Client().get(path)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies
        page = answer.content.decode()
        assert '<meta name="robots" content="noindex">' in page
        assert 'name="next"' not in page
        assert page.count("<h1>") == 1


@pytest.mark.parametrize("path", ["/lettres/confirmer/x/", "/lettres/arret/1:aaaa/"])
def test_a_forged_link_is_told_in_french(path: str) -> None:
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 410
        assert "Ce lien n’est pas de ceux que nous avons envoyés" in answer.content.decode()


def test_pages_are_in_the_language_of_the_mails() -> None:
    consent = agreed()
    Consent.objects.update(language="en")
    assert '<html lang="en">' in Client().get(stop_path(consent)).content.decode()


def test_other_methods_are_refused(consent: Consent) -> None:
    assert Client().delete(confirm_path(consent)).status_code == 405


def test_tokens_are_not_logged(consent: Consent, caplog: pytest.LogCaptureFixture) -> None:
    token = links.make_token(links.CONFIRM, consent)
    caplog.handler.addFilter(HideTokens())
    with caplog.at_level(logging.INFO):
        Client().delete(confirm_path(consent))
        logging.getLogger("any").warning("Not Found: %s", f"/lettres/arret/{token}/?a=1")
    assert "Method Not Allowed (DELETE): /lettres/confirmer/***/" in caplog.text
    assert "Not Found: /lettres/arret/***/" in caplog.text
    assert token not in caplog.text


def test_without_a_relay_mails_are_kept_and_shown(kept: Path, consent: Consent) -> None:
    work()
    [path] = kept.iterdir()
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    client = Client()
    page = client.get("/courriers/", headers=HERE).content.decode()
    assert "Confirmez votre inscription" in page
    assert "marie@site.example" in page
    answer = client.get(f"/courriers/{path.stem}/", headers=HERE)
    assert answer["Referrer-Policy"] == "no-referrer"
    page = answer.content.decode()
    assert f'<a href="https://place.example{confirm_path(consent)}"' in page
    assert "&lt;b&gt;lettre&lt;/b&gt;" in page
    answer = client.get(f"/courriers/{path.stem}/html/", headers=HERE)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "Confirmer mon inscription" in answer.content.decode()


def test_erasing_deletes_the_mails_kept(kept: Path) -> None:
    send_to("marie@site.example", "jean@site.example")
    work()
    assert services.erase(address="Marie@site.example")["files"] == 1
    [left] = kept.iterdir()
    assert b"jean@site.example" in left.read_bytes()


@pytest.mark.parametrize("name", ["x", "20260101-000000-000000-abc", "..%2Fsecret_key", "%2e%2e"])
def test_only_mails_kept_are_shown(kept: Path, name: str) -> None:
    kept.mkdir()
    (kept.parent / "secret_key.eml").write_text("secret")
    assert Client().get(f"/courriers/{name}/", headers=HERE).status_code == 404
    assert letterbox.kept_mail("../secret_key") is None


def test_mails_kept_are_for_this_machine_or_a_demo(kept: Path, settings: Any) -> None:
    client = Client()
    assert "Aucun courrier" in client.get("/courriers/", headers=HERE).content.decode()
    assert client.get("/courriers/").status_code == 404  # another host: other people's mails
    ImportRun.objects.create(kind="demo")
    assert client.get("/courriers/").status_code == 200
    settings.PRODUCTION = True
    assert client.get("/courriers/", headers=HERE).status_code == 404
    settings.PRODUCTION = False
    settings.EMAIL_BACKEND = "mailing.smtp.EmailBackend"
    assert client.get("/courriers/", headers=HERE).status_code == 404
