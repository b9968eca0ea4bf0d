"""From the draft to the last version: what is written, refused, kept for good."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import AuditEntry
from jobs.models import Job
from tenders.models import Immutable, Notice, NoticeVersion
from tenders.services.forecasts import (
    NotPossible,
    mark_launched,
    publish_notice,
    save_draft,
    withdraw_notice,
)
from tests.tenders.forecast_factories import (
    BuyerFactory,
    PersonFactory,
    draft,
    edited,
    published,
)

pytestmark = pytest.mark.django_db
URL = "https://marches.exemple.fr/consultation/12"


@pytest.fixture
def by():
    return PersonFactory()


def test_a_reference_is_given_once_and_never_changes(by) -> None:
    first, second = draft(by=by), draft(by=by)
    year = first.created_at.year
    assert first.reference == f"{year}-AMP-{first.pk:04d}"
    assert second.reference != first.reference
    again = save_draft(notice=first, buyer=first.buyer, fields={"budget_year": 2031}, by=by)
    assert (again.pk, again.reference) == (first.pk, first.reference)


def test_a_draft_may_be_almost_empty_but_not_wrong(by) -> None:
    notice = save_draft(buyer=BuyerFactory(), fields={"title": "Toitures"}, by=by)
    assert notice.state == "draft"
    with pytest.raises(ValidationError) as refused:
        save_draft(
            notice=notice,
            buyer=notice.buyer,
            fields={
                "cpv": "45261999", "communes": ["13999"], "category": "travaux",
                "social": ["none", "clause"], "contact_email": "achats", "planned_quarter": 5,
            },
            by=by,
        )  # fmt: skip
    errors = refused.value.message_dict
    assert errors["cpv"] == [
        "«\u00a045261999\u00a0» n’est pas un code CPV connu. Le plus proche est 45261900 "
        "Réparation et entretien de toiture."
    ]
    assert "La plus proche est 13" in errors["communes"][0]
    assert set(errors) == {
        "cpv", "communes", "category", "social", "contact_email", "planned_quarter",
    }  # fmt: skip
    notice.refresh_from_db()
    assert notice.cpv == ""


def test_fields_that_are_not_of_the_draft_are_not_written(by) -> None:
    with pytest.raises(TypeError, match="state"):
        save_draft(buyer=BuyerFactory(), fields={"state": "published"}, by=by)


def test_publishing_tells_everything_that_is_missing_at_once(by) -> None:
    notice = save_draft(buyer=BuyerFactory(), fields={}, by=by)
    with pytest.raises(ValidationError) as refused:
        publish_notice(notice=notice, by=by)
    assert set(refused.value.message_dict) == {
        "title", "description", "category", "cpv", "planned_year", "planned_quarter",
        "budget_year", "value_min", "contact_service", "contact_email",
    }  # fmt: skip
    assert not NoticeVersion.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"planned_year": 2026, "planned_quarter": 3}, "planned_quarter"),
        ({"budget_year": 2025}, "budget_year"),
        ({"budget_year": 2207}, "budget_year"),
        ({"value_min": 10, "value_max": 5}, "value_min"),
    ],
)
def test_dates_and_amounts_that_cannot_be_are_refused(by, fields, field) -> None:
    with (
        time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)),
        pytest.raises(ValidationError) as refused,
    ):
        publish_notice(notice=draft(by=by, **fields), by=by)
    assert list(refused.value.message_dict) == [field]


def test_publishing_makes_a_version_and_the_work_of_telling(by) -> None:
    notice = draft(by=by)
    publication = publish_notice(notice=notice, by=by)
    version = publication.version
    assert publication.is_new
    assert (version.number, version.kind, version.changes) == (1, "new", [])
    assert version.by == by.pseudonym
    assert version.content["title"] == "Réfection des toitures de 14 écoles"
    notice.refresh_from_db()
    assert (notice.state, notice.current) == ("published", version)
    job = Job.objects.get()
    assert (job.name, job.args) == ("tenders.match", {"version": version.pk})


def test_publishing_twice_the_same_does_nothing_and_says_so(by) -> None:
    notice = draft(by=by)
    first = publish_notice(notice=notice, by=by)
    again = publish_notice(notice=notice, by=by)
    assert (again.version, again.is_new) == (first.version, False)
    assert NoticeVersion.objects.count() == Job.objects.count() == 1


def test_what_is_being_written_is_not_published(by) -> None:
    version = published(by=by)
    notice = version.notice
    save_draft(notice=notice, buyer=notice.buyer, fields={"title": "Autre"}, by=by)
    notice.refresh_from_db()
    assert notice.current.content["title"] == "Réfection des toitures de 14 écoles"


def test_a_later_quarter_is_a_postponement(by) -> None:
    first = published(planned_quarter=2)
    second = edited(first, planned_quarter=3)
    assert (second.number, second.kind) == (2, "postponed")
    [change] = second.changes
    assert change["field"] == "planned"
    assert (change["before"]["quarter"], change["after"]["quarter"]) == (2, 3)
    assert edited(second, planned_quarter=1).kind == "changed"


def test_differences_are_field_by_field(by) -> None:
    second = edited(published(), title="Toitures", communes=[], contact_email="a@exemple.fr")
    assert [change["field"] for change in second.changes] == ["title", "communes", "contact"]
    assert second.kind == "changed"


@pytest.mark.parametrize(("budget", "horizon"), [(2027, 1), (2028, 2), (2026, 0), (2030, 4)])
def test_horizon_counts_years_to_the_budget(budget, horizon) -> None:
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)):
        assert published(budget_year=budget).horizon == horizon


def test_the_year_of_publication_is_that_of_paris() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert published(budget_year=2028).horizon == 1


def test_a_version_never_changes() -> None:
    version = published()
    version.kind = "changed"
    rows = NoticeVersion.objects.all()
    for refused in (
        version.save,
        version.delete,
        rows.delete,
        lambda: rows.update(kind="changed"),
        lambda: rows.bulk_update([version], ["kind"]),
        lambda: NoticeVersion._base_manager.update(kind="changed"),
        lambda: version.notice.versions.update(kind="changed"),
        lambda: NoticeVersion.objects.create(notice=version.notice, number=2),
        lambda: version.notice.versions.all().delete(),
    ):
        with pytest.raises(Immutable):
            refused()
    with pytest.raises(ProtectedError):
        version.notice.delete()
    version.refresh_from_db()
    assert version.kind == "new"


def test_two_versions_cannot_have_one_number(by) -> None:
    version = published()
    twin = NoticeVersion.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeVersion.objects.seal(twin)
    assert version.notice.versions.count() == 1


def test_withdrawing_is_a_version_of_what_the_public_saw(by) -> None:
    version = published(by=by)
    notice = version.notice
    save_draft(notice=notice, buyer=notice.buyer, fields={"title": "Autre"}, by=by)
    last = withdraw_notice(notice=notice, by=by)
    assert (last.version.number, last.version.kind, last.version.changes) == (2, "withdrawn", [])
    assert last.version.content == version.content
    again = withdraw_notice(notice=notice, by=by)
    assert (again.version, again.is_new) == (last.version, False)
    assert Job.objects.count() == 2


def test_launching_keeps_the_address_of_the_consultation(by) -> None:
    notice = mark_launched(notice=published(by=by).notice, url=URL, by=by)
    assert (notice.state, notice.launched_url) == ("launched", URL)
    at = notice.launched_at
    assert mark_launched(notice=notice, url=URL, by=by).launched_at == at


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "marches", "ftp://exemple.fr/"])
def test_launching_needs_a_web_address(by, url) -> None:
    with pytest.raises(ValidationError) as refused:
        mark_launched(notice=published(by=by).notice, url=url, by=by)
    assert "https://" in refused.value.message_dict["launched_url"][0]


def test_what_is_closed_stays_closed(by) -> None:
    gone = published(by=by).notice
    withdraw_notice(notice=gone, by=by)
    for act in (
        lambda: publish_notice(notice=gone, by=by),
        lambda: mark_launched(notice=gone, url=URL, by=by),
        lambda: save_draft(notice=gone, buyer=gone.buyer, fields={"title": "x"}, by=by),
    ):
        with pytest.raises(NotPossible):
            act()
    with pytest.raises(NotPossible, match="brouillon"):
        withdraw_notice(notice=draft(by=by), by=by)


def test_the_buyer_of_what_is_published_does_not_change(by) -> None:
    notice = published(by=by).notice
    with pytest.raises(NotPossible):
        save_draft(notice=notice, buyer=BuyerFactory(), fields={}, by=by)
    notice = draft(by=by)
    other = BuyerFactory()
    assert save_draft(notice=notice, buyer=other, fields={}, by=by).buyer == other


def test_the_table_refuses_a_public_notice_without_a_version(by) -> None:
    notice = draft(by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(state="published")


def test_what_is_published_and_withdrawn_is_in_the_audit_trail() -> None:
    by = PersonFactory()
    version = published(by=by)
    withdraw_notice(notice=version.notice, by=by)
    entries = AuditEntry.objects.order_by("number")
    assert [(entry.action, entry.actor, entry.buyer_id) for entry in entries] == [
        (act, by.pseudonym, version.notice.buyer_id)
        for act in ("tenders.notice.published", "tenders.notice.withdrawn")
    ]
