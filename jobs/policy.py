"""How long a lease lasts, and how often work that fails is tried again."""

from datetime import timedelta
from random import SystemRandom

from django.conf import settings

#: Who holds work renews its lease; another may take it over once the lease has run out.
LEASE = timedelta(seconds=getattr(settings, "JOBS_LEASE_SECONDS", 30))
RENEWAL = LEASE / 3

FIRST_RETRY = timedelta(seconds=getattr(settings, "JOBS_FIRST_RETRY_SECONDS", 30))
LONGEST_RETRY = timedelta(hours=1)
#: Failures without progress before work is given up.
MAX_ATTEMPTS = 8
#: The same for work that takes its process down: it harms its neighbours.
MAX_KILLS = 3

#: Work that reaches people and waited longer than this is left to an operator: either nothing
#: worked for hours, or this database is an old copy and the mails have left.
STALE = timedelta(hours=getattr(settings, "JOBS_STALE_HOURS", 6))

#: Jobs a relay hands over at once; the rest waits in the database, where nothing is lost.
IN_FLIGHT = 200
POLL_SECONDS = 0.1

_random = SystemRandom()


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after that many failures: doubled each time, an hour at most.

    Up to a tenth is added by chance, or what failed together would fail together again.
    """
    delay = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY / 1.1)
    return delay * (1 + _random.random() / 10)
