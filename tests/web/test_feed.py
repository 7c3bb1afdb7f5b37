"""The HTTP behaviour of feeds: what a calendar program sends and what it gets."""

from __future__ import annotations

import gzip
import logging
import zlib
from datetime import date, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pytest
from icalendar import Calendar

from calendars.ical.linking import linking
from calendars.sequence.facts import Cleared, Ended
from calendars.sequence.state import Clock
from calendars.store import grants
from calendars.store.feeds import Feeds
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from calendars.web.parameters import read
from tests.web.conftest import Client, over
from tests.web.stores import SMALL, Filled

ANNOUNCED = [f"06664-01.headman_election.lead_in.{step}" for step in ("announce_date", "deadline")]
GZIP = {"accept-encoding": "gzip"}


def uids(response: httpx.Response) -> list[str]:
    """The UIDs of a feed, without what they all have in common."""
    calendar = Calendar.from_ical(response.content)
    return [str(event["UID"]).split("@")[0].removeprefix("quang-ninh-2020.") for event in calendar.events]


async def test_headers_of_a_feed(client: Client) -> None:
    response = await client.ask()
    modified = client.filled.recorded
    assert response.status_code == 200
    assert dict(response.headers) == {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="quang-ninh-2020-22.ics"',
        "content-length": str(len(response.content)),
        "cache-control": "private, no-cache",
        "etag": response.headers["etag"],
        "last-modified": format_datetime(modified, usegmt=True),
        "vary": "accept-encoding",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    assert response.headers["etag"].startswith('"')


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"if-none-match": "{etag}"}, 304),
        ({"if-none-match": "W/{etag}"}, 304),
        ({"if-none-match": '"other", {etag}'}, 304),
        ({"if-none-match": '"other",W/{etag} , "third"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-none-match": "nonsense"}, 200),
        ({"if-none-match": ""}, 200),
        ({"if-modified-since": "{modified}"}, 304),
        ({"if-modified-since": "{later}"}, 304),
        ({"if-modified-since": "{earlier}"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Mon, 99 Foo 9999 99:99:99 GMT"}, 200),
        ({"if-modified-since": "Sun, 31 Dec 9999 23:59:59 -0000"}, 304),
        # The entity tag decides alone.
        ({"if-none-match": '"other"', "if-modified-since": "{later}"}, 200),
        ({"if-none-match": "{etag}", "if-modified-since": "{earlier}"}, 304),
        ({"accept": "text/html"}, 200),
    ],
)
@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_conditional_requests(
    client: Client, headers: dict[str, str], status: int, coding: str, method: str
) -> None:
    plain = await client.ask()
    modified = parsedate_to_datetime(plain.headers["last-modified"])
    known = {
        "etag": plain.headers["etag"],
        "modified": plain.headers["last-modified"],
        "later": format_datetime(modified + timedelta(seconds=1), usegmt=True),
        "earlier": format_datetime(modified - timedelta(seconds=1), usegmt=True),
    }
    asked = {name: value.format(**known) for name, value in headers.items()}
    response = await client.ask(headers={**asked, "accept-encoding": coding}, method=method)
    assert response.status_code == status
    assert response.headers["etag"] == plain.headers["etag"]
    assert response.headers["vary"] == "accept-encoding"
    assert ("content-length" in response.headers) == (status == 200)
    if method == "HEAD" or status == 304:
        assert response.content == b""
    else:
        assert response.content == plain.content
    if status == 200:
        assert response.headers.get("content-encoding", "") == coding


@pytest.mark.parametrize(
    ("accept_encoding", "gzipped"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("GZip ; Q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=much", False),
        ("identity, gzip;q=0.5", False),
        ("*", False),
        ("deflate, br", False),
        ("", False),
    ],
)
async def test_gzip_only_when_asked_for(client: Client, accept_encoding: str, gzipped: bool) -> None:
    response = await client.ask(headers={"accept-encoding": accept_encoding})
    assert ("content-encoding" in response.headers) == gzipped
    head = await client.ask(headers={"accept-encoding": accept_encoding}, method="HEAD")
    assert head.headers == response.headers


async def test_gzip_is_one_member_without_a_time(client: Client) -> None:
    async with client.http.stream("GET", client.path, headers=GZIP) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert len(raw) == int(response.headers["content-length"])
    assert raw[4:8] == bytes(4)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert unpacker.decompress(raw) == gzip.decompress(raw) == (await client.ask()).content
    assert unpacker.eof
    assert unpacker.unused_data == b""


async def test_gzip_can_be_switched_off_for_an_address(client: Client) -> None:
    assert "content-encoding" not in (await client.ask("?gzip=off", GZIP)).headers
    assert "content-encoding" in (await client.ask("?gzip=on", GZIP)).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "REPORT", "TRACE"])
async def test_other_methods(client: Client, method: str) -> None:
    response = await client.ask(method=method)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_options(client: Client) -> None:
    response = await client.ask(method="OPTIONS")
    assert (response.status_code, response.headers["allow"], response.content) == (204, "GET, HEAD, OPTIONS", b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_token_states(client: Client, method: str) -> None:
    for path in ("/feeds/nobody.ics", "/feeds/.ics", "/feeds/", client.path.removesuffix(".ics"), "/feeds/%ff%00.ics"):
        assert (await client.ask(path=path, method=method)).status_code == 404
    assert (await client.ask(method=method)).status_code == 200
    client.filled.revoke(client.grant)
    assert (await client.ask(method=method)).status_code == 410
    assert (await client.ask(headers={"if-none-match": "*"}, method=method)).status_code == 410


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        (
            "?colour=red",
            400,
            "colour: no such filter, expected one of alarms, as, as_of, cancelled, detail, from, ",
        ),
        (
            "?kind=held,maybe",
            400,
            "kind=maybe: expected deadline, ended, freeze, held, lead_in, opens, rollup, ",
        ),
        ("?kind=", 400, "kind=: expected deadline"),
        ("?status=late", 400, "status=late: expected ended, held, open, overdue, postponed, scheduled."),
        ("?level=hamlet", 400, "level=hamlet: expected commune, district, province, village."),
        ("?stage=picnic", 400, "stage=picnic: expected cell_congress, "),
        ("?tag=blue", 400, "tag=blue: expected pilot."),
        ("?lang=fr", 400, "lang=fr: expected en, vi."),
        ("?lang=vi&lang=en", 400, "lang: expected one value."),
        ("?cancelled=maybe", 400, "cancelled=maybe: expected hide, keep."),
        ("?alarms=soon", 400, "alarms=soon: expected a time from the beginning of the day, as -PT15H or PT8H."),
        ("?alarms=", 400, "alarms=: expected a time"),
        ("?alarms=PT1H,PT2H,PT3H,PT4H", 400, "alarms: expected at most 3."),
        ("?lunar=yes", 400, "lunar=yes: expected 0, 1."),
        ("?as=journal", 400, "as=journal: expected event, todo."),
        ("?as=todo&kind=opens", 400, "kind=opens: expected deadline, held, lead_in, scheduled, target."),
        ("?detail=tiny", 400, "detail=tiny: expected compact, full, minimal."),
        ("?from=2020-02-30", 400, "from=2020-02-30: expected a day as 2020-06-30."),
        ("?to=20200630", 400, "to=20200630: expected a day"),
        ("?from=2020-07-01&to=2020-06-30", 400, "from=2020-07-01: expected a day up to to=2020-06-30."),
        ("?nonsense", 400, "The filters are not understood"),
        ("?" + "&".join(["kind=held"] * 60), 400, "The filters are not understood"),
        ("?kind=%ff%00%0d%0a", 400, "kind="),
        ("?under=", 400, "under: expected one value."),
        ("?under=99999", 404, "under=99999: campaign quang-ninh-2020 has no such unit."),
    ],
)
async def test_bad_filters_get_one_sentence(client: Client, query: str, status: int, sentence: str) -> None:
    response = await client.ask(query)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.text.startswith(sentence)


@pytest.mark.parametrize(
    ("accept", "sentence"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.8", "level=hamlet: cần một trong số: commune, district, province, village.\n"),
        ("en-US", "level=hamlet: expected commune, district, province, village.\n"),
    ],
)
async def test_a_mistake_is_told_in_the_language_of_a_browser(client: Client, accept: str, sentence: str) -> None:
    answer = await client.ask("?level=hamlet", {"accept-language": accept})
    assert (answer.text, answer.headers["vary"]) == (sentence, "accept-language")
    gone = await client.ask(path="/feeds/nothing.ics", headers={"accept-language": accept})
    assert gone.text.startswith("Không có" if accept.startswith("vi") else "There is no calendar")


async def test_a_filter_only_narrows(client: Client) -> None:
    _, token = client.filled.grant("193")
    path = f"/feeds/{token}.ics"
    for under in ("22", "200", "06868"):
        response = await client.ask(f"?under={under}", path=path)
        assert response.status_code == 403
        assert response.text == f"under={under}: this address opens unit 193 and what is below it.\n"
    assert uids(await client.ask("?under=06664", path=path)) == uids(await client.ask("?under=06664"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            "?under=200",
            [
                "06868.grassroots_congress.deadline",
                "06868.grassroots_congress.opens",
                "06868.grassroots_congress.target",
                "200.district_congress.deadline",
            ],
        ),
        ("?level=village", ["06664-01.cell_congress", *ANNOUNCED, "06664-01.headman_election"]),
        ("?kind=lead_in", ANNOUNCED),
        ("?stage=headman_election&kind=scheduled,lead_in", [*ANNOUNCED, "06664-01.headman_election"]),
        ("?level=village,district&kind=scheduled", ["06664-01.cell_congress", "06664-01.headman_election"]),
        (
            "?level=village&level=district&kind=deadline",
            ["193.district_congress.deadline", "200.district_congress.deadline"],
        ),
        ("?stage=grassroots_congress&kind=held", ["06664.grassroots_congress"]),
        ("?status=held", ["06664.grassroots_congress"]),
        ("?status=overdue", [f"06868.grassroots_congress.{part}" for part in ("deadline", "opens", "target")]),
        ("?kind=opens", ["06868.grassroots_congress.opens"]),
        ("?status=open", ["193.district_congress.deadline", "200.district_congress.deadline"]),
        ("?tag=pilot", ["193.district_congress.deadline"]),
        # The congress was held on 18 and 19 May.
        ("?from=2020-05-19&to=2020-05-19", ["06664.grassroots_congress"]),
        ("?from=2020-05-20&to=2020-05-30", []),
        ("?to=2020-01-05", [*ANNOUNCED, "06664-01.headman_election"]),
        ("?from=2020-08-31", ["193.district_congress.deadline", "200.district_congress.deadline"]),
        ("?under=06664&kind=target", []),
        ("?under=22&level=province", []),
    ],
)
async def test_filters(client: Client, query: str, found: list[str]) -> None:
    client.filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    client.filled.pass_due("06868", "grassroots_congress", Clock.TARGET, "2020-05-31")
    response = await client.ask(query)
    assert uids(response) == found
    assert len(Calendar.from_ical(response.content).walk("VTIMEZONE")) == 1


async def test_an_order_that_no_change_of_dates_disturbs(client: Client) -> None:
    before = uids(await client.ask())
    client.filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")
    client.filled.hold("06664-01", "cell_congress", "2020-01-18")
    after = uids(await client.ask())
    assert after == sorted(after, key=lambda uid: f"{uid}@")
    assert [uid for uid in after if uid in before] == [uid for uid in before if uid in after]


async def test_languages_and_details(client: Client) -> None:
    client.filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    titles = {}
    for query in ("?under=06664&kind=held", "?under=06664&kind=held&lang=en", "?under=06664&kind=held&detail=minimal"):
        calendar = Calendar.from_ical((await client.ask(query)).content)
        (event,) = calendar.events
        titles[str(calendar["NAME"])] = str(event["SUMMARY"])
        assert ("DESCRIPTION" in event) == ("minimal" not in query)
    assert titles == {
        "Phường Hà Tu - Đại hội đảng bộ các cấp nhiệm kỳ 2020-2025": (
            "✓ Đại hội Đảng bộ phường Hà Tu: sớm 12 ngày (trước hạn TW 42 ngày)"
        ),
        "Hà Tu ward - Party congresses term 2020-2025": (
            "✓ Grassroots congress, Hà Tu ward: 12 days early (42 days before the central deadline)"
        ),
    }


async def test_the_calendar_says_what_it_covers(client: Client) -> None:
    calendar = Calendar.from_ical((await client.ask("?level=commune&kind=held,target")).content)
    assert str(calendar["DESCRIPTION"]) == (
        "Các mốc đại hội của tỉnh Quảng Ninh và các đơn vị bên dưới trong đợt Đại hội đảng bộ các cấp, nhiệm kỳ"
        " 2020-2025. Bộ lọc: kind=held,target; level=commune."
    )


async def test_one_etag_for_all_spellings_of_one_selection(client: Client) -> None:
    spellings = ("?kind=held,target&level=commune", "?level=commune&kind=target&kind=held")
    one, other = [(await client.ask(query)).headers["etag"] for query in spellings]
    assert one == other
    assert one != (await client.ask("?kind=held&level=commune")).headers["etag"]


async def test_the_query_of_a_selection_is_its_address(client: Client) -> None:
    client.filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    campaign = Feeds(client.filled.store).refresh().campaigns["quang-ninh-2020"]
    asked = read([("kind", "target,held"), ("level", "commune"), ("under", "193")], campaign, "22")
    assert asked.query == "kind=held,target&level=commune&under=193"
    assert uids(await client.ask(f"?{asked.query}")) == ["06664.grassroots_congress"]


async def test_a_change_moves_the_etag_of_what_is_above_it_and_of_nothing_else(client: Client) -> None:
    queries = ["", "?under=193", "?under=06664", "?under=06664-01", "?under=200", "?under=06868"]
    before = [(await client.ask(query)).headers["etag"] for query in queries]
    client.filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    after = [(await client.ask(query)).headers["etag"] for query in queries]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True, True, False, False, False]


async def test_an_entry_that_leaves_the_selection_changes_it(client: Client) -> None:
    first = await client.ask("?kind=target")
    client.filled.hold("06664", "grassroots_congress", "2020-05-18")
    second = await client.ask("?kind=target", {"if-none-match": first.headers["etag"]})
    assert second.status_code == 200
    assert uids(second) == ["06868.grassroots_congress.target"]
    client.filled.retract("06664", "grassroots_congress")
    third = await client.ask("?kind=target", {"if-none-match": second.headers["etag"]})
    assert uids(third) == uids(first)
    sequences = [event["SEQUENCE"] for event in Calendar.from_ical(third.content).events]
    assert sequences == [2, 0]


async def test_unchanged_data_gives_identical_bytes(client: Client) -> None:
    first = await client.ask()
    other = FeedApplication(Freshness(Feeds(client.filled.store)), client.filled.store)
    async with over(other) as http:
        again = await http.get(client.path)
    await other.close()
    assert (again.content, again.headers) == (first.content, first.headers)


async def test_a_campaign_that_is_being_loaded_is_no_empty_calendar(client: Client) -> None:
    _, token = client.filled.grant("later")
    response = await client.ask(path=f"/feeds/{token}.ics")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "30"


async def test_use_is_recorded_with_its_program_and_its_answers(client: Client) -> None:
    first = await client.ask(headers={"user-agent": "Thunderbird/128"})
    client.now += timedelta(hours=1)
    known = {"if-none-match": first.headers["etag"], "user-agent": "Google-Calendar-Importer"}
    for query, headers in {"": known, "?lang=en": {}, "?kind=no": {}, "?under=99999": {}}.items():
        await client.ask(query, headers)
    client.now += timedelta(hours=1)
    await client.ask(headers=known)
    await client.ask(method="OPTIONS")
    await client.feeds.close()
    with client.filled.store.reading() as connection:
        found = grants.find(connection, client.token)
    assert found is not None
    assert (found.last_used, found.user_agent) == (client.now, "Google-Calendar-Importer")
    assert (found.answered_200, found.answered_304) == (2, 2)


async def test_no_token_in_any_answer_or_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    # The test's own client logs what it asks for.
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    answers = [
        await client.ask(query, headers, method)
        for query in ("", "?lang=en", "?kind=no", "?under=99999")
        for headers in ({}, GZIP, {"if-none-match": "*"})
        for method in ("GET", "HEAD", "POST", "OPTIONS")
    ]
    client.filled.revoke(client.grant)
    answers.append(await client.ask())
    for answer in answers:
        assert client.token not in answer.text
        assert client.token not in str(answer.headers)
    assert client.token not in caplog.text


async def test_the_whole_small_province(client: Client) -> None:
    response = await client.ask()
    assert len(uids(response)) == len(set(uids(response))) == 2 + 2 * 3 + 4
    assert {uid.split(".")[0] for uid in uids(response)} == {unit.code for unit in SMALL} - {"22"}


async def test_an_entry_leads_to_the_page_of_its_unit(filled: Filled) -> None:
    url = "https://lich.example.vn"
    bodies, tags = {}, set()
    for public_url in ("", url):
        feeds = FeedApplication(
            Freshness(Feeds(filled.store, linking(public_url))), filled.store, public_url=public_url
        )
        _, token = filled.grant("06664-01")
        async with over(feeds) as http:
            for query in ("", "?detail=compact", "?detail=minimal", "?as_of=2020-01-01"):
                answer = await http.get(f"/feeds/{token}.ics{query}")
                tags.add(answer.headers["etag"])
                bodies[public_url, query] = Calendar.from_ical(answer.content).events
        await feeds.close()
    assert len(tags) == len(bodies)
    for (public_url, query), events in bodies.items():
        expected = f"{url}/units/06664-01?campaign=quang-ninh-2020"
        linked = public_url and "minimal" not in query
        assert {str(event.get("URL", "")) for event in events} == {expected if linked else ""}


async def test_what_was_called_off_is_shown_until_it_is_cleared_or_hidden(client: Client) -> None:
    first = await client.ask("?under=06664-01")
    client.filled.take("06664-01", Ended(date(2020, 5, 20), "dissolved", shown=date(2020, 7, 18)))
    gone = await client.ask("?under=06664-01", {"if-none-match": first.headers["etag"]})
    found = {str(event["UID"]): event for event in Calendar.from_ical(gone.content).events}
    cancelled = {uid for uid, event in found.items() if event["STATUS"] == "CANCELLED"}
    assert cancelled == {str(event["UID"]) for event in Calendar.from_ical(first.content).events}
    assert all(str(found[uid]["SUMMARY"]).startswith("ĐÃ HUỶ: ") for uid in cancelled)
    assert all(found[uid]["SEQUENCE"] == 1 for uid in cancelled)
    assert uids(await client.ask("?under=06664-01&cancelled=hide")) == ["06664-01.-ended"]
    assert uids(await client.ask("?under=06664-01&cancelled=keep")) == uids(gone)
    client.filled.take("06664-01", Cleared(date(2020, 7, 19)))
    cleared = await client.ask("?under=06664-01", {"if-none-match": gone.headers["etag"]})
    assert uids(cleared) == ["06664-01.-ended"]


async def test_wishes_have_feeds_of_their_own(client: Client) -> None:
    client.filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    plain = await client.ask()
    tags = {plain.headers["etag"]}
    for query in ("?alarms=-PT15H", "?alarms=-PT15H,PT8H", "?lunar=1", "?as=todo", "?as=todo&lunar=1&alarms=-PT15H"):
        answer = await client.ask(query)
        assert answer.headers["etag"] not in tags
        tags.add(answer.headers["etag"])
        calendar = Calendar.from_ical(answer.content)
        assert not [error for component in calendar.walk() for error in component.errors]
        assert bool(calendar.walk("VTODO")) != bool(calendar.walk("VEVENT"))
        assert ("Âm lịch: " in answer.text.replace("\r\n ", "")) == ("lunar" in query)
        assert bool(calendar.walk("VALARM")) == ("alarms" in query)
    todo = await client.ask("?as=todo")
    assert {
        f"todo.{event['UID']}" for event in Calendar.from_ical(plain.content).events if event["COLOR"] != "teal"
    } == {str(todo["UID"]) for todo in Calendar.from_ical(todo.content).walk("VTODO")}
    assert (await client.ask("?as=event")).content.partition(b"BEGIN:VEVENT")[2] == plain.content.partition(
        b"BEGIN:VEVENT"
    )[2]
