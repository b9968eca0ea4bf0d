"""The closed lists of durable work."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunStatus(TextChoices):
    """Where an import stands."""

    RUNNING = "running", _("en cours")
    DONE = "done", _("terminé")
    FAILED = "failed", _("interrompu")


class RunKind(TextChoices):
    """What an import brought in."""

    DEMO = "demo", _("données de démonstration")
    SIRENE = "sirene", _("répertoire Sirene")
    DECP = "decp", _("données essentielles des marchés (DECP)")


class JobState(TextChoices):
    """Where a piece of work stands; the ways from one to another are in `jobs.leases`."""

    PENDING = "pending", _("en attente")
    LEASED = "leased", _("confié")  # sent to a worker, not begun
    RUNNING = "running", _("en cours")
    DONE = "done", _("fait")
    DEAD = "dead", _("abandonné")  # failed too often: somebody must look
