"""The pages of the work: for who may, where it stands, what failed and the way out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from jobs import leases
from jobs.enums import JobState
from jobs.models import ImportRun, Job
from jobs.services import enqueue

pytestmark = pytest.mark.django_db

PAGES = ("/travaux/", "/travaux/imports/")


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look and no more."""
    person = Person.objects.create_user("lecture@place.example", is_staff=True)
    codes = ("view_job", "view_importrun")
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(person)
    return client


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(Person.objects.create_superuser("admin@place.example"))
    return client


def html(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def at_work(name: str = "test.walk", **values: object) -> Job:
    job = leases.begin(enqueue(name, key=f"{name}:1", args={}).pk, leased=False)
    assert job
    Job.objects.filter(pk=job.pk).update(**values)
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize("path", [*PAGES, "/travaux/1/"])
def test_who_is_not_signed_in_goes_to_the_login_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.url == f"/admin/login/?next={path}"


@pytest.mark.parametrize("path", [*PAGES, "/travaux/1/"])
def test_without_the_right_there_is_no_page(client: Client, path: str) -> None:
    client.force_login(Person.objects.create_user("personne@place.example"))
    html(client, path, 404)


def test_nobody_retries_without_the_right_or_by_a_link(reader: Client) -> None:
    job = at_work(state=JobState.DEAD, finished_at=timezone.now(), last_error="Broken: x")
    assert reader.post(f"/travaux/{job.pk}/relancer/").status_code == 404
    assert reader.get(f"/travaux/{job.pk}/relancer/").status_code == 405
    assert "relancer" not in html(reader, "/travaux/")
    job.refresh_from_db()
    assert job.state == JobState.DEAD


def test_the_list_says_how_far_each_is_and_how_long_it_still_takes(reader: Client) -> None:
    begun = timezone.now() - timedelta(seconds=600)
    at_work(done=1_500, total=4_500, begun_at=begun, begun_with=500)
    page = html(reader, "/travaux/").replace("\xa0", " ")
    assert '<progress max="4500" value="1500"' in page
    assert "1 500 sur 4 500 (33 %)".replace(" ", "") in page.replace(" ", "").replace("\u202f", "")
    assert "encore 30 minutes environ" in page
    assert "en cours" in page


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"done": 10, "total": 20}, 60),
        ({"done": 10, "total": 20, "begun_with": 5}, 120),
        ({"done": 30, "total": 20}, 0),
        ({"done": 10, "total": None}, None),
        ({"done": 10, "total": 20, "begun_with": 10}, None),
        ({"done": 10, "total": 20, "begun_at": None}, None),
        ({"done": 10, "total": 20, "state": JobState.LEASED}, None),
    ],
)
def test_the_time_left_is_told_only_when_it_is_known(
    values: dict[str, object], seconds: int | None
) -> None:
    now = timezone.now()
    job = at_work(**{"begun_at": now - timedelta(seconds=60)} | values)
    left = job.remaining(now)
    assert left == (None if seconds is None else timedelta(seconds=seconds))


def test_what_failed_says_why_and_is_tried_again(operator: Client) -> None:
    error = "ValueError: Ligne 12 <b>\n  secret_place.py:3 read"
    job = at_work(state=JobState.DEAD, finished_at=timezone.now(), last_error=error)
    page = html(operator, "/travaux/?state=dead")
    assert "ValueError: Ligne 12 &lt;b&gt;" in page
    assert "secret_place" not in page
    assert f'action="/travaux/{job.pk}/relancer/"' in page
    answer = operator.post(f"/travaux/{job.pk}/relancer/", follow=True)
    assert "Ce travail sera repris" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == JobState.PENDING
    Job.objects.update(state=JobState.RUNNING)
    answer = operator.post(f"/travaux/{job.pk}/relancer/", follow=True)
    assert "il n’est pas à relancer" in answer.content.decode()
    assert operator.post("/travaux/999/relancer/").status_code == 404


def test_states_filter_and_an_unknown_one_is_refused(reader: Client) -> None:
    enqueue("test.effect", key="waiting", args={})
    at_work()
    page = html(reader, "/travaux/?state=pending")
    assert "waiting" in page
    assert "test.walk:1" not in page
    assert 'href="?state=pending" aria-current="page"' in page
    assert "Aucun travail n’est dans cet état" in html(reader, "/travaux/?state=done")
    html(reader, "/travaux/?state=lost", 400)


def test_upkeep_that_went_well_is_shown_only_to_who_asks(reader: Client) -> None:
    now = timezone.now()
    for state in (JobState.DONE, JobState.DEAD):
        Job.objects.create(name="search.refresh", key=f"r:{state}", state=state, finished_at=now)
    page = html(reader, "/travaux/")
    assert "r:dead" in page
    assert "r:done" not in page
    assert "Mise à jour de l’index" in page
    assert "r:done" in html(reader, "/travaux/?state=done")


def test_a_long_list_has_pages_and_few_queries(
    reader: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(60):
        enqueue("test.effect", key=f"k{number:02}", args={})
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        page = html(reader, "/travaux/")
    assert page.count("<tr>") == 26
    assert "k59" in page
    assert 'href="?page=3"' in page
    last = html(reader, "/travaux/?page=99")
    assert "k00" in last
    assert html(reader, "/travaux/?page=x").count("<tr>") == 26


def test_a_running_job_comes_back_by_itself_to_who_asks_until_it_ends(reader: Client) -> None:
    job = at_work(args={"index": "suppliers"})
    path, refresh = f"/travaux/{job.pk}/", '<meta http-equiv="refresh" content="5">'
    followed = html(reader, f"{path}?refresh=yes")
    assert refresh in followed
    assert f'<a href="{path}">Ne plus recharger</a>' in followed
    still = html(reader, path)
    assert refresh not in still
    assert '<a href="?refresh=yes">' in still
    assert "&quot;index&quot;: &quot;suppliers&quot;" in still
    Job.objects.update(state=JobState.DONE, finished_at=timezone.now(), result={"read": 3})
    done = html(reader, f"{path}?refresh=yes")
    assert refresh not in done
    assert "&quot;read&quot;: 3" in done
    html(reader, "/travaux/999/", 404)


def test_imports_are_listed_with_their_counts(reader: Client) -> None:
    assert "Rien n’est encore importé" in html(reader, "/travaux/imports/")
    counts = {"read": 12_000, "created": 7}
    files = [{"name": "StockUniteLegale.zip", "bytes": 9}]
    ImportRun.objects.create(kind="sirene", status="failed", counts=counts, files=files)
    page = html(reader, "/travaux/imports/")
    for words in ("StockUniteLegale.zip", "Répertoire Sirene", "interrompu", ">7<"):
        assert words in page


def test_pages_keep_the_rules_of_the_house(reader: Client) -> None:
    job = at_work(last_error="Broken", attempts=1)
    for path in (*PAGES, f"/travaux/{job.pk}/"):
        page = html(reader, path)
        assert page.count("<h1>") == 1
        assert "<script" not in page
        assert "style=" not in page
        assert 'content="noindex"' in page
