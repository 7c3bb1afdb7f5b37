"""The board and the page of a unit fit the screens they are read on, in both languages."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.browser import Page, new_page
from tests.clients.conftest import TOWN

pytestmark = pytest.mark.clients

SCREENS = {"phone": (390, 844), "laptop": (1366, 768), "projector": (1920, 1080)}
PAGES = ("/", f"/?under={TOWN}&as_of=2020-05-12", "/report", "/compare", "/compare?what=units", f"/units/{TOWN}")
# Of every chart that is shown, how far it is from the edges of its box, and the height of its smallest text.
CHARTS = """
[...document.querySelectorAll('.chart svg')].filter(svg => getComputedStyle(svg).display != 'none').map(svg => {
    const inner = svg.getBoundingClientRect(), outer = svg.parentNode.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect().height);
    return [inner.left - outer.left, outer.right - inner.right, Math.min(...texts)];
})
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with new_page(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PAGES)
def test_the_board_fits_the_screen(
    board_url: str, page: Page, path: str, screen: str, language: str, tmp_path: Path
) -> None:
    width, height = SCREENS[screen]
    url = f"{board_url.rstrip('/')}{path}{'&' if '?' in path else '?'}lang={language}"
    page.open(url, width=width, height=height, mobile=screen == "phone")
    page.screenshot(tmp_path / f"board-{screen}-{language}.png")
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.body.innerText.trim()")
    assert page.evaluate("window.innerWidth") == width
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", ["/", "/report"])
def test_charts_stay_in_their_boxes_and_can_be_read(board_url: str, page: Page, path: str, screen: str) -> None:
    width, height = SCREENS[screen]
    page.open(f"{board_url.rstrip('/')}{path}?lang=vi", width=width, height=height, mobile=screen == "phone")
    charts = page.evaluate(CHARTS)
    assert len(charts) == 2
    for left, right, text in charts:
        assert left >= 0
        assert right >= 0
        assert text >= 9  # pixels


def test_another_day_is_a_form_away(board_url: str, page: Page) -> None:
    page.open(f"{board_url.rstrip('/')}/?lang=vi&under={TOWN}", width=1366, height=768, mobile=False)
    page.evaluate("document.querySelector('#as_of').value = '2020-05-12'")
    page.evaluate("document.querySelector('form.day').submit()")
    next(message for message in page._answers if message.get("method") == "Page.loadEventFired")
    assert page.evaluate("location.search") == f"?under={TOWN}&lang=vi&as_of=2020-05-12"
    assert "đến hết ngày 12/05/2020" in page.evaluate("document.body.innerText")


def test_the_report_prints_on_a4_without_what_only_a_screen_needs(board_url: str, page: Page, tmp_path: Path) -> None:
    page.open(f"{board_url.rstrip('/')}/report?lang=vi", width=1366, height=768, mobile=False)
    printed = page.call("Page.printToPDF", preferCSSPageSize=True)
    pdf = base64.b64decode(printed["data"])
    (tmp_path / "report.pdf").write_bytes(pdf)
    assert set(re.findall(rb"/MediaBox \[([^]]*)\]", pdf)) == {b"0 0 594.95996 841.91998"}
    page.call("Emulation.setEmulatedMedia", media="print")
    try:
        shown = "[...document.querySelectorAll('nav, .day, .print')].map(part => getComputedStyle(part).display)"
        assert set(page.evaluate(shown)) == {"none"}
    finally:
        page.call("Emulation.setEmulatedMedia", media="")
