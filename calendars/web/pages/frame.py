"""What all pages have in common: who may look, in which language, at which campaign, as of which day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from calendars.errors import StoreAway, UserError
from calendars.store import reading, sessions
from calendars.store.database import Store
from calendars.store.feeds import CampaignView
from calendars.store.past import Past
from calendars.store.reading import Campaign
from calendars.wallclock import real_now
from calendars.web.cookies import Cookie
from calendars.web.freshness import Freshness
from calendars.web.hosts import name_in, own_names
from calendars.web.pages.page import Make, Page, Seen
from calendars.web.templating import environment
from calendars.web.viewer import LOCAL, Viewer
from calendars.web.words import LANGUAGES, preferred, words


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service is found, the one feed address the board may show, and how a campaign tells its day.

    `open_board` is for a service that only its own machine reaches: the board asks nobody who they are. With
    `public_feeds` each campaign has a calendar that everybody may read; with `mails_links` people may ask for a link to
    sign in by e-mail.
    """

    public_url: str
    feed_url_demo: Callable[[], str | None]
    today: Callable[[Campaign], date]
    open_board: bool
    public_feeds: bool = False
    mails_links: bool = False


class Frame:
    """Opens the store for a page and answers in its place when there is nothing to show."""

    def __init__(
        self, store: Store, freshness: Freshness, settings: Settings, past: Past, now: Callable[[], datetime] = real_now
    ) -> None:
        self.store = store
        self.past = past
        self._freshness = freshness
        self.settings = settings
        self.now = now
        self.changed = freshness.changed
        self.cookie = Cookie(settings.public_url)
        self._templates = environment()

    def page(self, make: Make) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that shows what `make` makes."""

        async def answer(request: Request) -> Response:
            return await self.answer(request, make)

        return answer

    async def answer(self, request: Request, make: Make) -> Response:
        """What `make` makes of a request, or why it is not asked. It runs in a thread of its own."""
        strange = self.strange(request)
        if strange:
            return PlainTextResponse(f"{strange}\n", 403, {"cache-control": "no-store"})
        try:
            views = (await self._freshness.view()).campaigns
            return await asyncio.to_thread(self._made, request, make, views)
        except StoreAway:
            return away()

    def bare(self, request: Request) -> Page:
        """A page of no campaign, in its reader's language."""
        page = Page(self._templates, request, _language(request), self.cookie.of(request))
        page.values["mails_links"] = self.settings.mails_links
        return page

    def strange(self, request: Request) -> str:
        """Why this request is not answered, or nothing. A foreign site may point its name at this machine, so a board
        that asks nobody who they are answers under its own names only."""
        own = own_names(self.settings.public_url)
        if self.settings.open_board and name_in(request.headers.get("host")) not in own:
            return f"The board opens only under its own address, {self.settings.public_url}."
        return ""

    def viewer(self, connection: Connection, request: Request) -> Viewer | None:
        """Who looks: whoever signed in, else anybody where the board is open."""
        secret = self.cookie.of(request)
        session = sessions.find(connection, secret, self.now()) if secret else None
        if session is not None:
            return Viewer.of(session)
        return LOCAL if self.settings.open_board else None

    def _made(self, request: Request, make: Make, views: Mapping[str, CampaignView]) -> Response:
        page = self.bare(request)
        with self.store.reading() as connection:
            viewer = self.viewer(connection, request)
            if viewer is None:
                return page.respond("closed.html", 403)
            if viewer.session is not None:
                page.secret = viewer.session.id
            response = self._of_campaign(connection, request, page, make, views, viewer)
        if viewer.session is not None and viewer.session.is_due(self.now()):
            with self.store.writing() as connection:
                secret = sessions.renew(connection, viewer.session, self.now())
            if secret:
                self.cookie.give(response, secret)
        elif page.new_secret:
            self.cookie.give(response, page.new_secret)
        return response

    def _of_campaign(
        self,
        connection: Connection,
        request: Request,
        page: Page,
        make: Make,
        views: Mapping[str, CampaignView],
        viewer: Viewer,
    ) -> Response:
        page.values["viewer"] = viewer
        if any("\0" in value for value in request.query_params.values()):
            # No address of ours holds one, and PostgreSQL takes none to look it up.
            return page.respond("missing.html", 404)
        name = request.query_params.get("campaign") or viewer.campaign or None
        if viewer.campaign not in ("", name):
            return page.respond("missing.html", 404)
        try:
            campaign = reading.read_campaign(connection, name)
        except UserError:
            return page.respond("empty.html", 200 if name is None else 404)
        view = views.get(campaign.name)
        if view is None or not view.units:
            return page.respond("empty.html")
        if viewer.scope not in ("", *view.units):
            return page.respond("missing.html", 404)
        today = self.settings.today(campaign)
        seen = Seen(connection, campaign, view, today, today, viewer)
        page.tell(seen)
        try:
            day = _day(request.query_params.get("as_of", ""), campaign.plan.from_, today)
        except ValueError:
            return page.mistaken(words(page.language).no_such_day)
        if day != today:
            seen = Seen(connection, campaign, view, today, day, viewer)
            page.tell(seen)
        return make(request, page, seen)


def away() -> Response:
    """The answer while the store cannot be read."""
    headers = {"retry-after": "30", "cache-control": "no-store"}
    return PlainTextResponse("The store does not answer now; nothing is lost.\n", 503, headers)


def _language(request: Request) -> str:
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def _day(as_of: str, first: date, today: date) -> date:
    day = date.fromisoformat(as_of) if as_of else today
    if not min(first, today) <= day <= today or as_of not in (
        "",
        day.isoformat(),
    ):  # ISO 8601 writes days in other ways, which nobody means
        raise ValueError(as_of)
    return day
