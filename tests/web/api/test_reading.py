"""What the API tells: the command line's documents, in parts, narrowed by the feeds' filters, and once only."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pytest
from icalendar import Calendar
from pydantic_core import to_json

from calendars.campaigns.contacts import ContactRow
from calendars.sequence.facts import Acknowledged, Ended
from calendars.sequence.state import Clock
from calendars.store.contacts import contact_id, put
from calendars.store.database import open_store
from calendars.store.documents import line_json, releases_json, unit_json
from calendars.store.journal import stream
from calendars.store.neighbourhood import conflicts_of
from calendars.store.reading import read_campaign, releases
from calendars.store.schema import deliveries, outbox
from calendars.store.status import campaign_status
from calendars.store.unit_status import unit_status
from tests.store.test_contacts import notice
from tests.web.api.conftest import fill
from tests.web.api.house import BASE, CAMPAIGN, DAY, House, house_of
from tests.web.stores import START, Filled

READS = [
    "/api/v1/campaigns",
    BASE,
    f"{BASE}/status",
    f"{BASE}/units",
    f"{BASE}/units/06664",
    f"{BASE}/units/06664/history",
    f"{BASE}/releases",
    f"{BASE}/diff?first=1&second=1",
    f"{BASE}/entries",
    f"{BASE}/notices",
]


def plain(value: Any) -> Any:
    """As the command line prints it."""
    return json.loads(to_json(value))


def units_of(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["unit"] for one in response.json()]


@pytest.mark.parametrize("as_of", [None, date(2020, 5, 20), date(2020, 1, 10)])
async def test_documents_are_the_command_lines(house: House, as_of: date | None) -> None:
    token, query = house.bearer(), {"as_of": as_of.isoformat()} if as_of else {}
    with house.filled.store.reading() as connection:
        campaign, day = read_campaign(connection, CAMPAIGN), as_of or DAY
        status = asdict(campaign_status(connection, campaign, day))
        status |= {"conflicts": [asdict(one) for one in conflicts_of(connection, campaign)]}
        units = [unit_json(unit_status(connection, campaign, code, day), campaign, day) for code in house.filled.codes]
    assert (await house.http.get(f"{BASE}/status", params=query, headers=token)).json() == plain(status)
    for unit in units:
        said = await house.http.get(f"{BASE}/units/{unit['unit']}", params=query, headers=token)
        assert said.json() == plain(unit)


async def test_history_and_releases_are_the_command_lines(house: House) -> None:
    token = house.bearer()
    with house.filled.store.reading() as connection:
        lines = [line_json(line) for line in stream(connection, CAMPAIGN, "06664")]
        versions = releases_json(releases(connection, read_campaign(connection, CAMPAIGN)))
    assert (await house.http.get(f"{BASE}/units/06664/history", headers=token)).json() == plain(lines)
    assert (await house.http.get(f"{BASE}/releases", headers=token)).json() == plain(versions)


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("", ["06664", "06664-01", "06868", "193", "200", "22"]),
        ("under=193", ["06664", "06664-01", "193"]),
        ("level=commune,village&under=193", ["06664", "06664-01"]),
        ("level=commune&level=district", ["06664", "06868", "193", "200"]),
        ("tag=pilot", ["193"]),
        ("status=overdue", ["06868"]),
        ("stage=grassroots_congress&status=held", ["06664"]),
        ("from=2020-07-01&to=2020-07-31", ["193"]),
        ("stage=grassroots_congress&status=held&as_of=2020-05-18", []),
        ("stage=grassroots_congress&status=held&as_of=2020-05-19", ["06664"]),
    ],
)
async def test_units_by_the_feeds_filters(house: House, query: str, units: list[str]) -> None:
    assert units_of(await house.http.get(f"{BASE}/units?{query}", headers=house.bearer())) == units


@pytest.mark.parametrize("path", ["units", "units?level=commune,village", "units/06664/history", "entries"])
@pytest.mark.parametrize("limit", [1, 2, 1000])
async def test_a_list_in_parts_is_the_list(house: House, path: str, limit: int) -> None:
    token = house.bearer()
    joint = "&" if "?" in path else "?"
    whole = (await house.http.get(f"{BASE}/{path}", headers=token)).json()
    parts, address = [], f"{BASE}/{path}{joint}limit={limit}"
    while address:
        answer = await house.http.get(address, headers=token)
        assert 0 < len(answer.json()) <= limit
        parts += answer.json()
        address = answer.links["next"]["url"] if "next" in answer.links else ""
    assert parts == whole


async def test_entries_are_those_of_the_feed(house: House) -> None:
    token = house.bearer()
    held = (await house.http.get(f"{BASE}/entries?kind=held&level=commune", headers=token)).json()
    assert [(one["uid"], one["from"], one["to"], one["sequence"]) for one in held] == [
        (f"{CAMPAIGN}.06664.grassroots_congress@congress-calendars", "2020-05-18", "2020-05-19", 0)
    ]
    _, secret = house.filled.grant()
    house.web.changed()
    feed = Calendar.from_ical((await house.http.get(f"/feeds/{secret}.ics")).content)
    shown = ("UID", "SUMMARY", "DESCRIPTION", "SEQUENCE", "LAST-MODIFIED")
    assert sorted(
        [one["uid"], one["summary"], one["description"], one["sequence"], datetime.fromisoformat(one["modified"])]
        for one in (await house.http.get(f"{BASE}/entries", headers=token)).json()
    ) == sorted([getattr(event.get(name), "dt", event.get(name)) for name in shown] for event in feed.walk("VEVENT"))
    day_before = await house.http.get(f"{BASE}/entries?as_of=2020-05-18&level=commune&under=06664", headers=token)
    assert {one["kind"] for one in day_before.json()} == {"opens", "target", "deadline"}
    english = (
        await house.http.get(f"{BASE}/entries?kind=held&level=commune", headers={**token, "accept-language": "en"})
    ).json()
    assert (held[0]["summary"][:10], english[0]["summary"][:20]) == ("✓ Đại hội ", "✓ Grassroots congres")


@pytest.mark.parametrize("path", READS)
async def test_what_is_known_is_not_said_again_until_it_changes(house: House, path: str) -> None:
    token = house.bearer()
    first = await house.http.get(path, headers=token)
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"authorization", "accept-language"} <= set(first.headers["vary"].split(", "))
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = await house.http.get(path, headers={**token, "if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = await house.http.get(path, headers={**token, "accept-language": "en", "if-none-match": "x"})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", [*READS, "/api/v1/events"])
async def test_head_is_get_without_the_body(house: House, path: str) -> None:
    token = house.bearer()
    get = await house.http.get(path, headers=token)
    head = await house.http.head(path, headers={**token, "accept": "text/event-stream"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers


async def test_it_is_the_same_on_postgresql(postgres_url: str) -> None:
    store = open_store(postgres_url)
    filled = Filled(store)
    fill(filled)
    async with house_of(filled) as house:
        token = {**house.bearer("admin", "193"), "idempotency-key": "once"}
        for path in [*READS, "/api/v1/events"]:
            assert (await house.http.get(path, headers=token)).status_code == 200, path
        body = {"stage": "district_congress", "on": "2020-07-23"}
        sent = [await house.http.post(f"{BASE}/units/193/schedule", json=body, headers=token) for _ in range(2)]
        told = (await house.http.get("/api/v1/events?after=13", headers=token)).json()
    store.close()
    assert [answer.json()["repeated"] for answer in sent] == [False, True]
    assert [one["type"] for one in told["events"]] == ["scheduled"]


async def test_a_report_changes_what_tells_of_it(house: House) -> None:
    token = house.bearer()
    paths = [f"{BASE}/status", f"{BASE}/units/06664", f"{BASE}/units/06664/history", f"{BASE}/entries?under=06664"]
    before = [(await house.http.get(path, headers=token)).headers["etag"] for path in paths]
    house.filled.retract("06664", "grassroots_congress")
    house.web.changed()
    for path, known in zip(paths, before, strict=True):
        assert (await house.http.get(path, headers={**token, "if-none-match": known})).status_code == 200


async def test_a_reminder_shows_in_the_history_alone(house: House) -> None:
    """What changes no date changes no revision, but it is an event."""
    token = house.bearer()
    history, unit = f"{BASE}/units/06868/history", f"{BASE}/units/06868"
    known = [(await house.http.get(path, headers=token)).headers["etag"] for path in (history, unit)]
    fact = Acknowledged(DAY, "grassroots_congress", Clock.TARGET, date(2020, 5, 31))
    house.filled.happen("06868", [fact], by="contact 0123456789abcdef", command="")
    house.web.changed()
    after = [
        await house.http.get(path, headers={**token, "if-none-match": etag})
        for path, etag in zip((history, unit), known, strict=True)
    ]
    assert [answer.status_code for answer in after] == [200, 304]
    assert after[0].json()[-1]["by"] == "contact"
    assert "0123456789abcdef" not in after[0].text


async def test_a_unit_that_ended_stays(house: House) -> None:
    house.filled.happen("06868", [Ended(DAY, "merged", "06664", "Phường Hà Tu")], by="test", command="")
    house.web.changed()
    token = house.bearer()
    unit = next(one for one in (await house.http.get(f"{BASE}/units", headers=token)).json() if one["unit"] == "06868")
    assert (unit["ended"], unit["successor"]) == ("2020-06-11", "06664")
    heir = (await house.http.get(f"{BASE}/units/06664", headers=token)).json()
    assert [one["unit"] for one in heir["predecessors"]] == ["06868"]


async def test_notices_name_nobody(june: Filled) -> None:
    row = ContactRow("06664", "Nguyễn Thị Hoa", "secretary", "vi", "hoa@example.org", ("email",))
    with june.store.writing() as connection:
        put(connection, CAMPAIGN, [row], START)
        contact = contact_id(CAMPAIGN, row.unit, row.role, row.email, row.channels)
        for minute, unit in enumerate(("06664", "06868", "06664")):
            said = notice(row, "refused", minute, "550 hoa@example.org: no such user") | {"unit": unit}
            said |= {"campaign": CAMPAIGN, "contact": contact}
            connection.execute(outbox.insert().values(**said))
            tried = {"notice": minute + 1, "channel": "email", "channel_key": "", "outcome": "refused", "at": START}
            connection.execute(deliveries.insert().values(**tried, detail="550 hoa@example.org: no such user"))
    async with house_of(june) as house:
        every = await house.http.get(f"{BASE}/notices", headers=house.bearer())
        part = await house.http.get(f"{BASE}/notices?limit=2", headers=house.bearer())
        scoped = await house.http.get(f"{BASE}/notices", headers=house.bearer("view", "193"))
        about = await house.http.get(f"{BASE}/notices?unit=06868&status=refused", headers=house.bearer())
    assert units_of(every) == ["06664", "06868", "06664"]
    assert units_of(part) == ["06664", "06868"]
    assert part.links["next"]["url"].endswith(f"cursor={part.json()[-1]['id']}")
    assert units_of(scoped) == ["06664", "06664"]
    assert units_of(about) == ["06868"]
    assert every.json()[0]["role"] == "secretary"
    assert [one["outcome"] for one in every.json()[0]["deliveries"]] == ["refused"]
    for secret in ("Hoa", "hoa@example.org", contact):
        assert secret not in every.text


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        (f"{BASE}/status?as_of=2020-06-12", 400, "not_of_today", "as_of"),
        (f"{BASE}/status?as_of=11/06/2020", 400, "bad_value", "as_of"),
        (f"{BASE}/status?as_of=1592000000", 400, "bad_value", "as_of"),
        (f"{BASE}/status?as-of=2020-06-01", 400, "unknown_parameter", "as-of"),
        (f"{BASE}/status?as_of=2020-06-01&as_of=2020-06-02", 400, "repeated_parameter", "as_of"),
        (f"{BASE}/units?level=ward", 400, "bad_filter", "level"),
        (f"{BASE}/units?from=2020-07-01&to=2020-06-01", 400, "bad_filter", "from"),
        (f"{BASE}/units?as_of=2020-06-12&status=held", 400, "not_of_today", "as_of"),
        (f"{BASE}/units?limit=0", 400, "bad_value", "limit"),
        (f"{BASE}/units?limit=100000", 400, "bad_value", "limit"),
        (f"{BASE}/units?under=99999", 404, "no_such_unit", "under"),
        (f"{BASE}/units/99999", 404, "no_such_unit", None),
        (f"{BASE}/units/%00", 404, "no_such_unit", None),
        (f"{BASE}/diff?first=1", 400, "bad_value", "second"),
        (f"{BASE}/diff?first=1&second=9", 404, "no_such_release", "second"),
        (f"{BASE}/notices?status=lost", 400, "bad_value", "status"),
        ("/api/v1/campaigns/other", 404, "no_such_campaign", None),
        ("/api/v1/events?campaign=other", 404, "no_such_campaign", None),
        ("/api/v1/events?after=-1", 400, "bad_value", "after"),
        ("/api/v1/events?wait=3600", 400, "bad_value", "wait"),
        ("/api/v1/nothing", 404, "no_such_address", None),
        ("/api/v2", 404, "no_such_address", None),
    ],
)
async def test_mistakes_in_an_address(house: House, path: str, status: int, code: str, field: str | None) -> None:
    token = house.bearer()
    said = {
        language: (await house.http.get(path, headers={**token, "accept-language": language}))
        for language in ("vi", "en")
    }
    for language, answer in said.items():
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert answer.json().get("field") == field
        assert answer.json()["status"] == status
    assert said["vi"].json()["detail"] != said["en"].json()["detail"]
