"""The change feed: a row and its change commit together or not at all."""

import pytest
from django.db import transaction

from jobs.changes import changed_keys, forget_changes, last_change, record_changes


@pytest.mark.django_db(transaction=True)
def test_a_change_needs_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record_changes("library", ["1"])
    assert last_change("library") == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_never_was() -> None:
    with transaction.atomic():
        record_changes("library", ["1"])
        transaction.set_rollback(True)
    assert last_change("library") == 0


@pytest.mark.django_db
def test_changes_are_read_in_order_and_forgotten_up_to_a_point() -> None:
    record_changes("library", ["b", "a"])
    record_changes("other", ["x"])
    record_changes("library", ["b"])
    rows = changed_keys("library", after=0)
    assert [key for _, key in rows] == ["b", "a", "b"]
    assert changed_keys("library", after=rows[0][0], limit=1) == rows[1:2]
    forget_changes("library", through=rows[1][0])
    assert changed_keys("library", after=0) == rows[2:]
    assert last_change("other") > 0
