"""The project's settings with a room of test jobs, and shorter times where a test says so."""

import os

from marketplace.settings import *  # noqa: F403, TID251
from marketplace.settings import INSTALLED_APPS  # noqa: TID251

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.room"]
JOBS_LEASE_SECONDS = float(os.environ.get("TEST_LEASE_SECONDS", "30"))
JOBS_FIRST_RETRY_SECONDS = float(os.environ.get("TEST_FIRST_RETRY_SECONDS", "30"))
