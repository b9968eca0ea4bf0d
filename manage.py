#!/usr/bin/env python
"""Django's command line for La Place locale."""

import os
import sys

from django.core.management import execute_from_command_line

from jobs.errors import DISK_FULL, is_disk_full

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if not is_disk_full(error):
            raise
        sys.exit(str(DISK_FULL))
