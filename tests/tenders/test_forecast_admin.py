"""The staff writes, publishes, withdraws and launches forecasts; versions are only read."""

import re

import pytest
from django.test import Client

from accounts.models import Person
from jobs.models import Job
from tenders.matching import matching_subscriptions
from tenders.models import Notice, NoticeVersion
from tenders.services.subscriptions import announce
from tests.tenders.forecast_factories import (
    BuyerFactory,
    complete,
    draft,
    edited,
    follow,
    published,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/tenders/notice/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(Person.objects.create_superuser("chef@exemple.fr", "x"))
    return client


def typed(**changes: object) -> dict[str, object]:
    """What the form sends."""
    fields = complete(**changes)
    for name in ("value_min", "value_max"):
        fields.pop(name)
    fields = {"bracket": "216-1000", "buyer": BuyerFactory().pk, "cpv_additional": "", **fields}
    fields["communes"] = ", ".join(fields["communes"])
    inline = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    return fields | {f"versions-{name}": value for name, value in inline.items()}


def errors(html: str) -> dict[str, list[str]]:
    found = re.findall(r'<ul class="errorlist" id="id_(\w+)_error">(.*?)</ul>', html, re.DOTALL)
    return {name: re.findall(r"<li>(.*?)</li>", items) for name, items in found}


def test_a_draft_is_written_simply_and_published_in_one_go(staff: Client) -> None:
    page = staff.get(f"{LIST}add/").content.decode()
    assert 'name="_publish"' in page
    sent = typed(cpv="45261000-4", communes=["Aubagne", "13208 13207"]) | {"_publish": "1"}
    answer = staff.post(f"{LIST}add/", sent, follow=True)
    assert errors(answer.content.decode()) == {}
    notice = Notice.objects.get()
    assert (notice.state, notice.cpv) == ("published", "45261000")
    assert notice.communes == ["13005", "13208", "13207"]
    assert (notice.value_min, notice.value_max) == (21_600_000, 100_000_000)
    assert notice.current.by == Person.objects.get().pseudonym
    assert "publiée" in answer.content.decode()


def test_a_draft_may_wait_and_publishing_tells_all_that_is_missing(staff: Client) -> None:
    sent = dict.fromkeys(typed(), "") | {"buyer": BuyerFactory().pk, "title": "Toitures"}
    sent |= {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    assert staff.post(f"{LIST}add/", sent).status_code == 302
    notice = Notice.objects.get()
    assert (notice.state, notice.title) == ("draft", "Toitures")
    answer = staff.post(f"{LIST}{notice.pk}/change/", sent | {"_publish": "1"})
    assert set(errors(answer.content.decode())) == {
        "description", "category", "cpv", "planned_year", "planned_quarter", "bracket",
        "budget_year", "contact_service", "contact_email",
    }  # fmt: skip
    notice.refresh_from_db()
    assert notice.state == "draft"


def test_every_wrong_code_is_told_with_the_nearest(staff: Client) -> None:
    sent = typed(
        cpv="45261999", communes=["Obagne", "13999"], social=["none", "clause"],
        contact_email="achats", planned_quarter=7,
    )  # fmt: skip
    told = errors(staff.post(f"{LIST}add/", sent).content.decode())
    assert set(told) == {"cpv", "communes", "social", "contact_email", "planned_quarter"}
    assert "Le plus proche est 45261900" in told["cpv"][0]
    assert ["La plus proche est 13" in message for message in told["communes"]] == [True, True]
    assert not Notice.objects.exists()


def test_amounts_of_no_bracket_stay_when_the_form_says_nothing(staff: Client) -> None:
    notice = draft(value_min=123_400, value_max=567_800)
    sent = typed() | {"bracket": "", "buyer": notice.buyer_id}
    assert staff.post(f"{LIST}{notice.pk}/change/", sent).status_code == 302
    notice.refresh_from_db()
    assert (notice.value_min, notice.value_max) == (123_400, 567_800)
    sent["bracket"] = "undisclosed"
    assert staff.post(f"{LIST}{notice.pk}/change/", sent).status_code == 302
    notice.refresh_from_db()
    assert (notice.value_min, notice.value_max, notice.is_value_undisclosed) == (None, None, True)


def test_an_edit_waits_to_be_published(staff: Client) -> None:
    notice = published().notice
    page = staff.get(f"{LIST}{notice.pk}/change/").content.decode()
    assert 'value="45261000"' in page
    assert 'value="216-1000" selected' in page
    inline = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    sent = typed(title="Toits") | inline
    assert staff.post(f"{LIST}{notice.pk}/change/", sent).status_code == 302
    notice.refresh_from_db()
    assert (notice.title, notice.current.content["title"]) == (
        "Toits", "Réfection des toitures de 14 écoles",
    )  # fmt: skip
    act(staff, "publish", notice)
    notice.refresh_from_db()
    assert (notice.current.number, notice.current.content["title"]) == (2, "Toits")


def act(client: Client, action: str, *notices: Notice, **sent: str) -> str:
    data = {"action": action, "_selected_action": [notice.pk for notice in notices], **sent}
    return client.post(LIST, data, follow=True).content.decode()


def test_actions_say_of_each_what_was_done_or_why_not(staff: Client) -> None:
    ready, empty = draft(), draft(title="", cpv="")
    html = act(staff, "publish", ready, empty)
    assert f"{ready.reference} {ready.title}\u00a0: publiée" in html
    assert "Donnez un intitulé. Donnez le code CPV principal" in html
    assert "déjà publiée ainsi, rien à faire" in act(staff, "publish", ready)
    assert "Donnez l’adresse de la consultation" in act(staff, "launch", ready)
    url = "https://marches.exemple.fr/1"
    assert "consultation lancée" in act(staff, "launch", ready, url=url)
    assert "elle ne peut pas passer à l’état «\u00a0retirée\u00a0»" in act(
        staff, "withdraw", ready
    )
    far = draft(budget_year=ready.budget_year + 2)
    assert "sur un budget au-delà de N-2" in act(staff, "publish", far)
    other = published().notice
    assert "retirée" in act(staff, "withdraw", other)
    assert Job.objects.filter(name="tenders.match").count() == 4


def test_what_is_closed_is_only_read(staff: Client) -> None:
    notice = published().notice
    act(staff, "withdraw", notice)
    address = f"{LIST}{notice.pk}/change/"
    assert 'name="_publish"' not in staff.get(address).content.decode()
    assert staff.post(address, typed()).status_code == 403
    assert staff.post(f"{LIST}{notice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_draft_may_be_deleted_and_nothing_published(staff: Client) -> None:
    gone, kept = draft(), published().notice
    assert staff.post(f"{LIST}{gone.pk}/delete/", {"post": "yes"}).status_code == 302
    assert staff.post(f"{LIST}{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in staff.get(LIST).content.decode()
    assert list(Notice.objects.all()) == [kept]


def test_versions_and_matches_are_read_only(staff: Client) -> None:
    subscription = follow(words=["toiture"], communes=["13005"])
    version = published()
    for batch in matching_subscriptions(version):
        announce(version=version, batch=batch)
    address = f"/admin/tenders/noticeversion/{version.pk}/change/"
    html = staff.get(address).content.decode()
    assert "«\u00a0toiture\u00a0», à Aubagne" in html
    assert 'name="_save"' not in html
    assert staff.post(address, {"kind": "changed"}).status_code == 403
    assert staff.get("/admin/tenders/noticeversion/add/").status_code == 403
    assert staff.get("/admin/tenders/noticeversion/").status_code == 200
    assert staff.get("/admin/tenders/subscription/").status_code == 200
    assert subscription.consent.address not in html
    assert NoticeVersion.objects.get().kind == "new"


def test_a_version_tells_its_differences_in_words(staff: Client) -> None:
    second = edited(published(planned_quarter=2), planned_quarter=3)
    html = staff.get(f"/admin/tenders/noticeversion/{second.pk}/change/").content.decode()
    assert "Le trimestre passe de T2 à T3" in html
