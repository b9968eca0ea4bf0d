"""A real SMTP server on loopback that keeps what it takes, and misbehaves where it is told to.

A recipient says how it is treated: `greylist…@` is refused for now the first time, `unknown…@`
for good; `drop…@` is taken and the connection cut without an answer the first time, `lose…@` is
cut and not taken the first time.
"""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """`mails` are (recipient, mail) in the order they were taken."""

    def __init__(self) -> None:
        self.raw: list[tuple[str, bytes]] = []
        self.sessions = 0
        self.after: int | None = None  # mails taken in a session before it is ended with 421
        self.taken: Any = lambda recipient: None  # called with each recipient taken
        self._seen: set[str] = set()
        self._controller = Controller(self, hostname="127.0.0.1", port=0, server_kwargs=_QUIET)

    @property
    def mails(self) -> list[tuple[str, EmailMessage]]:
        return [
            (to, message_from_bytes(data, _class=EmailMessage, policy=policy.default))
            for to, data in list(self.raw)
        ]

    @property
    def port(self) -> int:
        return int(self._controller.server.sockets[0].getsockname()[1])

    def __enter__(self) -> "Sink":
        # The controller's own start() connects to the port it was given, and 0 is none.
        self._controller._trigger_server = lambda: None  # type: ignore[method-assign]
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    # What aiosmtpd calls.

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        session.taken = 0  # type: ignore[attr-defined]
        return answers

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.after is not None and session.taken >= self.after:  # type: ignore[attr-defined]
            return "421 4.7.0 Too many mails in one session"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("unknown"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        if address.startswith("greylist") and self._first(address):
            return f"450 4.2.0 <{address}>: come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        [recipient] = envelope.rcpt_tos
        cut = recipient.startswith(("drop", "lose")) and self._first(recipient)
        if not (cut and recipient.startswith("lose")):
            assert isinstance(envelope.content, bytes)
            self.raw.append((recipient, envelope.content))
        if cut:
            assert server.transport
            server.transport.abort()
            await asyncio.sleep(0)
            return "250 nobody reads this"
        session.taken += 1  # type: ignore[attr-defined]
        self.taken(recipient)
        return "250 OK"

    def _first(self, address: str) -> bool:
        first = address not in self._seen
        self._seen.add(address)
        return first


_QUIET = {"enable_SMTPUTF8": False, "ident": "sink"}
