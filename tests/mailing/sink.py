"""A real SMTP server on loopback that keeps what it takes, and misbehaves where it is told to.

A recipient says how it is treated: `greylist…@` is refused for now the first time, `unknown…@`
for good; `drop…@` is taken and the connection cut without an answer the first time, `lose…@` is
cut and not taken the first time.
"""
# ruff: noqa: N802 the names are aiosmtpd's

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """`raw` are (recipient, mail) in the order they were taken; `mails()` reads them."""

    def __init__(self) -> None:
        self.raw: list[tuple[str, bytes]] = []
        self.sessions = 0
        self.after: int | None = None  # mails taken in a session before it is ended with 421
        self._seen: set[str] = set()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._started, self._stopping = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def mails(self) -> list[tuple[str, EmailMessage]]:
        """Read what was taken (not a property: aiosmtpd reads those for each session)."""
        return [
            (to, message_from_bytes(data, _class=EmailMessage, policy=policy.default))
            for to, data in list(self.raw)
        ]

    def __enter__(self) -> "Sink":
        self._thread.start()
        assert self._started.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(5)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, ident="sink"), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        async with server:
            await self._stopping.wait()

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
            await asyncio.sleep(60)  # until the session is cancelled
            return "250 nobody reads this"
        session.taken += 1  # type: ignore[attr-defined]
        return "250 OK"

    def _first(self, address: str) -> bool:
        first = address not in self._seen
        self._seen.add(address)
        return first
