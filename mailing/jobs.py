"""The room's own work: sending issues, taking up what waits, forgetting who never confirmed."""

from typing import Any

from jobs.execution import Step
from jobs.registry import atomic_job, stepwise_job
from jobs.schedules import daily, every, schedule
from mailing import services
from mailing.sending import send_issue


@stepwise_job(services.SEND)
def send(step: Step, *, issue: int) -> dict[str, Any]:
    return send_issue(step, issue=issue)


@atomic_job("mailing.resume")
def resume() -> int:
    """Have sent what was refused for now, and what work that was given up has left."""
    return services.resume()


@atomic_job("mailing.forget")
def forget() -> int:
    """Erase the addresses that nobody confirmed within a week."""
    return services.forget_unconfirmed()


schedule("mailing.resume", every(minutes=5))
schedule("mailing.forget", daily(at="04:25"))
