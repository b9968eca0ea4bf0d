"""Without a relay (no EMAIL_URL), mails are kept: one .eml file each, and a page shows them."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage as ReadMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils import timezone

from jobs.enums import RunKind
from jobs.models import ImportRun
from mailing.addresses import InvalidAddress, digest, normalise

_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}-[\w]+")
_HERE = {"localhost", "127.0.0.1", "[::1]"}


@dataclass(frozen=True)
class KeptMail:
    """A mail of the folder; `name` is that of its file, without its extension."""

    name: str
    kept_at: datetime
    subject: str
    sender: str
    to: str
    text: str
    html: str


class EmailBackend(BaseEmailBackend):
    """Writes each mail whole or not at all, for its owner only (mode 0600)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            data = message.message().as_bytes()
            with tempfile.NamedTemporaryFile(dir=folder, prefix="", delete=False) as file:
                file.write(data)
            path = Path(file.name)
            path.rename(folder / f"{timezone.now():%Y%m%d-%H%M%S-%f}-{path.name}.eml")
        return len(email_messages)


def is_open(request: HttpRequest) -> bool:
    """Say whether the mails kept may be shown: on this machine, or in a demo.

    Elsewhere they are other people's, with the links that act in their names.
    """
    if settings.PRODUCTION or settings.EMAIL_BACKEND != "mailing.letterbox.EmailBackend":
        return False
    host, _port = split_domain_port(request.get_host())
    return host in _HERE or ImportRun.objects.filter(kind=RunKind.DEMO).exists()


def kept_mails(*, limit: int) -> list[KeptMail]:
    """Return the newest mails, the newest first."""
    paths = sorted(_paths(), reverse=True)[:limit]
    return [mail for path in paths if (mail := kept_mail(path.stem))]


def kept_mail(name: str) -> KeptMail | None:
    """Return the mail of that name, None when there is none."""
    path = _folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    with path.open("rb") as file:
        message = message_from_binary_file(file, _class=ReadMessage, policy=policy.default)
    return KeptMail(
        name=name,
        kept_at=datetime.strptime(name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC),
        subject=str(message["subject"]),
        sender=str(message["from"]),
        to=str(message["to"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def forget(mailbox: str) -> int:
    """Delete the mails kept for a mailbox, given by its hash; return how many."""
    mine = [path for path in _paths() if _is_to(path, mailbox)]
    for path in mine:
        path.unlink()
    return len(mine)


def _is_to(path: Path, mailbox: str) -> bool:
    mail = kept_mail(path.stem)
    return mail is not None and mailbox in set(_mailboxes(mail.to.split(",")))


def _mailboxes(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        try:
            yield digest(normalise(address))
        except InvalidAddress:
            continue


def _part(message: ReadMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def _paths() -> Iterable[Path]:
    return _folder().glob("*.eml")


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)
