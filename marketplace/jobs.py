"""The house's own durable work."""

from django.utils.translation import gettext_lazy as _

from jobs.execution import Step
from jobs.registry import stepwise_job
from marketplace.demo.loading import load_demo, refuse_real_data

DEMO = "marketplace.demo"


@stepwise_job(DEMO, title=_("Territoire de démonstration"))
def invent(step: Step, *, count: int, seed: int, force: bool = False) -> dict[str, int]:
    """Replace the demo; return the counts of its run. Raises RealData unless `force`."""
    if not force:
        refuse_real_data()
    return dict(load_demo(step=step, count=count, seed=seed).counts)
