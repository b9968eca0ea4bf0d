"""The Celery application; `manage.py worker` runs it (docs/operators/jobs.md)."""

from celery import Celery
from django.conf import settings
from kombu.entity import Queue
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["memory"] = "jobs.memory:Transport"
REDIS = settings.CELERY_BROKER_URL.startswith("redis")

app = Celery("marketplace", broker=settings.CELERY_BROKER_URL)
app.conf.update(
    accept_content=["json"],
    task_ignore_result=True,
    # Redis has no acknowledgement of its own, and those that fail while it restarts leave Celery
    # waiting for ever. Leases do their work: a message is taken once, by a child that is free.
    task_default_queue="jobs",
    task_queues=[Queue("jobs", no_ack=REDIS)],  # type: ignore[no-untyped-call]
    worker_disable_prefetch=REDIS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker may be away for hours: nothing is lost
    worker_enable_remote_control=False,
    worker_redirect_stdouts=False,
    worker_soft_shutdown_timeout=3.0,
    # Seen by Celery's Django fixup only: children keep their connection from job to job.
    CELERY_DB_REUSE_MAX=500,
)
