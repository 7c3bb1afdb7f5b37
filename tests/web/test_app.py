"""The board and what stands around the feeds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from calendars.sequence.state import Clock
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.web import app
from calendars.web.app import WebApplication, create_app
from calendars.web.coming import upcoming
from calendars.web.figures import Progress, is_loopback, offers, progress
from calendars.web.templating import asset
from calendars.web.words import Format, preferred, words
from tests.databases import Postgres
from tests.ical.cases import PLAN
from tests.web.conftest import over
from tests.web.stores import Filled, province

DAY = date(2020, 6, 11)
FEED = "https://lich.example/feeds/secret.ics"
# Words that are looked up by something's own name.
BY_NAME = ("status_", "kind_", "gate_", "compare_", "measure_", "event_", "clock_", "ended_", "notice_", "role_")
BY_NAME += ("act_", "date_", "many_", "contact_", "told_", "feed_kind_", "filter_", "cancelled_", "api_", "program_")
BY_NAME += ("steps_", "delay_", "file_", "effect_")
PAGES = [
    "/",
    "/report",
    "/compare",
    "/subscribe",
    "/data",
    "/data/reports",
    "/units/22",
    "/units/193",
    "/units/06664",
    "/units/06664-01",
]


@asynccontextmanager
async def opened(store: Store, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which is open and shows a feed unless told otherwise."""
    given = {"public_url": "http://127.0.0.1:8080", "feed_url_demo": lambda: FEED, "open_board": True, **settings}
    async with over(create_app(store, today=lambda campaign: DAY, **given)) as http:
        yield http


@pytest.fixture
def june(filled: Filled) -> Filled:
    """The small province on 11 June 2020."""
    filled.hold("06664-01", "headman_election", "2020-01-05")
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    filled.pass_due("06868", "grassroots_congress", Clock.TARGET, "2020-05-31")
    filled.schedule("06868", "grassroots_congress", "2020-06-18")
    filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")
    return filled


def text_of(html: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def test_the_board_says_where_things_stand(june: Filled) -> None:
    async with opened(june.store) as http:
        vi, en = [text_of((await http.get("/", params={"lang": language})).text) for language in ("vi", "en")]
    for words_of_board in (
        "Đại hội đảng bộ các cấp, nhiệm kỳ 2020-2025",
        "Tình hình đến hết ngày 11/06/2020",
        "Đại hội Đảng bộ Xã, phường, thị trấn 1 /2 ngày cuối 19/05/2020 1 quá hạn 50 % 31/05/2020 +12 30/06/2020 +42",
        "Xã Tân Bình (Huyện Đầm Hà) : Đại hội Đảng bộ, 11 ngày sau ngày 31/05/2020",
        "18/06/2020 Đại hội Đảng bộ : tổ chức, Xã Tân Bình",
        "Thành phố Hạ Long 50 % 2/4",
        "Huyện Đầm Hà 0 % 0/2 1 quá hạn",
    ):
        assert words_of_board in vi
    assert "Grassroots congress Commune level 1 /2 last on 19/05/2020 1 overdue 50% 31/05/2020 +12" in en
    assert "21/07" not in vi  # is more than 14 days away


async def test_a_unit_page(june: Filled) -> None:
    async with opened(june.store) as http:
        page = text_of((await http.get("/units/06664?lang=en")).text)
        above = await http.get("/units/193?lang=vi")
    assert "Grassroots congress held " in page
    assert " Held 18/05/2020 – 19/05/2020" in page
    assert "Local target 31/05/2020 +12 Central deadline 30/06/2020 +42" in page
    assert "› Tỉnh Quảng Ninh › Thành phố Hạ Long Phường Hà Tu" in page
    assert "Khu phố 1 50% 1/2" in page
    assert 'href="/units/06664?lang=vi"' in above.text
    assert " Lịch 21/07/2020 – 22/07/2020" in text_of(above.text)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_pages_have_no_scripts_no_foreign_content_and_no_gap(june: Filled, path: str, language: str) -> None:
    async with opened(june.store) as http:
        response = await http.get(path, params={"lang": language})
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    html = response.text
    assert f'<html lang="{language}">' in html
    assert not re.search(r"<script|<iframe|\sstyle=|\son\w+=|None|built-in", html)
    loaded = re.findall(r'<(?:link|img)[^>]*(?:href|src)="([^"]*)"', html)
    assert {address for address in loaded if not address.startswith("data:")} <= {
        asset(sheet) for sheet in ("style.css", "overview.css", "report.css", "tree.css", "unit.css")
    }


async def test_a_page_shows_the_day_that_its_address_asks_for(june: Filled) -> None:
    async with opened(june.store) as http:
        before = await http.get("/?as_of=2020-05-18&lang=en")
        assert "As of the end of 18/05/2020" in text_of(before.text)
        assert "Commune level 0 /2 0%" in text_of(before.text)
        assert '/units/193?lang=en&amp;as_of=2020-05-18"' in before.text
        for mistaken in ("2020-02-30", "18/05/2020", "2020-06-12", "2019-11-30", "0001-01-01", "20200511", "\x01"):
            answer = await http.get("/", params={"as_of": mistaken, "lang": "en"})
            assert answer.status_code == 400
            assert words("en").no_such_day in unescape(answer.text)


async def test_links_lead_somewhere(june: Filled) -> None:
    async with opened(june.store) as http:
        seen: set[str] = set()
        waiting = ["/?lang=en"]
        while waiting:
            path = waiting.pop()
            seen.add(path)
            response = await http.get(path)
            assert response.status_code == 200, path
            # Each day has a page of its own, each order and each unfolded unit as well; one of them stands for all.
            found = {unescape(link) for link in re.findall(r'href="(/[^"]*)"', response.text)}
            waiting += [link for link in found - seen if not re.search("as_of=|sort=|open=", link)]
    assert len(seen) > 2 * len(PAGES)


@pytest.mark.parametrize(
    ("query", "accept_language", "language"),
    [
        ("", "", "vi"),
        ("", "en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("", "fr, vi;q=0.3, en;q=0.2", "vi"),
        ("", "en;q=0, *", "vi"),
        ("", "en;q=nonsense", "vi"),
        ("?lang=en", "vi", "en"),
        ("?lang=fr", "en", "en"),
    ],
)
async def test_the_language(filled: Filled, query: str, accept_language: str, language: str) -> None:
    async with opened(filled.store) as http:
        response = await http.get(f"/{query}", headers={"accept-language": accept_language})
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "accept-language, cookie"


async def test_how_to_subscribe(june: Filled) -> None:
    async with opened(june.store) as http:
        board = (await http.get("/?lang=vi")).text
        unit = (await http.get("/units/193?lang=en")).text
    assert f"<code>{FEED}</code>" in board
    assert 'href="webcal://lich.example/feeds/secret.ics"' in board
    (google,) = re.findall(r'href="https://calendar.google.com/calendar/r\?cid=([^"]*)"', board)
    assert unquote(google) == "webcal://lich.example/feeds/secret.ics"
    assert f"<code>{FEED}?under=193&amp;lang=en</code>" in unit
    assert words("vi").loopback not in board
    async with opened(june.store, feed_url_demo=lambda: "http://127.0.0.1:8080/feeds/secret.ics") as http:
        assert words("vi").loopback in (await http.get("/?lang=vi")).text
    async with opened(june.store, feed_url_demo=lambda: None) as http:
        page = (await http.get("/units/193")).text
    assert "congress access grant 193 --role view" in page
    assert "webcal" not in page


def test_the_first_feed_offered_is_one_that_google_takes(store: Store) -> None:
    plan = PLAN.model_copy(update={"levels": ("province", "district", "commune", "village")})
    Filled(store, province(20, 60), plan)
    campaign = Feeds(store).refresh().campaigns[plan.campaign]
    narrow, whole = offers(campaign, FEED, "22", "vi")
    assert narrow.levels == ("province", "district", "commune")
    assert narrow.address == f"{FEED}?level=province,district,commune"
    assert narrow.octets < 1_000_000 < whole.octets
    assert (narrow.entries, whole.entries) == (61, 61 + 20 * 60 * 4)
    assert whole.address == FEED
    assert [offer.address for offer in offers(campaign, FEED, "00000", "vi")] == [f"{FEED}?under=00000"]
    assert all(len(offer.address) <= 256 for offer in (narrow, whole))


def test_figures(june: Filled) -> None:
    campaign = Feeds(june.store).refresh().campaigns[PLAN.campaign]
    with june.store.reading() as connection:
        found = progress(connection, campaign, DAY)
        before = progress(connection, campaign, date(2020, 5, 18))
    assert found["22"] == Progress(stages=6, held=2, overdue=2)
    assert found["06664-01"] == Progress(2, 1, 1)
    # The second day of the congress was the nineteenth.
    assert (before["06664"], found["06664"]) == (Progress(3, 1, 1), Progress(3, 2, 1))
    shown = [(item.kind, item.first, item.units) for item in upcoming(campaign, date(2020, 6, 17))]
    assert shown == [("scheduled", date(2020, 6, 18), 1), ("deadline", date(2020, 6, 30), 1)]
    assert upcoming(campaign, date(2020, 6, 17), "193") == []
    assert [item.first for item in upcoming(campaign, date(2020, 7, 22))] == [date(2020, 7, 21)]


async def test_before_the_first_campaign_the_board_says_what_to_do(store: Store) -> None:
    async with opened(store) as http:
        for path in ("/?lang=vi", "/?lang=en", "/units/22"):
            response = await http.get(path)
            assert response.status_code == 200
            assert "congress launch quang-ninh-2020" in response.text


async def test_what_is_not_there(filled: Filled) -> None:
    async with opened(filled.store) as http:
        assert (await http.get("/units/99999")).status_code == 404
        assert (await http.get("/?campaign=another")).status_code == 404
        assert (await http.get("/nowhere")).status_code == 404
        assert (await http.get("/units/<script>")).status_code == 404
        assert (await http.get("/?campaign=quang-ninh-2020")).status_code == 200


async def test_no_address_holds_a_nul(postgres_url: str) -> None:
    """PostgreSQL takes none, and says so by an error of its own."""
    store = open_store(postgres_url)
    try:
        Filled(store)
        async with opened(store) as http:
            for path in ("/", "/tree", "/data/units.csv", "/units/193", "/units/193/district_congress/report"):
                for name in ("campaign", "taken", "done", "under", "q", "as_of", "lang"):
                    answer = await http.get(path, params={name: "\0"})
                    assert answer.status_code == 404, (path, name)
    finally:
        store.close()


@pytest.mark.parametrize("path", PAGES)
async def test_a_closed_board(filled: Filled, path: str) -> None:
    async with opened(filled.store, open_board=False) as http:
        response = await http.get(path)
    assert response.status_code == 403
    assert words("vi").closed_why in response.text
    assert "secret" not in response.text


async def test_an_open_board_answers_under_its_own_names_only(filled: Filled) -> None:
    async with opened(filled.store) as http:
        for host, status in [("localhost:8080", 200), ("[::1]:8080", 200), ("evil.example", 403), ("", 403)]:
            response = await http.get("/", headers={"host": host})
            assert response.status_code == status
            assert ("secret" in response.text) == (status == 200)


async def test_health(filled: Filled) -> None:
    answers = iter([True, False])

    async def ready() -> bool:
        return next(answers)

    async with opened(filled.store, ready=ready) as http:
        assert (await http.get("/healthz")).text == "ok\n"
        first, second = await http.get("/readyz"), await http.get("/readyz")
    assert (first.status_code, first.json()) == (200, {"store": True, "temporal": True})
    assert (second.status_code, second.json()) == (503, {"store": True, "temporal": False})


async def test_an_outage(postgres: Postgres, postgres_url: str) -> None:
    store = open_store(postgres_url)
    Filled(store)
    async with opened(store) as http:
        with postgres.away():
            assert (await http.get("/healthz")).status_code == 200
            assert (await http.get("/readyz")).json() == {"store": False}
            board = await http.get("/")
            assert (board.status_code, board.headers["retry-after"]) == (503, "30")
        assert (await http.get("/")).status_code == 200
    store.close()


async def test_robots_may_read_feeds_for_google_alone(filled: Filled) -> None:
    async with opened(filled.store) as http:
        robots = (await http.get("/robots.txt")).text
        style = await http.get(asset("style.css"))
        asked_again = await http.get("/static/style.css")
    assert robots.startswith("User-agent: Google-Calendar-Importer\nAllow: /feeds/\n")
    assert style.headers["content-type"].startswith("text/css")
    assert not re.search(r"url\(|@import", style.text)
    assert "immutable" in style.headers["cache-control"]
    assert asked_again.headers["cache-control"] == "no-cache"


async def test_feeds_stand_in_front(june: Filled) -> None:
    _, token = june.grant()
    async with opened(june.store, open_board=False) as http:
        response = await http.get(f"/feeds/{token}.ics")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/calendar; charset=utf-8"
        assert (await http.post(f"/feeds/{token}.ics")).status_code == 405


async def test_changes_in_this_process_show_at_once(june: Filled) -> None:
    web: WebApplication = create_app(june.store, public_url="http://127.0.0.1", today=lambda _: DAY, open_board=True)
    _, token = june.grant()
    async with over(web) as http:
        for day in ("2020-06-01", "2020-06-02", "2020-06-03"):
            before = await http.get(f"/feeds/{token}.ics")
            june.schedule("06868", "grassroots_congress", day)
            web.changed()
            after = await http.get(f"/feeds/{token}.ics", headers={"if-none-match": before.headers["etag"]})
            assert after.status_code == 200
            assert f"DTSTART;VALUE=DATE:{day.replace('-', '')}".encode() in after.content
    await web.feeds.close()


def test_both_languages_have_every_word_that_templates_use() -> None:
    used = set()
    for template in (Path(app.__file__).parent / "templates").glob("*.html"):
        used |= set(re.findall(r"\bt\.(\w+)", template.read_text("utf-8")))
    for module in Path(app.__file__).parent.rglob("*.py"):
        text = module.read_text("utf-8")
        used |= set(re.findall(r"\bwords\([\w.]+\)\.(\w+)", text))
        if "web.words import" in text:
            used |= set(re.findall(r"(?<!\w)(?:self\._)?t\.(\w+)", text))
    known = set(vars(words("vi")))
    assert used <= known
    assert known == set(vars(words("en")))
    by_name = {name for name in known if name.startswith(BY_NAME)}
    assert known - used <= by_name


@pytest.mark.parametrize(
    ("value", "vi", "en", "whole"),
    [
        (1544 / 1544, "100 %", "100%", "100%"),
        (1543 / 1544, "99,9 %", "99.9%", "100%"),
        (2 / 3, "66,7 %", "66.7%", "67%"),
        (0.29, "29 %", "29%", "29%"),
        (0, "0 %", "0%", "0%"),
    ],
)
def test_shares_are_rounded_as_on_the_command_line(value: float, vi: str, en: str, whole: str) -> None:
    assert (Format("vi").share(value), Format("en").share(value)) == (vi, en)
    assert Format("en").whole_share(value) == whole == f"{value:.0%}"
    assert en == f"{value:.1%}".replace(".0%", "%")


def test_numbers() -> None:
    vi, en = Format("vi"), Format("en")
    assert (vi.number(1544), en.number(1544), vi.number(12.5)) == ("1.544", "1,544", "12,5")
    assert [en.signed(days) for days in (30, 0, -4)] == ["+30", "0", "−4"]
    assert (vi.size(12_063_009), en.size(1_500), en.size(1_000_000)) == ("12,1 MB", "2 kB", "1 MB")
    assert preferred("vi-VN") == "vi"


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]/", True),
        ("http://localhost", True),
        ("https://a.example", False),
    ],
)
def test_loopback_addresses(address: str, loopback: bool) -> None:
    assert is_loopback(address) == loopback
