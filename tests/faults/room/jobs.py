"""Jobs whose effects can be counted: a row of the change feed each, duplicates included.

Effects outside the database are lines of the file named by TEST_OUTSIDE.
"""

import os
import signal
import time

from django.db import transaction

from jobs.changes import record_changes
from jobs.execution import Step
from jobs.registry import atomic_job, stepwise_job


@atomic_job("test.effect")
def effect(*, number: int, seconds: float = 0) -> int:
    _write_outside(f"effect {number}")
    time.sleep(seconds)
    record_changes("effect", [str(number)])
    return number


@stepwise_job("test.walk")
def walk(step: Step, *, name: str, steps: int, seconds: float = 0) -> int:
    """One effect and one commit for each step."""
    for number in range(step.cursor or 0, steps):
        time.sleep(seconds)
        _write_outside(f"walk {name} {number}")
        with transaction.atomic():
            record_changes("walk", [f"{name}:{number}"])
            step.commit(cursor=number + 1, done=number + 1, total=steps)
    return steps


@stepwise_job("test.long")
def long(step: Step, *, number: int, seconds: float) -> None:
    """No commit for longer than a lease, and one effect at the end."""
    _write_outside(f"long {number}")
    time.sleep(seconds)
    with transaction.atomic():
        record_changes("long", [str(number)])
        step.commit(cursor=1)


@atomic_job("test.fill")
def fill(*, number: int, kilobytes: int) -> str:
    """Write much: the result goes into the job's row, with the effect."""
    record_changes("fill", [str(number)])
    return "x" * (1000 * kilobytes)


@atomic_job("test.mail", external=True)
def mail(*, number: int) -> None:
    _write_outside(f"mail {number}")
    record_changes("mail", [str(number)])


@atomic_job("test.raise")
def raise_(*, number: int) -> None:
    record_changes("raise", [str(number)])
    raise RuntimeError("This job always fails.")


@stepwise_job("test.kill")
def kill(step: Step, *, number: int) -> None:
    _write_outside(f"kill {number}")
    os.kill(os.getpid(), signal.SIGKILL)


def _write_outside(text: str) -> None:
    with open(os.environ["TEST_OUTSIDE"], "a") as file:
        file.write(f"{text} {os.getpid()} {time.time():.4f}\n")
