"""What every request passes before the framework: who asks, how often, and how much is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from calendars.errors import StoreAway
from calendars.store.feeds import View
from calendars.web.api.caller import Caller, caller_of
from calendars.web.api.problems import Problem, away
from calendars.web.conditional import header, is_conditional
from calendars.web.feed import Receive, Scope, Send
from calendars.web.freshness import Freshness
from calendars.web.rate import RateLimit
from calendars.web.words import preferred

V1 = "/api/v1"
READS = ("GET", "HEAD")
JSON = "application/json"
RELEASE = "/amend"  # takes a file, which may be YAML too
MOST_OCTETS = 65_536
MOST_OF_A_RELEASE = 1_048_576


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may go on: who sent it, and the view of the store that it is answered from.

    `wait` is in seconds, more than 0 for one that is only answered if nothing changed.
    """

    caller: Caller
    view: View
    wait: float = 0.0


class Door:
    """ASGI, in front of the framework's application."""

    def __init__(
        self,
        inner: Callable[[Scope, Receive, Send], Awaitable[None]],
        freshness: Freshness,
        limit: RateLimit,
        open_to: frozenset[str],
    ) -> None:
        self._inner = inner
        self._freshness = freshness
        self._limit = limit
        self._open_to = open_to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request through, or answers it with a problem."""
        if not f"{scope['path']}/".startswith(f"{V1}/"):
            await self._inner(scope, receive, send)
            return
        try:
            scope.setdefault("state", {})["admitted"] = await self._admit(scope)
            body = await _whole(scope, receive)
            _check_type(scope, body)
        except Problem as problem:
            language = preferred(header(scope["headers"], b"accept-language") or "")
            await problem.response(language)(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # Answered as GET is, but for the body; nothing is streamed to somebody who does not want it.
            plain = [(name, value) for name, value in scope["headers"] if name != b"accept"]
            scope, send = {**scope, "method": "GET", "headers": plain}, _without_body(send)
        await self._inner(scope, _again(body, receive), send)

    async def _admit(self, scope: Scope) -> Admitted:
        headers = scope["headers"]
        try:
            view = await self._freshness.view()
        except StoreAway as error:
            raise away() from error
        reading = scope["method"] in READS
        caller = caller_of(headers, view, reading=reading, open_to=self._open_to)
        wait = self._limit.take(caller.grant) if caller.grant else 0.0
        if wait and not (reading and is_conditional(headers)):
            raise hurried(self._limit, wait)
        return Admitted(caller, view, wait)


def hurried(limit: RateLimit, wait: float) -> Problem:
    """The answer to whoever asks too often."""
    seconds = ceil(wait)
    return Problem(
        429, "too_many_requests", headers={"retry-after": str(seconds)}, most=limit.per_minute, seconds=seconds
    )


async def _whole(scope: Scope, receive: Receive) -> bytes:
    """The body, which is small whatever is sent here. Raises `Problem` for one that is not."""
    if scope["method"] in READS:
        return b""
    most = MOST_OF_A_RELEASE if scope["path"].endswith(RELEASE) else MOST_OCTETS
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > most:
            raise Problem(413, "too_large", most=f"{most:,}")
        if not message.get("more_body"):
            return body


def _check_type(scope: Scope, body: bytes) -> None:
    """What no form of a foreign page can send: a body says that it is JSON. Raises `Problem`."""
    if not body or scope["path"].endswith(RELEASE):
        return
    found = (header(scope["headers"], b"content-type") or "").partition(";")[0].strip().lower()
    if found != JSON:
        raise Problem(415, "unsupported_media", found=found[:100] or "-", expected=JSON)


def _without_body(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sending


def _again(body: bytes, receive: Receive) -> Receive:
    """The same request's messages, with the body that was read already."""
    told = False

    async def following() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return following
