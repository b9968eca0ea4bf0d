"""The secret key of a local install: made once, kept in `var/`, readable by its owner only."""

import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def local_secret_key(folder: Path) -> str:
    """Return the key of this install, creating `folder/secret_key` (mode 0600) if needed."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder) as file:  # created with mode 0600
            file.write(get_random_secret_key())
            file.flush()
            # A complete file is linked: of two processes starting at once, none reads half.
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_text()
