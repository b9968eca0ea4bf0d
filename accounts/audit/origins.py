"""From where somebody acts, minimised: enough to see an intrusion, too little to follow anyone."""

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address, ip_network

from django.http import HttpRequest, HttpResponse

_KEPT_BITS = {4: 24, 6: 48}
_origin: ContextVar[str] = ContextVar("origin", default="")


def current() -> str:
    """Return the origin of the request being answered, "" outside one."""
    return _origin.get()


def minimised(address: str) -> str:
    """Return the network of an address ("192.0.2.0/24"), "" when it is none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network(f"{ip}/{_KEPT_BITS[ip.version]}", strict=False))


class OriginMiddleware:
    """Remembers from where each request comes, for the audit entries it makes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door = "api" if request.path.startswith("/api/") else "web"
        network = minimised(request.META.get("REMOTE_ADDR", ""))
        forget = _origin.set(f"{door} {network}".strip())
        try:
            return self._get_response(request)
        finally:
            _origin.reset(forget)
