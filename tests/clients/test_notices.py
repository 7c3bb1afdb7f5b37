"""Messages as people get them: calendar programs take the attached date, and the HTML fits the screen it is read on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.clients.browser import Page, new_page
from tests.clients.readers import READERS, Reader, read_directly
from tests.notices.golden import golden
from tests.notices.reading import body, calendars, read

pytestmark = pytest.mark.clients

SCREENS = {"phone": (390, 844), "laptop": (1366, 768)}
MESSAGES = {name.removesuffix(".eml"): content for name, content in golden().items()}


def dates(content: bytes) -> set[bytes]:
    """The calendar files of a message, each once."""
    return {part.get_payload(decode=True) for part in calendars(read(content))}  # type: ignore[misc]


ATTACHED = ("reminder.vi", "change.en", "change-called-off.vi")


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and prints nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Not a word."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address under which the parts of the messages are found."""
    folder = tmp_path_factory.mktemp("messages")
    for name, content in MESSAGES.items():
        message = read(content)
        (folder / f"{name}.html").write_text(body(message, "html"), encoding="utf-8")
        if name in ATTACHED:
            (dated,) = dates(content)
            (folder / f"{name}.ics").write_bytes(dated)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with new_page(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.parametrize("reader", READERS, ids=str)
@pytest.mark.parametrize("name", ATTACHED)
def test_calendar_programs_take_the_attached_date(served: str, name: str, reader: Reader, tmp_path: Path) -> None:
    url = f"{served}/{name}.ics"
    published = read_directly(url)
    assert len(published) == 1
    assert reader.read(url, tmp_path) == reader.expected(published)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_fits_the_screen(served: str, page: Page, name: str, screen: str, tmp_path: Path) -> None:
    width, height = SCREENS[screen]
    page.open(f"{served}/{name}.html", width=width, height=height, mobile=screen == "phone")
    page.screenshot(tmp_path / f"{name}-{screen}.png")
    assert page.evaluate("document.documentElement.lang") == name.rpartition(".")[2]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # Nothing is fetched from elsewhere: it would tell who reads what, and when.
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert [url for url in fetched if not url.endswith("/favicon.ico")] == []
