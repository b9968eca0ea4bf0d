"""The relay: hands one mail over and reads what became of it."""

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as DjangoBackend

from jobs.errors import describe
from mailing.enums import DeliveryState
from mailing.ledger import Outcome

_CLOSING, _TOO_BIG = 421, 552


class RelayLost(OSError):
    """The relay ends sessions before it takes a mail: the others are not to be tried now."""


class Refused(Exception):
    """What the relay answered."""


class _Watched:
    """Knows whether the session was lost at a moment when the mail may have been accepted."""

    in_doubt = False

    def sendmail(self, *args: Any, **options: Any) -> Any:
        self.in_doubt = False
        return super().sendmail(*args, **options)  # type: ignore[misc]

    def data(self, message: Any) -> Any:
        self.in_doubt = True
        return super().data(message)  # type: ignore[misc]


class _Session(_Watched, smtplib.SMTP):
    pass


class _SecureSession(_Watched, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoBackend):
    """Django's SMTP backend, which also says whether a lost mail may have been accepted."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureSession if self.use_ssl else _Session

    @property
    def in_doubt(self) -> bool:
        return isinstance(self.connection, _Watched) and self.connection.in_doubt


def hand_over(connection: BaseEmailBackend, message: EmailMessage) -> Outcome:
    """Send one mail over an open connection; raise RelayLost, or OSError from opening another.

    A relay may end a session between two mails: the mail is then sent at once over a new one.
    """
    error = _send(connection, message)
    if _ended_before(connection, error):
        drop(connection)
        connection.open()
        error = _send(connection, message)
        if _ended_before(connection, error):
            drop(connection)
            raise RelayLost("The relay ends each session before it takes a mail.") from error
    return _outcome(connection, error)


def drop(connection: BaseEmailBackend) -> None:
    """Close a connection, whatever state it is in."""
    with suppress(OSError):
        connection.close()


def _send(connection: BaseEmailBackend, message: EmailMessage) -> Exception | None:
    try:
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 whatever goes wrong is this mail's failure
        return error
    return None


def _ended_before(connection: BaseEmailBackend, error: Exception | None) -> bool:
    """Say whether the session ended while the relay had certainly not taken the mail."""
    if _answer(error)[0] == _CLOSING:
        return True
    return isinstance(error, smtplib.SMTPServerDisconnected) and not getattr(
        connection, "in_doubt", True
    )


def _outcome(connection: BaseEmailBackend, error: Exception | None) -> Outcome:
    if error is None:
        return Outcome(DeliveryState.SENT)
    code, text = _answer(error)
    if 400 <= code < 600:
        refused_for_good = code >= 500 and not (
            # It is us the relay refuses, not the recipient.
            isinstance(error, smtplib.SMTPSenderRefused) and code != _TOO_BIG
        )
        state = DeliveryState.FAILED if refused_for_good else DeliveryState.RETRY
        return Outcome(state, describe(Refused(f"{code} {text}")))
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPNotSupportedError):
        drop(connection)
        return Outcome(DeliveryState.UNKNOWN, describe(error))
    return Outcome(DeliveryState.FAILED, describe(error))


def _answer(error: Exception | None) -> tuple[int, str]:
    """Return the code and the words of the relay, (0, "") when it answered nothing."""
    code: int = 0
    text: bytes | str = ""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    return code, text.decode("utf-8", "replace") if isinstance(text, bytes) else text
