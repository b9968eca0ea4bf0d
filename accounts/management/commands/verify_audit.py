"""`manage.py verify_audit`: reads the audit trail again and names the first wrong entry."""

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.audit.heads import BadHeads, default_path, read_heads
from accounts.audit.verifying import Verdict, verify
from accounts.models import AuditEntry
from jobs.progress import progress_bar


def _head(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if not found:
        raise ArgumentTypeError(_("donnez NUMÉRO:EMPREINTE (64 chiffres hexadécimaux)"))
    return int(found[1]), found[2]


class Command(BaseCommand):
    help = "Verifies the audit trail, against the heads exported each day when there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument("--heads", type=Path, help="a copy of var/audit/heads.jsonl")
        parser.add_argument(
            "--head", type=_head, action="append", default=[], metavar="NUMBER:HASH",
            help="a head kept elsewhere; can be repeated",
        )  # fmt: skip

    def handle(self, *args: object, **options: Any) -> None:
        try:
            heads = _heads(options["heads"]) | dict(options["head"])
            with progress_bar(_("Entrées"), AuditEntry.objects.count()) as advance:
                verdict = verify(heads=heads, progress=advance)
        except BadHeads as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            message = _("La base de données ne répond pas (%(error)s). Vérifiez DATABASE_URL.")
            raise CommandError(message % {"error": error}) from error
        self._report(verdict, len(heads), as_json=options["format"] == "json")

    def _report(self, verdict: Verdict, heads: int, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(verdict.as_json() | {"heads": heads}))
        if verdict.fault:
            message = _("Entrée n°\u00a0%(number)d\u00a0: %(fault)s.")
            facts = {"number": verdict.number, "fault": verdict.fault.label}
            raise CommandError(message % facts)
        message = _(
            "Le journal est intact\u00a0: %(entries)d entrées lues jusqu’à la n°\u00a0%(number)d, "
            "%(heads)d empreintes exportées comparées."
        )
        summary = message % {**verdict.as_json(), "heads": heads}
        (self.stderr if as_json else self.stdout).write(summary)


def _heads(path: Path | None) -> dict[int, str]:
    if path is None and not default_path().exists():
        return {}
    return read_heads(path or default_path())
