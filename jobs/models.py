"""Durable work, and what has happened to the data: import runs, the change feed of an index."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.enums import JobState, RunKind, RunStatus
from jobs.registry import title_of


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def real(self) -> "ImportRunQuerySet":
        """Runs that brought in something else than invented data."""
        return self.filter(is_invented=False).exclude(kind=RunKind.DEMO)


class ImportRun(models.Model):
    """One run of an import, to answer later: what came, from where, when, and how much."""

    kind = models.CharField(_("nature"), max_length=20, choices=RunKind)
    status = models.CharField(
        _("état"), max_length=10, choices=RunStatus, default=RunStatus.RUNNING
    )
    #: [{"name", "bytes"}]
    files = models.JSONField(_("fichiers"), default=list)
    #: {"read", "created", "updated", "unchanged", "rejected", ...}
    counts = models.JSONField(_("comptes"), default=dict)
    note = models.TextField(_("note"), blank=True)
    #: True for what the demo had imported.
    is_invented = models.BooleanField(_("données inventées"), default=False)
    started_at = models.DateTimeField(_("début"), default=timezone.now)
    finished_at = models.DateTimeField(_("fin"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"


class Change(models.Model):
    """A document an index has to read again; `id` grows in the order of the commits."""

    index = models.CharField(max_length=30)
    key = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["index", "id"], name="change_by_index")]

    def __str__(self) -> str:
        return f"{self.index} {self.key} ({self.pk})"


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        """Work still to do, said as the partial index says it."""
        return self.filter(finished_at__isnull=True)

    def due(self, now: datetime) -> "JobQuerySet":
        """Work whose hour has come, and work whose lease has run out; the oldest first."""
        return self.unfinished().filter(due__lte=now).order_by("due", "pk")


class Job(models.Model):
    """A piece of work: a row of the caller's transaction, so it exists when its cause does.

    Only `jobs.leases` changes a row; everyone else enqueues and reads.
    """

    FINISHED = (JobState.DONE, JobState.DEAD)

    name = models.CharField(_("nom"), max_length=60)
    #: Says what is done once: a second job of the same key is the first one.
    key = models.CharField(_("clé"), max_length=200, unique=True)
    args = models.JSONField(_("arguments"), default=dict, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=JobState, default=JobState.PENDING)
    #: Grows by one each time somebody begins: who holds an older number changes nothing.
    fence = models.PositiveIntegerField(_("jeton"), default=0)
    #: Failures, and processes lost, since the last progress.
    attempts = models.PositiveSmallIntegerField(_("échecs"), default=0)
    kills = models.PositiveSmallIntegerField(_("arrêts brutaux"), default=0)
    #: When a relay looks at it again: the hour to begin or, once leased, the end of the lease.
    due = models.DateTimeField(_("échéance"), default=timezone.now)
    owner = models.CharField(_("exécutant"), max_length=120, blank=True)
    #: Where a stepwise handler goes on from.
    cursor = models.JSONField(_("repère"), null=True, blank=True)
    #: When the last attempt began, and how much was done already. Columns younger than the first
    #: ones are null or have a default of the database's: `restore` inserts without naming them.
    begun_at = models.DateTimeField(_("début"), null=True, blank=True)
    begun_with = models.PositiveBigIntegerField(_("fait au début"), default=0, db_default=0)
    done = models.PositiveBigIntegerField(_("fait"), default=0)
    total = models.PositiveBigIntegerField(_("total"), null=True, blank=True)
    result = models.JSONField(_("résultat"), null=True, blank=True)
    last_error = models.TextField(_("dernière erreur"), blank=True)
    created_at = models.DateTimeField(_("création"), default=timezone.now)
    finished_at = models.DateTimeField(_("fin"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("travail")
        verbose_name_plural = _("travaux")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due"], condition=Q(finished_at__isnull=True), name="job_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("done", "dead"), finished_at__isnull=False)
                | (~Q(state__in=("done", "dead")) & Q(finished_at__isnull=True)),
                name="job_finished_has_its_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk} ({self.get_state_display()})"

    @property
    def title(self) -> str:
        """What people call this kind of work."""
        return title_of(self.name)

    @property
    def may_be_retried(self) -> bool:
        return self.state in (JobState.PENDING, JobState.DEAD)

    @property
    def percent(self) -> int | None:
        """How much is done; None when nobody knows how much there is."""
        return min(100 * self.done // self.total, 100) if self.total else None

    def remaining(self, now: datetime) -> timedelta | None:
        """Return the time left at the speed of this attempt; None when it cannot be told."""
        if self.state != JobState.RUNNING or not self.total or not self.begun_at:
            return None
        gained = self.done - self.begun_with
        if gained <= 0:
            return None
        return (now - self.begun_at) * max(self.total - self.done, 0) / gained
