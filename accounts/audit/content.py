"""What an entry may say, and the bytes that are hashed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

_LONGEST = 4_000
#: A field one of whose words is here is about a person, or is a secret.
_PERSONAL = {
    "email", "mail", "courriel", "name", "firstname", "lastname", "fullname", "username", "nom",
    "prenom", "phone", "telephone", "tel", "mobile", "fax", "address", "adresse", "birth",
    "birthday", "naissance", "contact", "password", "passwd", "secret", "token", "jeton",
    "cookie", "session", "otp", "ip",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_MAIL = re.compile(r"[^\s@]@[^\s@]")


class Refused(ValueError):
    """What the audit trail does not hold: a personal field, or too much."""


def written(values: Mapping[str, Any] | None) -> str:
    """Return `values` as canonical JSON, "" for none; raise Refused."""
    if values is None:
        return ""
    for path, value in _leaves(values):
        check_impersonal(path, value)
    text = json.dumps(
        values, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    if len(text) > _LONGEST:
        raise Refused(f"An entry holds {_LONGEST} characters before and after, not {len(text)}.")
    return text


def check_impersonal(field: str, value: object) -> None:
    """Raise Refused for a field or a value that tells of a person."""
    words = {word.lower() for word in _WORD.findall(field)}
    words |= {word.removesuffix("s") for word in words}
    if words & _PERSONAL or _MAIL.search(f"{field} {value}"):
        raise Refused(f"The audit trail holds no personal data: {field!r}.")


def digest(previous: str, columns: Sequence[Any]) -> str:
    """Return the hash of an entry after the hash `previous`.

    `columns` are those of the table but the hash, in its order; the date as `moment` writes it
    and the author in 32 hexadecimal digits, so that both databases give the same bytes.
    """
    return hashlib.sha256(f"{previous}{_encode(columns)}".encode()).hexdigest()


def moment(at: datetime) -> str:
    """Return a date as SQLite stores it."""
    return str(at.astimezone(UTC).replace(tzinfo=None))


def author(actor: UUID | None) -> str | None:
    return actor.hex if actor else None


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path} {key}")
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value
