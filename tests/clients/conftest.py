"""What subscribers need: the programs they use, a feed that changes, a board to look at."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.clients.browser import chromium
from tests.clients.readers import HERE, PROGRAMS

FEEDS = Path(__file__).parents[1] / "feeds"


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


@dataclass
class ServedFeed:
    """A feed behind an address, as it is now."""

    url: str
    content: bytes

    def change(self) -> None:
        """The congress is held: its entry gets another text, its deadlines leave."""
        self.content = (FEEDS / "held.vi.ics").read_bytes()


@pytest.fixture
def served_feed() -> Iterator[ServedFeed]:
    """The feed of a commune whose congress is still to come."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.send_header("Content-Length", str(len(feed.content)))
            self.end_headers()
            self.wfile.write(feed.content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        feed = ServedFeed(f"http://127.0.0.1:{server.server_port}/feed.ics", (FEEDS / "scheduled.vi.ics").read_bytes())
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield feed
        server.shutdown()
        thread.join()


@pytest.fixture
def board_url(service: Any) -> str:
    """The board of a running service."""
    url: str = service.board_url
    return url
