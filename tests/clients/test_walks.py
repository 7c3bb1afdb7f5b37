"""The jobs of officials at the board, walked through in a browser: on a laptop and a phone, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.clients.browser import chromium
from tests.clients.conftest import TOWN
from tests.clients.readers import HERE
from tests.service import Service

pytestmark = pytest.mark.clients

SCREENS = {"phone": {"width": 390, "height": 844}, "laptop": {"width": 1366, "height": 768}}
WARD = "06664"
STAGE = "district_congress"
RELEASE = """\
campaign: quang-ninh-2020
instrument: walk-1
instruments: {walk-1: {number: 1-KH/TU, date: 2020-06-11, issuer: Tỉnh ủy Quảng Ninh}}
stages: [{id: district_congress, target: {date: 2020-08-10}}]
"""
AXE = HERE / "node_modules/axe-core/axe.min.js"
WORDS = {
    "vi": {
        "report": "Báo cáo đã tổ chức",
        "held": "đã tổ chức",
        "sign_in": "Đăng nhập trên máy này",
        "send_link": "Gửi liên kết cho tôi",
        "sign_out": "Đăng xuất",
        "dry_run": "Xem tác động",
        "subscribe": "Đăng ký",
        "own_address": "Tạo địa chỉ cho tôi",
        "preview": "Xem trước",
        "import": "Nhập như đã xem",
        "unknown": "dòng 3: không có đơn vị '999'",
    },
    "en": {
        "report": "Report it held",
        "held": "held",
        "sign_in": "Sign in on this machine",
        "send_link": "Send me a link",
        "sign_out": "Sign out",
        "dry_run": "Show what it would do",
        "subscribe": "Subscribe",
        "own_address": "Make an address for me",
        "preview": "Preview",
        "import": "Import as shown",
        "unknown": "line 3: unknown unit '999'",
    },
}


@dataclass
class Walk:
    """A browser on one screen, whose reader reads one language."""

    page: Page
    url: str
    language: str
    service: Service

    def go(self, path: str) -> None:
        """Opens a page of the board, which must fit the screen."""
        separator = "&" if "?" in path else "?"
        answer = self.page.goto(f"{self.url.rstrip('/')}{path}{separator}lang={self.language}")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        self.fits()

    def fits(self) -> None:
        """Nothing stands beyond the edge of the screen."""
        assert self.page.viewport_size is not None
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.page.viewport_size["width"]

    def faults(self) -> list[str]:
        """The serious barriers that axe-core finds on the page."""
        # The pages admit no script but their own; the checker is put in by the browser itself.
        self.page.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
        return [
            f"{self.page.url}: {one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}"
            for one in self.page.evaluate("async () => (await axe.run()).violations")
            if one["impact"] in ("serious", "critical")
        ]

    def says(self, word: str) -> str:
        return WORDS[self.language][word]

    def press(self, word: str) -> None:
        self.page.get_by_role("button", name=self.says(word), exact=True).click()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, screen: str, language: str) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport=SCREENS[screen], is_mobile=screen == "phone", locale={"vi": "vi-VN", "en": "en-GB"}[language]
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def walk(context: BrowserContext, service: Service, language: str) -> Walk:
    return Walk(context.new_page(), service.board_url, language, service)


everywhere = pytest.mark.parametrize(("screen", "language"), [("laptop", "vi"), ("phone", "en")])


@everywhere
def test_find_a_ward_read_its_margins_and_subscribe(walk: Walk) -> None:
    walk.go("/tree?q=ha+tu")
    walk.page.get_by_role("link", name="Phường Hà Tu").first.click()
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text("Phường Hà Tu")
    walk.fits()
    shown = walk.page.locator("main").inner_text()
    assert "+" in shown
    href = walk.page.locator(f'a[href*="/subscribe"][href*="under={WARD}"]').first.get_attribute("href")
    assert href is not None
    walk.page.goto(walk.url.rstrip("/") + href)
    walk.fits()
    address = re.search(r"http://[^\s\"<]+/feeds/[^\s\"<]+\.ics\?[^\s\"<]*", walk.page.locator("main").inner_text())
    assert address is not None
    with urlopen(address[0]) as feed:
        body = feed.read().decode()
    assert body.startswith("BEGIN:VCALENDAR")
    assert "Hà Tu" in body.replace("\r\n ", "")
    expect(walk.page.locator("svg").first).to_be_visible()


@everywhere
def test_report_a_congress_and_see_it_everywhere(walk: Walk) -> None:
    form = f"/units/{TOWN}/{STAGE}/report"
    try:
        walk.go(f"/units/{TOWN}")
        walk.page.locator(f'a[href^="{form}"]').click()
        walk.page.fill("#on", "2020-06-20")
        walk.page.fill("#to", "2020-06-21")
        walk.press("report")
        expect(walk.page.locator("[id='mistake-on']")).to_contain_text("20/06/2020")
        assert walk.page.input_value("#to") == "2020-06-21"
        walk.fits()
        walk.page.fill("#on", "2020-06-10")
        walk.page.fill("#to", "2020-06-11")
        walk.page.select_option("[id='results.direct_election']", "true")
        walk.press("report")
        expect(walk.page.get_by_role("status")).to_be_visible()
        walk.page.reload()
        with urlopen(f"{walk.service.feed_url}?under={TOWN}&kind=held&lang={walk.language}") as feed:
            body = feed.read().decode().replace("\r\n ", "")
        assert f"quang-ninh-2020.{TOWN}.{STAGE}@" in body
        assert "20200610" in body
        walk.go("/")
        assert "5/18" in walk.page.locator("main").inner_text().replace(" ", "")
    finally:
        walk.service.congress("retract", TOWN, STAGE, "--reason", "end of the walk")


@everywhere
def test_sign_in_by_link_see_the_own_part_and_sign_out(walk: Walk) -> None:
    granted = json.loads(
        walk.service.congress("access", "grant", TOWN, "--role", "report", "--label", "Bà Lan", "--json").stdout
    )
    walk.go("/sign-in/" + granted["sign_in_url"].rpartition("/")[2])
    walk.press("sign_in")
    expect(walk.page.get_by_text("Bà Lan")).to_be_visible()
    walk.go(f"/units/{TOWN}")
    assert walk.page.goto(f"{walk.url.rstrip('/')}/units/{WARD}").status == 404  # type: ignore[union-attr]
    waive = walk.page.goto(f"{walk.url.rstrip('/')}/units/{TOWN}/{STAGE}/waive")
    assert waive is not None
    assert waive.status == 403
    walk.go(f"/units/{TOWN}")
    walk.press("sign_out")
    expect(walk.page.get_by_text("Bà Lan")).to_have_count(0)
    walk.service.congress("access", "revoke", granted["id"])


@everywhere
def test_make_an_address_for_oneself(walk: Walk) -> None:
    granted = json.loads(walk.service.congress("access", "grant", TOWN, "--label", "Ông Nam", "--json").stdout)
    link = json.loads(walk.service.congress("access", "sign-in", granted["id"], "--json").stdout)["sign_in_url"]
    walk.go("/sign-in/" + link.rpartition("/")[2])
    walk.press("sign_in")
    walk.go(f"/units/{TOWN}")
    walk.page.locator("#subscribe a.button").click()
    assert "/feeds/" not in walk.page.content()
    walk.press("own_address")
    expect(walk.page.get_by_role("status")).to_be_visible()
    expect(walk.page.locator("svg.qr")).to_be_visible()
    walk.fits()
    address = walk.page.locator("dl.addresses code").first.inner_text()
    assert "/feeds/" not in walk.page.url
    with urlopen(address) as feed:
        assert feed.read().startswith(b"BEGIN:VCALENDAR")
    walk.page.reload()  # sends the form once more
    assert walk.page.locator("dl.addresses code").first.inner_text() == address
    walk.service.congress("access", "revoke", granted["id"])
    with pytest.raises(HTTPError, match="410"):
        urlopen(address)


@everywhere
def test_see_what_a_release_would_do(walk: Walk) -> None:
    walk.go("/amend")
    walk.page.fill("#release", RELEASE.replace("2020-08-10", "2020-08-32"))
    walk.press("dry_run")
    expect(walk.page.locator("#mistake-release")).to_be_visible()
    assert "2020-08-32" in walk.page.input_value("#release")
    walk.page.fill("#release", RELEASE)
    walk.press("dry_run")
    expect(walk.page.locator("main")).to_contain_text("10/08/2020")
    walk.fits()


@everywhere
def test_import_reports_from_a_file(walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text(
        f"unit,stage,on,to,result.direct_election\n{TOWN},{STAGE},10/06/2020,11/06/2020,có\n999,{STAGE},2020-06-10,,\n",
        encoding="utf-8",
    )
    try:
        walk.go("/data")
        walk.page.set_input_files("#file-reports", file)
        walk.page.locator('form[action^="/data/reports"] button').click()
        main = walk.page.locator("main")
        expect(main).to_contain_text(walk.says("unknown"))
        assert "reports.csv" in main.inner_text()
        walk.fits()
        walk.press("import")
        expect(walk.page.get_by_role("status")).to_be_visible()
        expect(main).to_contain_text(walk.says("unknown"))
        walk.fits()
        walk.go(f"/units/{TOWN}")
        expect(main).to_contain_text("10/06/2020 – 11/06/2020")
        with walk.page.expect_download() as download:
            walk.page.goto(f"{walk.url.rstrip('/')}/data")
            walk.page.locator('a[href^="/data/reports.csv"]').click()
        assert f"{TOWN},{STAGE},2020-06-10,2020-06-11," in download.value.path().read_text("utf-8-sig")
    finally:
        walk.service.congress("retract", TOWN, STAGE, "--reason", "end of the walk")


@everywhere
def test_print_the_report_of_a_day(walk: Walk, screen: str) -> None:
    walk.go("/report?as_of=2020-05-31")
    walk.page.emulate_media(media="print")
    assert not walk.page.locator("nav").first.is_visible()
    assert "31/05/2020" in walk.page.locator("main").inner_text()
    assert walk.page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_keeps_anybody_out(walk: Walk) -> None:
    """axe-core finds no serious fault on any page."""
    for path in (
        "/",
        "/tree",
        "/tree?q=dong+trieu",
        f"/units/{TOWN}",
        f"/units/{TOWN}/{STAGE}/report",
        "/report",
        "/compare",
        f"/subscribe?under={TOWN}",
        "/amend",
        "/freeze",
        "/data",
        "/data/reports",
        "/sign-in/nothing",
    ):
        walk.page.goto(f"{walk.url.rstrip('/')}{path}{'&' if '?' in path else '?'}lang={walk.language}")
        assert walk.faults() == []
