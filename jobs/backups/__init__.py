"""Saves the database while the site writes, and puts a saved one back: all or nothing.

`saving` and `restoring` are what the commands do; `sqlite` and `postgres` are how each database
does it; `contents` says which files are backups of this product.
"""


class BackupError(Exception):
    """Nothing was saved or put back; its text is a French sentence: what, where, what to do."""
