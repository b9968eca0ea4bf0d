"""Does what a worker would, after publishing a forecast when asked.

`python -m tests.browser.work [TITLE OF A FORECAST]`.
"""

import sys

import django

django.setup()

from accounts.models import Buyer, Person  # noqa: E402 (after setup)
from jobs import leases  # noqa: E402
from jobs.execution import execute  # noqa: E402
from tests.tenders.forecast_factories import published  # noqa: E402


def work() -> None:
    while pks := leases.lease_due(limit=10):
        for pk in pks:
            execute(pk)


if __name__ == "__main__":
    for title in sys.argv[1:]:
        published(Buyer.objects.first(), Person.objects.first(), title=title)
    work()
