"""The room's durable work: keeping the audit trail."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.heads import default_path, export_head, read_heads
from accounts.audit.sealing import remove_old_segments, seal_ended_months
from accounts.audit.verifying import verify
from jobs.execution import Step
from jobs.registry import stepwise_job
from jobs.schedules import daily, schedule


class TrailBroken(Exception):
    """The audit trail is not as it was written: an operator must look (`verify_audit`)."""


@stepwise_job("accounts.keep_trail", title=_("Vérification du journal des actes"))
def keep_trail(step: Step) -> dict[str, object]:
    """Verify the trail, export its head, seal the months that ended, remove the oldest.

    Nothing is exported, sealed or removed of a trail that is wrong. Each part can be done again.
    """
    path = default_path()
    verdict = verify(heads=read_heads(path) if path.exists() else {}, progress=step.progress)
    if verdict.fault:
        raise TrailBroken(f"Entry {verdict.number}: {verdict.fault.value}.")
    export_head()
    sealed = seal_ended_months()
    return {**verdict.as_json(), "sealed": str(sealed or ""), "removed": remove_old_segments()}


schedule("accounts.keep_trail", daily(at="01:20"))
