#!/usr/bin/env python
"""Django's command line for La Place locale."""

import os
import sys

from django.core.management import execute_from_command_line
from django.utils.translation import gettext as _

from jobs.errors import is_disk_full

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if not is_disk_full(error):
            raise
        sys.exit(_("Il n’y a plus de place sur le disque\u00a0: libérez-en, puis recommencez."))
