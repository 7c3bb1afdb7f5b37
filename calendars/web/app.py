"""The web application: feeds first, without the framework in their way; everything else behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route

from calendars.errors import StoreAway
from calendars.ical.linking import linking
from calendars.notices.links import PREFIX as NOTICES
from calendars.notices.links import Links
from calendars.store.database import Store
from calendars.store.feeds import Feeds
from calendars.store.reading import Campaign
from calendars.web.acting.action_form import PATH as ACTION
from calendars.web.acting.action_form import ActionForm
from calendars.web.acting.campaign_forms import AmendForm, FreezeForm
from calendars.web.api.application import PREFIX as API
from calendars.web.api.application import ApiApplication, create_api
from calendars.web.assets import Assets
from calendars.web.exchange.forms import PATH as IMPORT
from calendars.web.exchange.forms import ImportForm
from calendars.web.exchange.runs import Runs
from calendars.web.feed import FeedApplication, Receive, Scope, Send
from calendars.web.feed_addresses import PREFIX, PUBLIC_PREFIX
from calendars.web.freshness import Freshness
from calendars.web.gathered import Gathered
from calendars.web.link_mail import LinkMail
from calendars.web.notices import Commands, NoticePages
from calendars.web.orders import Orders
from calendars.web.pages.frame import Frame, Settings
from calendars.web.pages.routes import routes as pages
from calendars.web.pages.sign_in import SignIn
from calendars.web.rate import RateLimit

# Feeds are secrets of their own; Google asks here before it fetches one (and obeys).
ROBOTS = """\
User-agent: Google-Calendar-Importer
Allow: /feeds/
Allow: /public/

User-agent: *
Disallow: /
"""


class WebApplication:
    """ASGI. `changed()` is called by whoever commits in this process, from any thread, right after the commit."""

    def __init__(
        self, framework: FastAPI, feeds: FeedApplication, api: ApiApplication, imports: Runs, freshness: Freshness
    ) -> None:
        self.framework = framework
        self.feeds = feeds
        self.api = api
        self.imports = imports
        self.changed = freshness.changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers feeds itself, lets the API answer for itself, and hands everything else on."""
        if scope["type"] == "http" and scope["path"].startswith((PREFIX, PUBLIC_PREFIX)):
            await self.feeds(scope, receive, send)
        elif scope["type"] == "http" and f"{scope['path']}/".startswith(f"{API}/"):
            await self.api(scope, receive, send)
        else:
            await self.framework(scope, receive, send)


def create_app(
    store: Store,
    *,
    public_url: str,
    today: Callable[[Campaign], date],
    open_board: bool,
    feed_url_demo: Callable[[], str | None] = lambda: None,
    ready: Callable[[], Awaitable[bool]] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    links: Links | None = None,
    commands: Commands | None = None,
    feed_rate: int = 0,
    orders: Orders | None = None,
    api_rate: int = 0,
    public_feeds: bool = False,
    public_rate: int = 0,
    mail: LinkMail | None = None,
) -> WebApplication:
    """The application over a store.

    `public_url` is where people find the service, `today` gives a campaign's day, `open_board` shows the board without
    a login (only for a service bound to loopback), `feed_url_demo` gives the one secret address the board may show,
    `ready` says whether commands can be taken now, and `now` when a grant was used. `links` reads those in messages,
    which lead nowhere without it; `commands` takes what people acknowledge there. `feed_rate` is how many requests a
    minute each feed's address may get, 0 for any number. `orders` takes what the API and the board's forms are asked to
    do, `api_rate` limits each of the API's tokens likewise. With `public_feeds` everybody may read each campaign's
    public calendar, each client `public_rate` times a minute. `mail` sends links to sign in to who asks for
    them; without it nobody may ask.
    """
    freshness = Freshness(Feeds(store, linking(public_url)))
    feeds = FeedApplication(
        freshness,
        store,
        now,
        RateLimit(feed_rate),
        public_url,
        public=public_feeds,
        public_limit=RateLimit(public_rate),
    )
    gathered = Gathered()
    settings = Settings(public_url, feed_url_demo, today, open_board, public_feeds, mail is not None)
    frame = Frame(store, freshness, settings, feeds.past, now)
    runs = Runs()

    # The framework's own documentation pages load scripts from elsewhere.
    routes: list[BaseRoute] = [
        *pages(frame, gathered),
        *SignIn(frame, mail).routes,
        *ActionForm(frame, orders).routes(ACTION),
        *(route for form in (AmendForm, FreezeForm) for route in form(frame, orders).routes(form.path)),
        *ImportForm(frame, orders, runs).routes(IMPORT),
        Mount("/static", Assets()),
    ]
    if links is not None:
        notices = NoticePages(store, links, commands)
        routes.append(Route(f"{NOTICES}{{token}}", notices.answer, methods=["GET", "POST"]))
    framework = FastAPI(title="Congress Calendars", docs_url=None, redoc_url=None, openapi_url=None, routes=routes)

    @framework.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    @framework.get("/readyz")
    async def readyz() -> JSONResponse:
        parts = {"store": await _answers(freshness)}
        if ready is not None:
            parts["temporal"] = await ready()
        return JSONResponse(parts, 200 if all(parts.values()) else 503, {"cache-control": "no-store"})

    @framework.get("/robots.txt")
    async def robots() -> PlainTextResponse:
        return PlainTextResponse(ROBOTS, headers={"cache-control": "max-age=3600"})

    api = create_api(
        store,
        freshness,
        today=today,
        past=feeds.past,
        gathered=gathered,
        orders=orders,
        limit=RateLimit(api_rate),
        public_url=public_url,
        open_board=open_board,
    )
    return WebApplication(framework, feeds, api, runs, freshness)


async def _answers(freshness: Freshness) -> bool:
    try:
        await freshness.view()
    except StoreAway:
        return False
    return True
