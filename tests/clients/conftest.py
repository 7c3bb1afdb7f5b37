"""What subscribers need: the programs they use, a feed that changes, a board to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.clients.browser import chromium
from tests.clients.readers import HERE, PROGRAMS
from tests.service import Service

TOWN = "207"  # Cô Tô: three communes, so that slow readers finish soon


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    """Ends the run with one sentence when a program is missing."""
    installed = {
        "nodejs": shutil.which("node"),
        "npm": (HERE / "node_modules/ical.js").exists() or shutil.which("npm"),
        "chromium": chromium(),
    }
    missing = [package for package, found in installed.items() if not found]
    if missing:
        pytest.exit(f"The tests with calendar clients need the Debian packages {', '.join(missing)}.", returncode=1)
    if not (PROGRAMS / "khal").exists() or not (HERE / "node_modules/ical.js").exists():
        pytest.exit("The tests with calendar clients need what 'make test-clients' installs before it runs them.", 1)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The running service with Quang Ninh 2020 as of 11/06/2020."""
    folder = tmp_path_factory.mktemp("service")
    made = Service(folder / "var", "--launch", "quang-ninh-2020", "--today", "2020-06-11")
    try:
        yield made.start()
    finally:
        made.end()


@dataclass
class ServedFeed:
    """The feed of one town and everything below it, as it is now."""

    service: Service
    url: str

    def change(self) -> None:
        """The town's congress is held: its entry changes, its target and deadline leave."""
        done = self.service.congress("report", TOWN, "district_congress", "--on", "2020-06-10", "--to", "2020-06-11")
        assert done.returncode == 0, done.stderr


@pytest.fixture
def served_feed(service: Service) -> Iterator[ServedFeed]:
    """The feed of a town whose congress is still to come, and will be again for the next test."""
    yield ServedFeed(service, f"{service.feed_url}?under={TOWN}")
    service.congress("retract", TOWN, "district_congress", "--reason", "end of the test")


@pytest.fixture
def board_url(service: Service) -> str:
    """The board of a running service."""
    return service.board_url
