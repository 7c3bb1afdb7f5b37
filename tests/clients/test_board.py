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
# Wards with long names, a village, what nobody finds, feeds without and with filters.
PAGES += ("/tree", f"/tree?open={TOWN},193,06664&sort=margin", "/tree?q=khu+pho&status=held", "/tree?q=none+such")
PAGES += ("/units/22", "/units/06664", "/units/06664-01?as_of=2020-01-10", "/units/khoi-co-quan")
PAGES += ("/subscribe", f"/subscribe?under={TOWN}&level=commune,village&kind=held,target,deadline&status=held")
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


# Of every line of time, the words that stick out of it, and those of a line that lie upon each other.
LINES = """
[...document.querySelectorAll('svg.timeline')].map(svg => {
    const outer = svg.getBoundingClientRect(), boxes = [...svg.querySelectorAll('text')].map(text => [
        text.textContent, text.getBoundingClientRect()]);
    const out = boxes.filter(([_, box]) => box.left < outer.left - 1 || box.right > outer.right + 1);
    const upon = boxes.filter(([_, a], i) => boxes.some(([_, b], j) => j < i && a.left < b.right && b.left < a.right
        && a.top + 4 < b.bottom && b.top + 4 < a.bottom));
    return [boxes.length, out.map(one => one[0]), upon.map(one => one[0])];
})
"""


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("unit", [TOWN, "22", "06664", "06664-01", "than-quang-ninh"])
def test_words_of_a_line_of_time_stay_in_it_and_apart(
    board_url: str, page: Page, unit: str, screen: str, language: str
) -> None:
    width, height = SCREENS[screen]
    url = f"{board_url.rstrip('/')}/units/{unit}?lang={language}"
    page.open(url, width=width, height=height, mobile=screen == "phone")
    lines = page.evaluate(LINES)
    assert lines
    for words, out, upon in lines:
        assert words >= 3
        assert (out, upon) == ([], [])


def test_a_unit_unfolds_where_it_stands(board_url: str, page: Page) -> None:
    page.open(f"{board_url.rstrip('/')}/tree?lang=vi", width=1366, height=768, mobile=False)
    page.evaluate("window.kept = true")
    row = f"[...document.querySelectorAll('.tree .code')].find(code => code.textContent == '{TOWN}').closest('tr')"
    fold = f"{row}.querySelector('a.fold')"
    swapped = """new Promise(done => {
        new MutationObserver(done.bind(null, true)).observe(document.querySelector('main'), {childList: true});
        FOLD.click();
    })"""
    before = page.evaluate("document.querySelectorAll('.tree tbody tr').length")
    for rows, expanded in ((before + 3, "true"), (before, "false")):
        assert page.evaluate(swapped.replace("FOLD", fold))
        assert page.evaluate("document.querySelectorAll('.tree tbody tr').length") == rows
        assert page.evaluate(f"{fold}.getAttribute('aria-expanded')") == expanded
        assert page.evaluate(f"document.activeElement === {fold}")
    assert page.evaluate("window.kept")  # the page was not loaded anew


def test_a_ward_is_found_and_subscribed_to(board_url: str, page: Page) -> None:
    page.open(f"{board_url.rstrip('/')}/?lang=vi", width=390, height=844, mobile=True)
    page.evaluate("document.querySelector('nav input[name=q]').value = 'ha tu'")
    for step in ("document.querySelector('nav form').submit()", "document.querySelector('.tree .name a').click()"):
        page.evaluate(step)
        next(message for message in page._answers if message.get("method") == "Page.loadEventFired")
    assert page.evaluate("document.querySelector('h1').textContent").startswith("Phường Hà Tu")
    page.evaluate("document.querySelector('#subscribe .actions a[href^=\"/subscribe\"]').click()")
    next(message for message in page._answers if message.get("method") == "Page.loadEventFired")
    assert page.evaluate("location.pathname") == "/subscribe"
    assert page.evaluate("document.querySelector('.addresses code').textContent").endswith(".ics?under=06664")
    box = page.evaluate("(box => [box.width, box.height])(document.querySelector('.qr').getBoundingClientRect())")
    assert box[0] == box[1] >= 150  # CSS pixels


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
