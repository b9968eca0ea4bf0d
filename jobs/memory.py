"""The broker of an installation without one: a queue inside the worker's own process.

Kombu's memory transport is polled, and makes Celery share one locked pipe between the children
of its pool: when the idle child that holds the lock is killed, the whole worker waits for ever.
Delivering from Celery's event loop gives each child its own pipe, and nothing is polled.
"""

from contextlib import suppress
from typing import Any

from kombu.asynchronous import get_event_loop
from kombu.transport import memory


class Channel(memory.Channel):
    """A channel that wakes the worker's loop, from whatever thread a message comes."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)  # type: ignore[no-untyped-call]
        loop = get_event_loop()
        if loop is not None:
            loop.call_soon(lambda: None)  # type: ignore[no-untyped-call]


class Transport(memory.Transport):
    """Kombu's memory transport, driven by the loop."""

    Channel = Channel
    default_connection_params: dict[str, Any] = {}  # no host, and no warning about it
    implements = memory.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Deliver, at each turn of the loop, all that the worker has room for."""

        def deliver() -> None:
            with suppress(TimeoutError):  # no message, or no room
                while True:
                    self.drain_events(connection, timeout=0)  # type: ignore[no-untyped-call]

        loop.on_tick.add(deliver)
