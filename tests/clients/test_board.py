"""The board and the page of a unit fit the screens they are read on, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.browser import Page, new_page
from tests.clients.conftest import TOWN

pytestmark = pytest.mark.clients

SCREENS = {"phone": (390, 844), "laptop": (1366, 768)}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with new_page(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", ["/", f"/units/{TOWN}"])
def test_the_board_fits_the_screen(
    board_url: str, page: Page, path: str, screen: str, language: str, tmp_path: Path
) -> None:
    width, height = SCREENS[screen]
    url = f"{board_url.rstrip('/')}{path}?lang={language}"
    page.open(url, width=width, height=height, mobile=screen == "phone")
    page.screenshot(tmp_path / f"board-{screen}-{language}.png")
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.body.innerText.trim()")
    assert page.evaluate("window.innerWidth") == width
    assert page.evaluate("document.documentElement.scrollWidth") == width
