"""`decp(paths...)` runs the command as an operator would, and returns its JSON line."""

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
    """What the command printed; `counts` are (created, updated, unchanged, rejected)."""

    json: dict[str, Any]
    stderr: str

    @property
    def counts(self) -> tuple[int, ...]:
        names = ("created", "updated", "unchanged", "rejected")
        return tuple(self.json[name] for name in names)


Decp = Callable[..., Answer]


@pytest.fixture
def decp(db: None, settings: Any, tmp_path: Path) -> Decp:
    settings.VAR_DIR = tmp_path / "var"

    def run(*paths: Path, **options: Any) -> Answer:
        out, err = StringIO(), StringIO()
        files = [str(path) for path in paths]
        call_command("import_decp", *files, format="json", stdout=out, stderr=err, **options)
        answer = Answer(json.loads(out.getvalue().splitlines()[-1]), err.getvalue())
        assert out.getvalue().count("\n") == 1
        assert answer.json["read"] == sum(answer.counts)
        return answer

    return run
