"""The closed list of acts, in words: each room declares its own."""

from typing import TYPE_CHECKING, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = TypeVar("Choices", bound=type[TextChoices])

_LONGEST = 60
_declared: dict[str, "StrOrPromise"] = {}


class UnknownAction(LookupError):
    """No room declared this act."""


def declare(choices: Choices) -> Choices:
    """Add the acts of a room to those that can be recorded; for use as a class decorator.

    A value is "room.object.verb"; a label, a French noun: "publication d’un avis".
    """
    for act in choices:
        if len(act.value) > _LONGEST or act.value in _declared:
            raise ValueError(f"The act {act.value!r} is declared twice, or too long.")
        _declared[act.value] = act.label
    return choices


def check(action: str) -> str:
    """Return the act as it is stored; raise UnknownAction."""
    if str(action) not in _declared:
        raise UnknownAction(f"No room declares an act named {action!r}.")
    return str(action)


def label(action: str) -> str:
    """Return the words of an act; what no room declares any more is shown as it is."""
    return str(_declared.get(action, action))


def choices() -> list[tuple[str, str]]:
    """Return every act and its words, in their order."""
    return sorted(((value, str(words)) for value, words in _declared.items()), key=lambda c: c[1])


@declare
class AuditAction(TextChoices):
    """The acts of this room that are not signed with a room's name above."""

    IMPORT_DONE = "import.done", _("import terminé")
    IMPORT_FAILED = "import.failed", _("import interrompu")
    PERSON_ERASED = "accounts.person.erased", _("effacement d’une personne")
    PERSON_EXPORTED = "accounts.person.exported", _("export des données d’une personne")
    RETENTION_APPLIED = "accounts.retention.applied", _("application des durées de conservation")
    TRAIL_SEALED = "accounts.audit.sealed", _("scellement du journal")
    TRAIL_REMOVED = "accounts.audit.removed", _("retrait d’une partie scellée du journal")
