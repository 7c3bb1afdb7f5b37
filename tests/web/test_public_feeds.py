"""The calendar for everybody: what it is without the setting, what it never tells, and that it is else the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import unescape
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from calendars.sequence.facts import Ended, Frozen, Held, Pinned, Postponed
from calendars.sequence.state import Clock
from calendars.store import grants
from calendars.web.app import create_app
from calendars.web.figures import Offer
from calendars.web.words import words
from tests.web.conftest import over
from tests.web.stores import Filled
from tests.web.test_app import DAY, opened, text_of
from workflows.settings import read_settings

URL = "https://lich.example"
PATH = "/public/quang-ninh-2020.ics"
AUTHOR = "Trần Thị Người Nhập"
NAMED = "Nguyễn Văn Bí Thư"
FILTERS = (
    "",
    "?lang=en",
    "?detail=compact",
    "?detail=minimal&lang=en",
    "?under=193&kind=held,scheduled",
    "?status=held&alarms=-PT15H",
    "?lunar=1&lang=en",
    "?as=todo",
    "?detail=compact&lunar=1",
    "?cancelled=hide&stage=grassroots_congress",
)


@pytest.fixture
def told(filled: Filled) -> Filled:
    """The small province after all that somebody can type was typed, with names in it."""
    day = date(2020, 5, 21)
    # A text that looks like another line of the description.
    turnout = f"987654\nMục tiêu: {NAMED}"
    results: dict[str, Any] = {"direct_election": True, "turnout": turnout, "secretary": NAMED}
    for unit, fact in (
        ("06664", Held(day, "grassroots_congress", date(2020, 5, 18), date(2020, 5, 19), results)),
        ("06868", Postponed(day, "grassroots_congress", date(2020, 6, 2), date(2020, 6, 3), f"{NAMED} ốm")),
        ("193", Pinned(day, "district_congress", Clock.DEADLINE, date(2020, 8, 20), f"thư của {NAMED}")),
        ("200", Frozen(day, "f1", day, date(2020, 6, 1), f"theo {NAMED}", "200")),
        ("06664-01", Ended(day, "merged", "06664", reason=f"đề nghị của {NAMED}", shown=date(2020, 7, 20))),
    ):
        filled.happen(unit, [fact], by=AUTHOR, command=f"{unit}-1")
    return filled


@pytest.fixture
async def web(told: Filled) -> AsyncIterator[httpx.AsyncClient]:
    """A service with public calendars, at which the test is a calendar program."""
    app = create_app(
        told.store, public_url=URL, today=lambda _: DAY, open_board=False, public_feeds=True, public_rate=1_000
    )
    async with over(app) as http:
        yield http
    await app.feeds.close()


def entries_of(answer: httpx.Response) -> dict[str, tuple[Any, ...]]:
    """What both kinds of feeds tell of each entry."""
    assert answer.status_code == 200
    found = {}
    for one in Calendar.from_ical(answer.content).walk():
        if one.name in ("VEVENT", "VTODO"):
            days = [one[name].dt for name in ("DTSTART", "DTEND", "DUE") if name in one]
            found[str(one["UID"])] = days, str(one["SUMMARY"]), one["SEQUENCE"], one["DTSTAMP"].dt, str(one["STATUS"])
    return found


@pytest.mark.parametrize("query", FILTERS)
async def test_the_same_entries_without_what_anybody_typed(told: Filled, web: httpx.AsyncClient, query: str) -> None:
    private = await web.get(f"/feeds/{told.grant()[1]}.ics{query}")
    public = await web.get(f"{PATH}{query}")
    assert entries_of(public) == entries_of(private) != {}
    text = public.text.replace("\r\n ", "")
    for secret in (
        NAMED,
        "Bí Thư",
        AUTHOR,
        "bầu trực tiếp",
        "secretary",
        "987654",
        "Kết quả",
        "Results",
        "Lý do",
        "ốm",
    ):
        assert secret not in text
    if "detail" not in query and "kind" not in query and "status" not in query:
        assert NAMED in private.text.replace("\r\n ", "")  # or this would find nothing out
    assert public.headers["etag"] != private.headers["etag"]


async def test_nobody_unknown_orders_a_past_day(web: httpx.AsyncClient) -> None:
    answer = await web.get(f"{PATH}?as_of=2020-05-20")
    assert (answer.status_code, answer.text.partition(",")[0]) == (400, "as_of: it means nothing here")


async def test_it_names_its_own_address_and_a_secret_one_does_not(told: Filled, web: httpx.AsyncClient) -> None:
    source = str(Calendar.from_ical((await web.get(f"{PATH}?level=commune&kind=target,held")).content)["SOURCE"])
    assert source == f"{URL}{PATH}?kind=held,target&level=commune"
    assert b"\r\nSOURCE;VALUE=URI:https://lich.example/public/quang-ninh-2020.ics\r\n" in (await web.get(PATH)).content
    assert b"SOURCE" not in (await web.get(f"/feeds/{told.grant()[1]}.ics")).content


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_conditions(web: httpx.AsyncClient, method: str, coding: str) -> None:
    plain = await web.get(PATH)
    modified = parsedate_to_datetime(plain.headers["last-modified"])
    earlier = format_datetime(modified - timedelta(seconds=1), usegmt=True)
    assert plain.headers["cache-control"] == "public, no-cache"
    for condition, status in (
        ({}, 200),
        ({"if-none-match": plain.headers["etag"]}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-modified-since": plain.headers["last-modified"]}, 304),
        ({"if-modified-since": earlier}, 200),
    ):
        answer = await web.request(method, PATH, headers={**condition, "accept-encoding": coding})
        assert (answer.status_code, answer.headers["etag"]) == (status, plain.headers["etag"])
        assert answer.content == (plain.content if (method, status) == ("GET", 200) else b"")
        if status == 200:
            assert answer.headers.get("content-encoding", "") == coding


async def test_a_change_shows_and_moves_the_etag(told: Filled, web: httpx.AsyncClient) -> None:
    first = await web.get(PATH)
    told.schedule("200", "district_congress", "2020-07-21")
    web._transport.app.changed()  # type: ignore[attr-defined]
    second = await web.get(PATH, headers={"if-none-match": first.headers["etag"]})
    assert second.status_code == 200
    assert entries_of(second).keys() > entries_of(first).keys()


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        (f"{PATH}?colour=red", 400, "colour: no such filter"),
        (f"{PATH}?under=99999", 404, "under=99999: campaign quang-ninh-2020 has no such unit."),
        ("/public/another-2020.ics", 404, "There is no calendar at this address."),
        ("/public/quang-ninh-2020", 404, "There is no calendar at this address."),
        ("/public/.ics", 404, "There is no calendar at this address."),
        ("/public/quang-ninh-2020.ics/", 404, "There is no calendar at this address."),
        ("/feeds/quang-ninh-2020.ics", 404, "There is no calendar at this address."),
        ("/feeds/public/quang-ninh-2020.ics", 404, "There is no calendar at this address."),
    ],
)
async def test_what_is_no_public_calendar(web: httpx.AsyncClient, path: str, status: int, sentence: str) -> None:
    answer = await web.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert answer.text.startswith(sentence)


async def test_without_the_setting_there_is_none(filled: Filled) -> None:
    async with opened(filled.store, feed_url_demo=lambda: None) as http:
        answer = await http.get(PATH)
        page = (await http.get("/subscribe")).text
    assert (answer.status_code, answer.text) == (404, "There is no calendar at this address.\n")
    assert "/public/" not in page


async def test_each_client_has_a_rate_and_nothing_is_recorded(filled: Filled) -> None:
    app = create_app(
        filled.store, public_url=URL, today=lambda _: DAY, open_board=False, public_feeds=True, public_rate=2
    )
    async with over(app) as http:
        answers = [await http.get(PATH) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        known = {"if-none-match": answers[0].headers["etag"]}
        assert (await http.get(PATH, headers=known)).status_code == 304
        elsewhere = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("192.0.2.7", 1)), base_url=URL)
        async with elsewhere:
            assert (await elsewhere.get(PATH)).status_code == 200
        _, token = filled.grant()
        app.changed()
        assert (await http.get(f"/feeds/{token}.ics")).status_code == 200
    await app.feeds.close()
    with filled.store.reading() as connection:
        assert [one.answered_200 for one in grants.listed(connection, filled.plan.campaign)] == [1]


async def test_the_board_shows_it_where_it_has_no_other(filled: Filled) -> None:
    async with opened(filled.store, feed_url_demo=lambda: None, public_feeds=True, public_url=URL) as http:
        http.base_url = httpx.URL(URL)
        for language, queries in (("vi", {"?under=193"}), ("en", {"?lang=en&under=193", "?under=193&lang=en"})):
            for page in ("/subscribe?under=193", "/units/193", "/tree?under=193"):
                shown = unescape((await http.get(f"{page}{'&' if '?' in page else '?'}lang={language}")).text)
                assert any(f"<code>{URL}{PATH}{query}</code>" in shown for query in queries)
                if not page.startswith("/tree"):
                    assert words(language).public_feed in text_of(shown)
                    assert words(language).subscribe_how not in text_of(shown)
    async with opened(filled.store, public_feeds=True) as http:
        assert "/public/" not in (await http.get("/subscribe")).text


def test_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read_settings().public_feeds, read_settings().public_rate) == (False, 60)
    monkeypatch.setenv("CONGRESS_PUBLIC_FEEDS", "true")
    monkeypatch.setenv("CONGRESS_PUBLIC_RATE", "0")
    assert (read_settings().public_feeds, read_settings().public_rate) == (True, 0)


def test_an_address_is_public_by_its_end() -> None:
    """The service may be found below a folder of any name."""
    below = "https://tinh.example/public/lich"
    assert Offer(f"{below}{PATH}?under=193", (), 1, 1).is_public
    assert not Offer(f"{below}/feeds/secret.ics?under=193", (), 1, 1).is_public
