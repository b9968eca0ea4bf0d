"""Saves the database while the site writes, and puts a saved one back: all or nothing.

`saving` and `restoring` are what the commands do; `sqlite` and `postgres` are how each database
does it; `contents` says which files are backups of this product.
"""

from django.utils.translation import gettext as _


class BackupError(Exception):
    """Nothing was saved or put back; its text is a French sentence: what, where, what to do."""


def in_use() -> BackupError:
    """Return the refusal to replace a database that somebody has open."""
    return BackupError(
        _(
            "La base est utilisée\u00a0: arrêtez le site et les exécutants "
            "(«\u00a0manage.py worker\u00a0»), puis recommencez. Rien n’a changé."
        )
    )
