"""Other parsers read in the golden feeds, and in wished ones, what the library that writes them reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from calendars.ical.calendar import assemble
from calendars.ical.entries import entries
from calendars.ical.rendering import render
from calendars.ical.variants import TASKS, Variant, varied
from tests.clients.readers import HomeAssistant, NodeParser, Reader, read_directly
from tests.ical.cases import PLAN, STAMP, STATES
from tests.ical.golden import FOLDER

pytestmark = pytest.mark.clients

PARSERS: tuple[Reader, ...] = (
    HomeAssistant(),
    NodeParser("ical.js", "Asia/Ho_Chi_Minh"),
    NodeParser("node-ical", "America/Los_Angeles"),
)
WISHES = {
    "alarms": Variant(alarms=("-PT15H", "PT8H", "-P1W")),
    "lunar": Variant(lunar=True, language="en"),
    "todo": Variant(alarms=("-PT15H",), lunar=True, todo=True),
}


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where all golden feeds in one, and each wish, are served."""
    folder = tmp_path_factory.mktemp("feeds")
    for path in FOLDER.glob("*.ics"):
        (folder / path.name).write_bytes(path.read_bytes())
    for name, variant in WISHES.items():
        (folder / f"{name}.ics").write_bytes(wished(variant))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def wished(variant: Variant) -> bytes:
    """One calendar of all units that have nothing in common, as it was wished."""
    pieces = {}
    for state in STATES.values():
        for entry in entries(PLAN, state):
            if not variant.todo or entry.kind in TASKS:
                piece = render(entry, STAMP, variant.language)
                pieces[entry.uid] = varied(piece, entry.kind, entry.first, entry.last, variant)
    return assemble(PLAN.title[variant.language], "Hà Tu", [pieces[uid] for uid in sorted(pieces)])


@pytest.mark.parametrize("reader", PARSERS, ids=str)
@pytest.mark.parametrize("name", [*sorted(path.stem for path in FOLDER.glob("*.ics")), *WISHES])
def test_every_feed_is_read_as_it_was_written(reader: Reader, name: str, address: str, tmp_path: Path) -> None:
    url = f"{address}/{name}.ics"
    published = read_directly(url)
    assert bool(published) == (not name.startswith("empty"))
    assert reader.read(url, tmp_path) == reader.expected(published)
