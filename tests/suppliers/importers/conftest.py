"""`sirene(paths...)` runs the command as an operator would, and returns its JSON line."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command


@dataclass(frozen=True)
class Answer:
    """What the command printed."""

    json: dict[str, Any]
    stderr: str


Sirene = Callable[..., Answer]


@pytest.fixture
def sirene(db: None) -> Sirene:
    def run(*paths: Path | list[Path], **options: Any) -> Answer:
        files = [str(p) for path in paths for p in (path if isinstance(path, list) else [path])]
        out, err = StringIO(), StringIO()
        call_command("import_sirene", *files, format="json", stdout=out, stderr=err, **options)
        return Answer(json.loads(out.getvalue().splitlines()[-1]), err.getvalue())

    return run
