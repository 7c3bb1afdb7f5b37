"""`/feeds/{token}.ics`: calendars behind a secret address; `/public/{campaign}.ics`: those for everybody, where they
are allowed. A bare ASGI application in front of the framework.

An unchanged feed is answered from memory: whether it changed is known before an entry is looked at. Neither a log nor a
body ever holds a token.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil
from typing import Any

from calendars.errors import StoreAway, UserError
from calendars.ical.linking import linking
from calendars.ical.renderer import IcalRenderer
from calendars.ical.rendering import RENDERER
from calendars.store.database import Store
from calendars.store.feeds import CampaignView, View
from calendars.store.past import Past
from calendars.web.bodies import Bodies
from calendars.web.conditional import header, http_date, is_conditional, not_modified, wants_gzip
from calendars.web.content import content
from calendars.web.feed_addresses import SUFFIX, Opening, Refused, client_of, opening
from calendars.web.freshness import Freshness
from calendars.web.parameters import NAMES, OutOfScope, Parameters, UnknownUnit, pairs_of, read
from calendars.web.rate import RateLimit
from calendars.web.usage import Usage
from calendars.web.words import preferred

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

ALLOW = b"GET, HEAD, OPTIONS"
RETRY_SECONDS = 30
REMEMBERED_ADDRESSES = 4096
OF_ANYBODY = NAMES - {"as_of"}  # folding past days is work, which nobody unknown may order
_PRIVATE: Headers = [(b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff")]


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that opens something, with what a client may compare before anything is made."""

    opening: Opening
    campaign: CampaignView
    parameters: Parameters
    etag: str
    modified: datetime
    headers: Headers


class FeedApplication:
    """Answers GET, HEAD and OPTIONS below `/feeds/` and `/public/`. `now` tells the time for recording when a grant was
    last used, `limit` how often an address may be asked (without it any number of times). `public_url` is where pages
    are found that entries of a past day lead to; those of now come from `freshness`. Without `public` there is no
    public calendar; `public_limit` is how often each client may ask for one."""

    def __init__(
        self,
        freshness: Freshness,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limit: RateLimit | None = None,
        public_url: str = "",
        *,
        public: bool = False,
        public_limit: RateLimit | None = None,
    ) -> None:
        self._freshness = freshness
        self._usage = Usage(store, now)
        self._limit = limit or RateLimit(0)
        self._public = public
        self._public_limit = public_limit or RateLimit(0)
        self._bodies = Bodies()
        self.past = Past(store, IcalRenderer(), linking(public_url))
        self._public_url = public_url
        self._view: View | None = None
        self._feeds: dict[tuple[str, bytes], Feed] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, for scopes of type `http`."""
        try:
            status, headers, body = await self._answer(scope)
        except Refused as refusal:
            # Logs of programs that name no language are read in the one of their sources.
            wanted = header(scope["headers"], b"accept-language")
            body = f"{refusal.text(preferred(wanted) if wanted else 'en')}\n".encode(errors="replace")
            status = refusal.status
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                (b"vary", b"accept-language"),
                *refusal.headers,
            ]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *_PRIVATE]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        if scope["method"] == "OPTIONS":
            return 204, [(b"allow", ALLOW)], b""
        if scope["method"] not in {"GET", "HEAD"}:
            raise Refused(405, "A feed is only read, with GET or HEAD.", (b"allow", ALLOW), vi="Lịch chỉ để đọc.")
        headers: Headers = scope["headers"]
        view = await self._newest()
        address = scope["path"], scope["query_string"]
        feed = self._known(view).get(address)
        opened = feed.opening if feed else opening(view, scope["path"], self._public_url, public=self._public)
        limit, asker = (self._limit, opened.grant) if opened.grant else (self._public_limit, client_of(scope))
        wait = limit.take(asker)
        if wait and not is_conditional(headers):
            raise _hurried(limit, wait)
        if feed is None:
            feed = self._feeds[address] = _feed(view, opened, scope["query_string"], self._public_url)
        agent = _agent(headers)
        if not_modified(headers, feed.etag, feed.modified):
            self._note(feed, 304, agent)
            # It counts and is never refused: it costs less than saying no, and a client that is told no may give up.
            return 304, feed.headers, b""
        if wait:
            raise _hurried(limit, wait)
        gzip = feed.parameters.gzip and wants_gzip(headers)
        try:
            body = await self._bodies.get(
                feed.etag,
                gzip,
                lambda: content(feed.campaign, feed.parameters, self.past, feed.opening.public_at),
                slow=feed.parameters.as_of is not None,
            )
        except StoreAway as error:
            raise _away() from error
        self._note(feed, 200, agent)
        described = [
            *feed.headers,
            (b"content-type", b"text/calendar; charset=utf-8"),
            (b"content-disposition", f'inline; filename="{_filename(feed)}"'.encode("ascii")),
            (b"content-length", str(len(body)).encode()),
        ]
        return 200, [*described, (b"content-encoding", b"gzip")] if gzip else described, body

    async def _newest(self) -> View:
        try:
            return await self._freshness.view()
        except StoreAway as error:
            raise _away() from error

    def _known(self, view: View) -> dict[tuple[str, bytes], Feed]:
        """The feeds that were asked for since the store changed last, by path and query."""
        if view is not self._view or len(self._feeds) > REMEMBERED_ADDRESSES:
            self._view, self._feeds = view, {}
        return self._feeds

    def _note(self, feed: Feed, status: int, agent: bytes) -> None:
        if feed.opening.grant:
            self._usage.note(feed.opening.grant, status, agent)

    async def close(self) -> None:
        """Records what the addresses were used for since the last time."""
        self._bodies.close()
        await self._usage.close()


def _agent(headers: Headers) -> bytes:
    for name, value in headers:
        if name == b"user-agent":
            return value
    return b""


def _away() -> Refused:
    retry = (b"retry-after", str(RETRY_SECONDS).encode())
    return Refused(
        503,
        "The store does not answer now; the calendar is unchanged.",
        retry,
        vi="Kho dữ liệu hiện không trả lời; lịch vẫn như cũ.",
    )


def _hurried(limit: RateLimit, wait: float) -> Refused:
    seconds = ceil(wait)
    sentence = f"This address is asked more than {limit.per_minute} times a minute; try again in {seconds} s."
    vi = f"Địa chỉ này được tải hơn {limit.per_minute} lần trong một phút; hãy thử lại sau {seconds} giây."
    return Refused(429, sentence, (b"retry-after", str(seconds).encode()), vi=vi)


def _feed(view: View, opened: Opening, query: bytes, public_url: str) -> Feed:
    campaign = view.campaigns.get(opened.campaign)
    if campaign is None or opened.scope not in campaign.units:
        # An empty calendar would make clients drop what they have.
        raise Refused(
            503,
            "The campaign of this calendar is still being loaded.",
            (b"retry-after", str(RETRY_SECONDS).encode()),
            vi="Đợt đại hội của lịch này đang được nạp.",
        )
    if opened.within and not campaign.is_below(opened.scope, opened.within):
        raise Refused(
            403,
            f"Unit {opened.scope} is not below {opened.within} any more; make another address.",
            vi=f"Đơn vị {opened.scope} không còn thuộc {opened.within}; hãy tạo địa chỉ khác.",
        )
    try:
        # What is no ASCII is no filter either, and is named as one.
        names = OF_ANYBODY if opened.public_at else NAMES
        parameters = read(pairs_of(query.decode("ascii", "backslashreplace")), campaign, opened.scope, names)
    except UnknownUnit as error:
        raise Refused(404, str(error), vi=error.vi) from error
    except OutOfScope as error:
        raise Refused(403, str(error), vi=error.vi) from error
    except UserError as error:
        raise Refused(400, str(error), vi=error.vi) from error
    unit = campaign.units[parameters.selection.under]
    etag = _etag(campaign, parameters, opened.public_at or public_url)
    headers = [
        (b"etag", etag.encode()),
        (b"last-modified", http_date(unit.modified).encode()),
        # Kept, but asked for again each time: a 304 costs nothing, and a report shows at the very next fetch.
        (b"cache-control", b"public, no-cache" if opened.public_at else b"private, no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    return Feed(opened, campaign, parameters, etag, unit.modified, headers)


def _etag(campaign: CampaignView, parameters: Parameters, where: str) -> str:
    """Strong, the same for every coding: address, renderer, where links lead or a public calendar is, and the newest
    change of anything ever below the unit."""
    unit = campaign.units[parameters.selection.under]
    # The instant too: a restored older journal may reach the same position with other events.
    parts = (campaign.name, unit.code, parameters.given, RENDERER, where, unit.revision, unit.modified)
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _filename(feed: Feed) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{feed.campaign.name}-{feed.parameters.selection.under}{SUFFIX}")
