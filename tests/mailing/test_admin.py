"""What an operator sees and does: the administration, the command."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Person
from mailing.models import Delivery
from tests.mailing.conftest import agreed, send_to, states, work
from tests.mailing.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(Person.objects.create_superuser("operator@site.example", "x"))
    return client


def test_lists_are_read_and_count_by_state(operator: Client, sink: Sink) -> None:
    agreed()
    send_to("a@site.example", "b@site.example", "unknown@site.example")
    work()
    page = operator.get("/admin/mailing/issue/").content.decode()
    assert "accepté par le relais\u00a0: 2, refusé\u00a0: 1" in page
    for model in ("delivery", "consent", "suppression"):
        assert operator.get(f"/admin/mailing/{model}/").status_code == 200
        assert operator.get(f"/admin/mailing/{model}/add/").status_code == 403
    page = operator.get("/admin/mailing/delivery/?state=failed").content.decode()
    assert "unknown@site.example" in page
    assert "a@site.example" not in page


def test_refused_mails_are_tried_again(operator: Client, sink: Sink) -> None:
    send_to("unknown@site.example", "a@site.example")
    work()
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    answer = operator.post(
        "/admin/mailing/delivery/",
        {"action": "try_again", "_selected_action": chosen},
        follow=True,
    )
    assert "1 courrier sera renvoyé." in answer.content.decode()
    assert states() == {"unknown@site.example": "retry", "a@site.example": "sent"}


def test_the_command_says_where_mails_stand_and_acts(capsys, settings, tmp_path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    call_command("mails", "status")
    assert "Aucun courrier." in capsys.readouterr().err
    send_to("marie@site.example")
    call_command("mails", "status")
    assert "à envoyer\u00a0: 1  issue" in capsys.readouterr().out
    call_command("mails", "erase", "marie@site.example")
    assert "1 courrier(s)" in capsys.readouterr().out
    call_command("mails", "allow", "marie@site.example")
    call_command("mails", "suppress", "marie@site.example")
    for verb, address in (("allow", "jean@site.example"), ("erase", "not an address")):
        with pytest.raises(CommandError):
            call_command("mails", verb, address)
