"""`/events`: the journal, for systems that follow: asked for in parts, waited for, or streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BaseModel, Field
from pydantic_core import to_json
from sqlalchemy import select
from starlette.responses import StreamingResponse

from calendars.errors import StoreAway
from calendars.store.feeds import View
from calendars.store.journal import line_of_row
from calendars.store.schema import journal
from calendars.web.api.asked import HEADERS, AnyAsked, Asked
from calendars.web.api.caller import Caller
from calendars.web.api.door import hurried
from calendars.web.api.history import event_json
from calendars.web.api.models import JournalPart
from calendars.web.api.paging import MOST, USUAL
from calendars.web.api.problems import Problem, problems
from calendars.web.api.reading import router as router_of
from calendars.web.api.scope import sees_line
from calendars.web.api.values import Name

router = router_of("events")
EVENT_STREAM = "text/event-stream"
MOST_WAIT = 60
HEARTBEAT = 15.0
LISTENING = 1.0  # seconds until it is noticed that whoever waits has left
SCANNED = 1_000  # lines read at once, most of which a narrow scope may not see


class EventsQuery(BaseModel):
    """Where to begin, how much, and how long to wait for more."""

    after: int = Field(0, ge=0, le=2**53 - 1, description="The position after which to begin.")
    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at once.")
    wait: int = Field(0, ge=0, le=MOST_WAIT, description="Seconds to wait where there is nothing yet.")
    campaign: Name | None = Field(None, description="Only those of one campaign.")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of the journal up to the position `after`."""

    events: list[dict[str, Any]]
    after: int


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows, and what of."""

    asked: Asked
    campaign: str | None

    def read(self, view: View, after: int, limit: int) -> Part:
        """The next lines that the caller may see. Blocks."""
        caller, found = self.asked.caller, []
        query = select(journal).order_by(journal.c.position).limit(SCANNED)
        chosen = self.campaign or caller.campaign
        if chosen:
            query = query.where(journal.c.campaign == chosen)
        with self.asked.desk.store.reading() as connection:
            while True:
                rows = connection.execute(query.where(journal.c.position > after)).all()
                for row in rows:
                    line, of = line_of_row(row), view.campaigns.get(row.campaign)
                    after = row.position
                    if of is not None and sees_line(of, caller.viewer.scope, row.unit, line):
                        place = {"position": row.position, "campaign": row.campaign, "unit": row.unit}
                        found.append(place | event_json(line))
                        if len(found) == limit:
                            return Part(found, after)
                if len(rows) < SCANNED:
                    return Part(found, after)

    async def next(self, after: int, limit: int, seconds: float) -> Part:
        """The next lines, waited for where there are none. Raises `StoreAway`, `Problem` once the token is revoked."""
        desk = self.asked.desk
        until = asyncio.get_running_loop().time() + seconds
        while True:
            view = await desk.freshness.view()
            still_opens(self.asked.caller, view)
            part = await asyncio.to_thread(self.read, view, after, limit)
            left = until - asyncio.get_running_loop().time()
            if part.events or left <= 0 or desk.tide.ebbed.is_set():
                return part
            after = part.after
            if not await self._beyond(after, until):
                return Part([], after)

    async def _beyond(self, after: int, until: float) -> bool:
        """Waits until there is more. Whether there is anybody to tell it."""
        clock = asyncio.get_running_loop().time
        while (left := until - clock()) > 0 and not self.asked.desk.tide.ebbed.is_set():
            if await self.asked.desk.tide.beyond(after, min(left, LISTENING)):
                return True
            if await self.asked.request.is_disconnected():
                return False
        return True


def still_opens(caller: Caller, view: View) -> None:
    """Raises `Problem` for a caller whose grant ended while it waited."""
    if caller.grant and not any(one.id == caller.grant and one.revoked is None for one in view.api_tokens.values()):
        raise Problem(401, "wrong_token", headers={"www-authenticate": 'Bearer realm="congress"'})


_STREAM = {
    "schema": {"type": "string"},
    "example": 'id: 42\nevent: held\ndata: {"position":42,"campaign":"...","unit":"205","no":4,...}\n\n',
}


@router.get(
    "/events",
    operation_id="list_events",
    response_model=JournalPart,
    responses={
        200: {"content": {EVENT_STREAM: _STREAM}},
        **problems(404),
    },
)
async def events(
    asked: AnyAsked,
    query: Annotated[EventsQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[
        str, Header(max_length=20, description="Of a stream that was interrupted; goes before `after`.")
    ] = "",
) -> Any:
    """The lines of the journal within the token's scope, in their order.

    Ask on with the `after` of the answer. With `wait` the answer comes as soon as there is something, or when the time
    is over. With `Accept: text/event-stream` it does not end: server-sent events, with the position as id.
    """
    if asked.wait:
        raise hurried(asked.desk.limit, asked.wait)
    if query.campaign:
        asked.campaign(query.campaign)
    follower = Follower(asked, query.campaign)
    if EVENT_STREAM in accept:
        after = _resumed(last_event_id, query.after)
        first = await follower.next(after, query.limit, 0)
        return Stream(follower, first, query.limit)
    asked.response.headers["cache-control"] = "no-store"
    if not query.wait:
        return await follower.next(query.after, query.limit, 0)
    with asked.desk.waiting.one_more(asked.caller.grant):
        return await follower.next(query.after, query.limit, query.wait)


def _resumed(last_event_id: str, after: int) -> int:
    if not last_event_id:
        return after
    if not last_event_id.isascii() or not last_event_id.isdecimal() or int(last_event_id) > 2**53 - 1:
        raise Problem(
            400, "bad_value", field="Last-Event-ID", name="Last-Event-ID", expected="expected a position of the journal"
        )
    return int(last_event_id)


class Stream(StreamingResponse):
    """Server-sent events until the client leaves, the token is revoked, or the service ends."""

    def __init__(self, follower: Follower, first: Part, limit: int) -> None:
        headers = {**HEADERS, "cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(_sent(follower, first, limit), headers=headers, media_type=EVENT_STREAM)
        self._asked = follower.asked

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        with self._asked.desk.waiting.one_more(self._asked.caller.grant):
            await super().__call__(scope, receive, send)


async def _sent(follower: Follower, part: Part, limit: int) -> AsyncIterator[bytes]:
    tide = follower.asked.desk.tide
    yield b"retry: 3000\n\n"
    while not tide.ebbed.is_set():
        for event in part.events:
            yield b"id: %d\nevent: %s\ndata: %s\n\n" % (event["position"], event["type"].encode(), to_json(event))
        # Whoever resumes need not be told again what was not for them; a comment keeps the connection open.
        yield b"id: %d\n: now\n\n" % part.after
        try:
            part = await follower.next(part.after, limit, HEARTBEAT)
        except (StoreAway, Problem):
            return  # the client comes back, and is told then
