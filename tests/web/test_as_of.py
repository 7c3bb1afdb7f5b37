"""Feeds of a past day: what was known of it when, under the UIDs and with the stamps of its own fold."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from icalendar import Calendar

from calendars.sequence.state import Clock
from tests.web.conftest import Client

STAGE = "grassroots_congress"


async def events(client: Client, query: str) -> dict[str, dict[str, Any]]:
    """The events of a feed by their UIDs."""
    answer = await client.ask(query)
    assert answer.status_code == 200
    return {str(event["UID"]).split("@")[0]: event for event in Calendar.from_ical(answer.content).events}


def stamp(event: dict[str, Any]) -> tuple[int, datetime, datetime]:
    return int(event["SEQUENCE"]), event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt


async def test_a_later_day_changes_nothing_of_an_earlier_one(client: Client) -> None:
    before = await client.ask("?as_of=2020-05-31&under=06868")
    client.filled.pass_due("06868", STAGE, Clock.TARGET, "2020-05-31")
    after = await client.ask("?as_of=2020-05-31&under=06868")
    assert before.content == after.content
    assert before.headers["etag"] != after.headers["etag"]  # that nothing changed is only known once it is folded
    (next_day, *_) = (await events(client, "?as_of=2020-06-01&under=06868")).values()
    assert "⚠" in next_day["SUMMARY"]


async def test_a_late_report_changes_a_past_day_and_its_stamps_say_so(client: Client) -> None:
    uid = f"quang-ninh-2020.06664.{STAGE}"
    client.filled.schedule("06664", STAGE, "2020-05-25", "2020-05-26")
    scheduled = client.filled.recorded
    day = "?as_of=2020-05-27&under=06664&kind=scheduled,held"
    known = (await events(client, day))[uid]
    assert stamp(known) == (0, scheduled, scheduled)
    client.filled.hold("06664", STAGE, "2020-05-25", "2020-05-26")
    held = (await events(client, day))[uid]
    assert "✓" in held["SUMMARY"]
    assert stamp(held) == (1, client.filled.recorded, client.filled.recorded)
    # The day before its last day it was not held yet, whenever that came to be known.
    eve = (await events(client, "?as_of=2020-05-25&under=06664&kind=scheduled,held"))[uid]
    assert stamp(eve) == (0, scheduled, scheduled)
    assert "✓" not in eve["SUMMARY"]


async def test_as_of_a_day_after_everything_is_the_feed_itself(client: Client) -> None:
    client.filled.schedule("06664", STAGE, "2020-05-18", "2020-05-19")
    client.filled.hold("06664", STAGE, "2020-05-18", "2020-05-19")
    client.filled.hold("06664-01", "headman_election", "2020-01-05", turnout=93.25)
    client.filled.pass_due("06868", STAGE, Clock.TARGET, "2020-05-31")
    now, then = [await client.ask(query) for query in ("?under=193", "?under=193&as_of=2020-12-31")]
    entries = [answer.content.partition(b"BEGIN:VEVENT")[2] for answer in (now, then)]
    assert entries[0] == entries[1]
    assert now.headers["etag"] != then.headers["etag"]


async def test_a_day_asked_for_again_is_answered_from_what_was_folded(client: Client) -> None:
    first = await client.ask("?as_of=2020-05-31")
    second = await client.ask("?as_of=2020-05-31", {"if-none-match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    folded = client.feeds.past._kept["quang-ninh-2020", datetime(2020, 5, 31, tzinfo=UTC).date()]
    kept = dict(folded)
    client.filled.hold("06664", STAGE, "2020-05-18", "2020-05-19")
    third = await client.ask("?as_of=2020-05-31")
    assert "✓" in third.text
    assert {code for code, (_, pieces) in folded.items() if pieces is not kept[code][1]} == {"22", "193", "06664"}


@pytest.mark.parametrize("value", ["", "today", "2020-02-30", "2020-W22"])
async def test_a_day_that_is_none(client: Client, value: str) -> None:
    answer = await client.ask(f"?as_of={value}")
    assert answer.status_code == 400
    assert answer.text.startswith("as_of")


async def test_filters_look_at_what_the_day_had(client: Client) -> None:
    client.filled.hold("06664", STAGE, "2020-05-18", "2020-05-19")
    assert await events(client, "?as_of=2020-05-18&kind=held") == {}
    assert list(await events(client, "?as_of=2020-05-19&kind=held")) == [f"quang-ninh-2020.06664.{STAGE}"]


async def test_days_that_are_folded_keep_nobody_waiting(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    fold = client.feeds.past.on

    def waiting(*arguments: Any) -> Any:
        assert released.wait(20)
        return fold(*arguments)

    monkeypatch.setattr(client.feeds.past, "on", waiting)
    # More of them than the event loop has threads.
    days = [asyncio.create_task(client.ask(f"?as_of=2020-05-{day:02}")) for day in range(1, 29)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        assert (await client.ask()).status_code == 200
    assert not any(day.done() for day in days)
    released.set()
    assert {day.status_code for day in await asyncio.gather(*days)} == {200}
