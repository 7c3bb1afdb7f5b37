"""The journal for systems that follow: asked for, waited for, streamed; within the scope, resumed where it broke."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from calendars.sequence.events import Line
from calendars.web.api.scope import sees_line
from calendars.web.api.waiting import MOST_OF_ONE
from tests.web.api.house import BASE, CAMPAIGN, DAY, House
from tests.web.stores import START

EVENTS = "/api/v1/events"
SOON = 10


async def ask(house: House, token: dict[str, str], query: str = "") -> dict[str, Any]:
    answer = await house.http.get(f"{EVENTS}{query}", headers=token)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def test_every_line_in_the_order_of_the_journal(house: House) -> None:
    token = house.bearer()
    whole = await ask(house, token)
    positions = [event["position"] for event in whole["events"]]
    assert positions == list(range(1, 14))
    assert whole["after"] == 13
    first, last = whole["events"][0], whole["events"][-1]
    assert (first["unit"], first["no"], first["type"]) == ("@campaign", 1, "launched")
    assert (last["campaign"], last["unit"], last["no"], last["type"]) == (CAMPAIGN, "193", 2, "scheduled")
    assert last["data"] == {"stage": "district_congress", "first": "2020-07-21", "last": "2020-07-22"}
    parts, after = [], 0
    while len(part := (await ask(house, token, f"?after={after}&limit=3"))["events"]) > 0:
        assert len(part) <= 3
        parts += part
        after = part[-1]["position"]
    assert parts == whole["events"]


async def test_a_scope_sees_its_lines_and_goes_on_behind_the_others(house: House) -> None:
    scoped = await ask(house, house.bearer("view", "200"))
    assert [(one["unit"], one["type"]) for one in scoped["events"]] == [
        ("@campaign", "launched"),
        ("200", "enrolled"),
        ("06868", "enrolled"),
        ("06868", "overdue"),
        ("06868", "scheduled"),
    ]
    # The last line is not for them; yet nobody need look at it again.
    assert scoped["after"] == 13


@pytest.mark.parametrize(
    ("type", "data", "seen"),
    [
        ("launched", {}, True),
        ("amended", {}, True),
        ("frozen", {"under": ""}, True),
        ("frozen", {"under": "22"}, True),
        ("frozen", {"under": "06664"}, True),
        ("frozen", {"under": "200"}, False),
        ("resumed", {"under": "06868"}, False),
        ("merged", {"units": ["06664-01"], "into": "06664", "parent": ""}, True),
        ("merged", {"units": ["06868"], "into": "06664", "parent": ""}, False),
        ("transferred", {"unit": "06664", "parent": "200"}, False),
        ("split", {"unit": "06664", "into": "06664-01", "children": []}, True),
        ("added", {"unit": "06868", "parent": "200"}, False),
        ("redrawn", {"entries": {"quang-ninh-2020.06868.grassroots_congress@congress-calendars": 3}}, False),
        ("something new", {}, False),
    ],
)
async def test_lines_of_the_campaign_that_a_scope_sees(
    house: House, type: str, data: dict[str, Any], seen: bool
) -> None:
    view = (await house.web.feeds._freshness.view()).campaigns[CAMPAIGN]
    line = Line(2, type, DAY, START, "test", data)
    assert sees_line(view, "193", "@campaign", line) is seen
    assert sees_line(view, "", "@campaign", line)
    assert sees_line(view, "22", "@campaign", line)


async def test_whoever_waits_is_told_at_once(house: House) -> None:
    token = house.bearer()
    waiting = asyncio.create_task(ask(house, token, "?after=13&wait=60"))
    elsewhere = asyncio.create_task(ask(house, house.bearer("view", "200"), "?after=13&wait=2"))
    body = {"stage": "district_congress", "on": "2020-07-20"}
    await house.http.post(f"{BASE}/units/193/schedule", json=body, headers=token)
    told = await asyncio.wait_for(waiting, SOON)
    assert [(one["position"], one["type"], one["by"]) for one in told["events"]] == [(14, "scheduled", "admin of 22")]
    assert await asyncio.wait_for(elsewhere, SOON) == {"events": [], "after": 14}


async def test_a_wait_ends_with_the_service_and_with_the_token(house: House) -> None:
    token = house.bearer()
    waiting = asyncio.create_task(house.http.get(f"{EVENTS}?after=13&wait=60", headers=token))
    await asyncio.sleep(0)
    house.filled.revoke_token(token["authorization"].removeprefix("Bearer "))
    house.filled.schedule("193", "district_congress", "2020-07-25")
    house.web.changed()
    assert (await asyncio.wait_for(waiting, SOON)).status_code == 401
    other = asyncio.create_task(ask(house, house.bearer(), "?after=14&wait=60"))
    await asyncio.sleep(0)
    house.web.api.close()
    assert await asyncio.wait_for(other, SOON) == {"events": [], "after": 14}


async def test_not_too_many_wait(house: House) -> None:
    token, other = house.bearer(), house.bearer()
    query = f"{EVENTS}?after=13&wait=60"
    waiting = [asyncio.create_task(house.http.get(query, headers=token)) for _ in range(MOST_OF_ONE + 1)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=SOON)
    refused = done.pop().result()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert "retry-after" in refused.headers
    assert await ask(house, token, "?after=13") == {"events": [], "after": 13}
    assert await ask(house, other, "?after=13&wait=1") == {"events": [], "after": 13}
    house.web.api.close()
    assert {one.result().status_code for one in (await asyncio.wait(waiting, timeout=SOON))[0]} == {200, 429}


class Stream:
    """A stream of server-sent events, read as it comes; the client of the other tests would wait for its end."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._text = ""
        self.left, self.ended = asyncio.Event(), asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self._parts.put_nowait(message.get("body", b""))
            if not message.get("more_body"):
                self.ended.set()

    async def next(self) -> dict[str, str]:
        """The next block with an event: its fields."""
        while True:
            while "\n\n" not in self._text:
                self._text += (await asyncio.wait_for(self._parts.get(), SOON)).decode()
            block, _, self._text = self._text.partition("\n\n")
            fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
            if "id" in fields:
                return fields


@asynccontextmanager
async def streaming(house: House, token: dict[str, str], query: bytes = b"", **headers: str) -> AsyncIterator[Stream]:
    stream = Stream()
    sent = {**token, "accept": "text/event-stream", **{name.replace("_", "-"): text for name, text in headers.items()}}
    scope = {
        "type": "http",
        "method": "GET",
        "path": EVENTS,
        "raw_path": EVENTS.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    serving = asyncio.create_task(house.web(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.left.set()
        await asyncio.wait_for(serving, SOON)


async def test_a_stream_goes_on_where_it_broke(house: House) -> None:
    token = house.bearer()
    async with streaming(house, token, b"after=11") as stream:
        found = [await stream.next() for _ in range(3)]
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-store"
        assert [(one["id"], one.get("event")) for one in found] == [
            ("12", "scheduled"),
            ("13", "scheduled"),
            ("13", None),
        ]
        whole = (await ask(house, token, "?after=11"))["events"]
        assert [json.loads(one["data"]) for one in found[:2]] == whole
        house.filled.retract("06664", "grassroots_congress")
        house.web.changed()
        told = await stream.next()
        assert (told["id"], told["event"], json.loads(told["data"])["unit"]) == ("14", "retracted", "06664")
    async with streaming(house, token, b"after=1", last_event_id="13") as stream:
        assert (await stream.next())["id"] == "14"
    # What was not for them is not looked at again either.
    async with streaming(house, house.bearer("view", "200"), b"after=13") as stream:
        assert await stream.next() == {"id": "14"}


async def test_nobody_is_waited_for_who_left(house: House) -> None:
    async with streaming(house, house.bearer(), b"after=13&wait=60", accept="application/json") as asked:
        assert asked.status == 0  # leaving ends the request within seconds, or this fails
    assert asked.status == 200


@pytest.mark.parametrize("end", ["revoked", "service"])
async def test_a_stream_ends(house: House, end: str) -> None:
    token = house.bearer()
    async with streaming(house, token, b"after=13") as stream:
        assert await stream.next() == {"id": "13"}
        if end == "service":
            house.web.api.close()
        else:
            house.filled.revoke_token(token["authorization"].removeprefix("Bearer "))
            house.filled.schedule("193", "district_congress", "2020-07-25")
            house.web.changed()
        await asyncio.wait_for(stream.ended.wait(), SOON)


@pytest.mark.parametrize("id", ["x", "-1", "1.5", "²", "9" * 20])
async def test_an_event_id_that_is_none(house: House, id: str) -> None:
    headers = {**house.bearer(), "accept": "text/event-stream", "last-event-id": id}
    answer = await house.http.get(EVENTS, headers={name: text.encode() for name, text in headers.items()})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")
