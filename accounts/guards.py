"""Guards of what asks for a person."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import Person


def signed_in(request: HttpRequest) -> Person:
    """Return who is signed in, where a guard has checked that somebody is."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user
