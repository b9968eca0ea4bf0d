"""The room's own work: sending issues, taking up what waits, forgetting who never confirmed."""

from typing import Any

from jobs.backups.holding import on_restoration
from jobs.execution import Step
from jobs.registry import atomic_job, stepwise_job
from jobs.schedules import daily, every, schedule
from mailing import ledger, services
from mailing.sending import send_issue


@stepwise_job(ledger.SEND)
def send(step: Step, *, issue: int) -> dict[str, Any]:
    return send_issue(step, issue=issue)


@atomic_job("mailing.resume")
def resume() -> int:
    """Have sent what is due and nobody sends; leave to an operator what waited for hours."""
    return services.resume()


@atomic_job("mailing.forget")
def forget() -> int:
    """Erase the addresses that nobody confirmed within a week."""
    return services.forget_unconfirmed()


on_restoration(ledger.holding_sql)
schedule("mailing.resume", every(minutes=5))
schedule("mailing.forget", daily(at="04:25"))
