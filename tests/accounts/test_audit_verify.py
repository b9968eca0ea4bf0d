"""Whatever is done to the trail behind the site's back is found, and the first bad entry named."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.audit import content
from accounts.audit.heads import export_head, read_heads
from accounts.audit.reading import stored_rows
from accounts.audit.verifying import Fault, verify
from accounts.models import AuditEntry, Person
from tests.accounts.trail import ENTRY, hashes, tamper, write

pytestmark = pytest.mark.django_db
COUNT = 8


@pytest.fixture
def trail() -> None:
    write(COUNT, by=Person.objects.create_user("anne@exemple.fr"))


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_HEADS = str(tmp_path / "audit" / "heads.jsonl")
    return Path(settings.AUDIT_HEADS)


def found(**options: Any) -> tuple[Fault | None, int]:
    verdict = verify(**options)
    return verdict.fault, verdict.number


@pytest.mark.usefixtures("trail")
def test_a_trail_left_alone_is_right() -> None:
    verdict = verify(heads=hashes())
    assert verdict.as_json() == {
        "ok": True, "entries": COUNT, "number": COUNT, "hash": hashes()[COUNT], "fault": None,
    }  # fmt: skip
    AuditEntry.objects.none().delete()


def test_an_empty_trail_is_right_until_a_head_says_otherwise() -> None:
    assert found() == (None, 0)
    assert found(heads={3: "0" * 64}) == (Fault.CUT, 1)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-01-01 00:00:00"),
        ("actor", None),
        ("action", "import.failed"),
        ("target", "jobs.importrun:99"),
        ("buyer_id", 1),
        ("on_behalf_of_id", 1),
        ("before", ""),
        ("after", '{"cents":999}'),
        ("origin", ""),
        ("hash", "0" * 64),
    ],
)
def test_s20_an_edited_entry_is_named(column: str, value: object) -> None:
    tamper(f'UPDATE {ENTRY} SET "{column}" = %s WHERE number = 5', value)
    assert found() == (Fault.CHANGED, 5)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize("number", [1, 4, COUNT])
def test_s20_a_deleted_entry_is_named(number: int) -> None:
    heads = hashes()
    tamper(f"DELETE FROM {ENTRY} WHERE number = %s", number)
    expected = Fault.CUT if number == COUNT else Fault.MISSING
    assert found(heads=heads) == (expected, number)


@pytest.mark.usefixtures("trail")
def test_s20_an_inserted_entry_is_named() -> None:
    forged = AuditEntry.objects.get(number=3)
    tamper(f"UPDATE {ENTRY} SET number = -number WHERE number > 3")
    tamper(f"UPDATE {ENTRY} SET number = 1 - number WHERE number < 0")
    forged.number = 4
    forged.save(force_insert=True)
    assert found() == (Fault.CHANGED, 4)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("number", "fault"), [(COUNT + 1, "changed"), (0, "added"), (-7, "added")]
)
def test_s20_an_entry_inserted_at_an_end_is_named(number: int, fault: str) -> None:
    forged = AuditEntry.objects.get(number=3)
    forged.number = number
    forged.save(force_insert=True)
    assert found() == (fault, number)


@pytest.mark.usefixtures("trail")
def test_s20_reordered_entries_are_named() -> None:
    for change in ("-3 WHERE number = 3", "3 WHERE number = 4", "4 WHERE number = -3"):
        tamper(f"UPDATE {ENTRY} SET number = {change}")
    assert found() == (Fault.CHANGED, 3)


@pytest.mark.usefixtures("trail")
def test_s20_a_cut_tail_shows_by_the_head_that_was_exported(heads: Path) -> None:
    export_head()
    tamper(f"DELETE FROM {ENTRY} WHERE number > 6")
    assert found() == (None, 6)  # nothing else can tell
    assert found(heads=read_heads(heads)) == (Fault.CUT, 7)
    write(5)  # the site goes on, over another entry
    assert found(heads=read_heads(heads)) == (Fault.REWRITTEN, COUNT)


@pytest.mark.usefixtures("trail")
def test_s20_a_chain_written_anew_shows_by_the_head_that_was_exported() -> None:
    heads = {COUNT: hashes()[COUNT]}
    tamper(f"UPDATE {ENTRY} SET target = 'other' WHERE number = 5")
    _hash_again(5, through=5)
    assert found() == (Fault.CHANGED, 6)
    _hash_again(5, through=COUNT)
    assert found() == (None, COUNT)
    assert found(heads=heads) == (Fault.REWRITTEN, COUNT)


def _hash_again(first: int, *, through: int) -> None:
    previous = hashes()[first - 1]
    for *columns, _ in stored_rows(after=first - 1):
        if columns[0] <= through:
            previous = content.digest(previous, columns)
            tamper(f"UPDATE {ENTRY} SET hash = %s WHERE number = %s", previous, columns[0])


@pytest.mark.usefixtures("trail")
@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_s20_any_single_character_changed_is_found(data: st.DataObject) -> None:
    columns = ["action", "target", "before", "after", "origin", "hash"]
    if connection.vendor == "sqlite":  # where dates and identifiers are text as well
        columns += ["at", "actor"]
    column = data.draw(st.sampled_from(columns))
    number = data.draw(st.integers(1, COUNT))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT CAST("{column}" AS TEXT) FROM {ENTRY} WHERE number = %s', [number])
        [(text,)] = cursor.fetchall()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_characters=text[place] + "\0"))
    changed = text[:place] + other + text[place + 1 :]
    with transaction.atomic():
        tamper(f'UPDATE {ENTRY} SET "{column}" = %s WHERE number = %s', changed, number)
        assert found() == (Fault.CHANGED, number)
        transaction.set_rollback(True)


@pytest.mark.usefixtures("trail")
def test_a_missing_trigger_is_a_fault() -> None:
    if connection.vendor == "sqlite":
        sql = "DROP TRIGGER audit_entry_update"
    else:
        sql = f"DROP TRIGGER audit_entry_update ON {ENTRY}"
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert found() == (Fault.UNGUARDED, 0)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEntry.objects.filter(number=2).update(target="x"),
        lambda: AuditEntry.objects.get(number=2).delete(),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.get(number=2).save(),
        lambda: _replace(),
        lambda: _truncate(),
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
    assert found() == (None, COUNT)


def _replace() -> None:
    if connection.vendor == "postgresql":  # has no such statement
        raise DatabaseError
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {ENTRY} SELECT * FROM {ENTRY} WHERE number = 2")


def _truncate() -> None:
    verb = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} {ENTRY}")


def run(*args: str) -> str:
    out = StringIO()
    call_command("verify_audit", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.usefixtures("trail")
def test_the_command_says_what_it_read_or_fails_and_names_the_entry(heads: Path) -> None:
    assert "8 entrées lues jusqu’à la n°\u00a08, 0 empreintes" in run()
    export_head()
    export_head()
    assert oct(heads.stat().st_mode)[-3:] == "600"
    assert len(heads.read_text().splitlines()) == 2
    assert json.loads(run("--format", "json"))["heads"] == 1
    tamper(f"DELETE FROM {ENTRY} WHERE number = 8")
    with pytest.raises(CommandError, match="n°\u00a08\u00a0: le journal s’arrête avant"):
        run()
    tamper(f"UPDATE {ENTRY} SET target = 'x' WHERE number = 2")
    with pytest.raises(CommandError, match="n°\u00a02"):
        run("--head", f"8:{'0' * 64}")


@pytest.mark.usefixtures("trail")
def test_the_command_prints_its_verdict_as_json_even_when_it_fails() -> None:
    tamper(f"UPDATE {ENTRY} SET target = 'x' WHERE number = 2")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", format="json", stdout=out, stderr=StringIO())
    verdict = json.loads(out.getvalue())
    assert (verdict["ok"], verdict["fault"], verdict["number"]) == (False, "changed", 2)


@pytest.mark.parametrize("text", ["not json", "[]", '{"number": "x", "hash": ""}', "\udcff", None])
def test_heads_that_cannot_be_read_are_an_error(heads: Path, text: str | None) -> None:
    heads.parent.mkdir()
    if text:
        heads.write_bytes(f"{text}\n".encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError, match=r"heads\.jsonl"):
        run("--heads", str(heads))
    with pytest.raises(CommandError, match="NUMÉRO"):
        run("--head", "12")
