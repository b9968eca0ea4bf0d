"""A real server process and a real Chromium for the journeys."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("NOT RUN: Chromium is missing (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class House:
    """A database of its own, and the folder its mails are kept in."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.folder / 'site.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "EMAIL_URL": f"filemail:///{self.folder / 'mails'}",
            "SEARCH_URL": "",
        }

    def run(self, *command: str) -> None:
        """Run Python on this database."""
        subprocess.run([sys.executable, *command], cwd=ROOT, env=self.env, check=True)

    def mails(self) -> list[str]:
        """The text of each mail that left, the oldest first."""
        files = sorted((self.folder / "mails").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message.get_body(("plain",)).get_content() for message in read]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("site"))
    house.run("manage.py", "migrate", "--verbosity", "0")
    house.run("-m", "tests.browser.populate")
    return house


@pytest.fixture(scope="session")
def site(browser: Browser, house: House) -> Iterator[str]:
    """The address of a server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = (house.folder / "server.log").open("wb")
    command = ["-m", "gunicorn", "marketplace.wsgi", "--bind", address, "--threads", "2"]
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=house.env, stderr=log)
    try:
        wait_for(f"http://{address}/readyz", server)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} never answered 200")


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """Open an address as somebody would; whatever the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str, width: int = 1280, **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale="fr-FR",
            base_url=site,
            has_touch=width < 600,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    # A 4xx page is what some tests ask for; Chromium notes it in the console.
    assert [
        said for said in complaints if "the server responded with a status of 4" not in said
    ] == []
