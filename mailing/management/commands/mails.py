"""`manage.py mails status|erase|suppress|allow`: what left, and whom to forget or not write to."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils.translation import gettext as _

from mailing import services
from mailing.addresses import InvalidAddress
from mailing.enums import DeliveryState
from mailing.models import Delivery, Issue

_SHOWN = 20


class Command(BaseCommand):
    help = "Says where mails stand; erases an address, stops writing to one, or allows it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="the newest issues, and how many mails in each state")
        for verb, purpose in (
            ("erase", "forget an address everywhere in the room (RGPD)"),
            ("suppress", "never write to an address again"),
            ("allow", "write again to an address that was suppressed or erased"),
        ):
            verbs.add_parser(verb, help=purpose).add_argument("address")

    def handle(self, *args: object, verb: str, **options: Any) -> None:
        if verb == "status":
            self._status()
            return
        acts: dict[str, Callable[[str], str]]
        acts = {"erase": _erase, "suppress": _suppress, "allow": _allow}
        try:
            self.stdout.write(acts[verb](options["address"]))
        except InvalidAddress as error:
            raise CommandError(str(error)) from error

    def _status(self) -> None:
        for issue in Issue.objects.all()[:_SHOWN]:
            self.stdout.write(f"{issue.pk:>8}  {_by_state(issue.deliveries.all())}  {issue.key}")
        self.stderr.write(_by_state(Delivery.objects.all()) or _("Aucun courrier."))


def _by_state(deliveries: Any) -> str:
    counts = deliveries.order_by().values_list("state").annotate(Count("pk"))
    return ", ".join(
        f"{DeliveryState(each).label}\u00a0: {count}" for each, count in sorted(counts)
    )


def _erase(address: str) -> str:
    counts = services.erase(address=address)
    return _(
        "Effacé\u00a0: %(consents)d consentement(s), %(deliveries)d courrier(s), %(files)d "
        "fichier(s). Plus rien ne partira vers cette adresse."
    ) % {**counts}


def _suppress(address: str) -> str:
    services.suppress(address=address, reason="operator")
    return _("Plus rien ne partira vers cette adresse.")


def _allow(address: str) -> str:
    if services.allow(address=address):
        return _("Cette adresse peut de nouveau recevoir ce qu’elle demande.")
    raise CommandError(_("Cette adresse n’était pas retenue."))
