"""The house keeps its shape: layers, names of modules, what each install needs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "reference", "jobs", "mailing", "search", "accounts", "suppliers", "tenders", "spaser",
    "marketplace",
)  # fmt: skip


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_rooms_import_only_downwards() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_room_is_there_and_none_is_a_dumping_ground() -> None:
    assert all((ROOT / room / "__init__.py").exists() for room in ROOMS)
    vague = {"utils", "helpers", "common", "misc", "tools"}
    assert [path for path in sources() if path.stem in vague or path.parent.name in vague] == []


def test_modules_stay_small() -> None:
    long = {
        path.relative_to(ROOT): lines
        for path in sources()
        if "migrations" not in path.parts
        and (lines := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_signal_receivers_stay_rare() -> None:
    connected = [
        path
        for path in sources()
        if ".connect(" in path.read_text("utf-8") and path.stem == "apps"
    ]
    assert len(connected) <= 5


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_dependencies_are_locked_with_hashes_and_without_addresses(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    pins = [line for line in text.splitlines() if line and line[0] not in " #-"]
    assert len(pins) > 40
    assert all("==" in line for line in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


def test_make_lists_every_target() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert {
        "setup", "run", "test", "check", "services", "services-stop", "test-services",
        "test-faults", "bench", "reference", "demo-territory",
    } <= listed  # fmt: skip
