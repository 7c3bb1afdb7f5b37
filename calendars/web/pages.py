"""The board: the campaign at a glance, and a page for each unit. HTML without scripts and without foreign content."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from calendars.errors import StoreAway, UserError
from calendars.plan.model import Plan, Text
from calendars.plan.sources import citation
from calendars.store import reading
from calendars.store.database import Store
from calendars.store.feeds import CampaignView, FeedUnit
from calendars.store.notice_status import refused_children, unreached_children
from calendars.store.reading import Campaign
from calendars.store.status import campaign_status
from calendars.store.unit_status import unit_status
from calendars.web import telling
from calendars.web.figures import conflicts, ended, is_loopback, offers, progress, root, upcoming
from calendars.web.freshness import Freshness
from calendars.web.templating import environment
from calendars.web.words import LANGUAGES, Format, preferred, words

HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
    "x-content-type-options": "nosniff",
}
_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service is found, the one feed address the board may show, and how a campaign tells its day.

    `open_board` is for a service that only its own machine reaches: the board asks nobody who they are.
    """

    public_url: str
    feed_url_demo: Callable[[], str | None]
    today: Callable[[Campaign], date]
    open_board: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    connection: Connection
    campaign: Campaign
    view: CampaignView
    day: date


class Pages:
    """The pages, in Vietnamese or English."""

    def __init__(self, store: Store, freshness: Freshness, settings: Settings) -> None:
        self._store = store
        self._freshness = freshness
        self._settings = settings
        self._templates = environment()

    async def board(self, request: Request) -> Response:
        """`/`: the whole campaign."""
        return await self._page(request, self._board)

    async def unit(self, request: Request) -> Response:
        """`/units/{unit}`: one unit, its stages and what is below it."""
        return await self._page(request, self._unit)

    async def _page(self, request: Request, make: Make) -> Response:
        closed = self._closed(request)
        if closed:
            return PlainTextResponse(f"{closed}\n", 403, {"cache-control": "no-store"})
        try:
            views = (await self._freshness.view()).campaigns
            return await asyncio.to_thread(self._made, request, make, views)
        except StoreAway:
            headers = {"retry-after": "30", "cache-control": "no-store"}
            return PlainTextResponse("The store does not answer now; nothing is lost.\n", 503, headers)

    def _closed(self, request: Request) -> str:
        """Why the board does not open, or nothing. A foreign site may point its name at this machine, so an open board
        answers under its own names only."""
        if not self._settings.open_board:
            return "The board opens without a login only on the machine it runs on; subscribe to a feed instead."
        own = _LOCAL_HOSTS | {urlsplit(self._settings.public_url).hostname}
        if urlsplit(f"//{request.headers.get('host', '')}").hostname not in own:
            return f"The board opens only under its own address, {self._settings.public_url}."
        return ""

    def _made(self, request: Request, make: Make, views: Mapping[str, CampaignView]) -> Response:
        wanted = request.query_params.get("lang", "")
        language = wanted if wanted in LANGUAGES else preferred(request.headers.get("accept-language", ""))
        with self._store.reading() as connection:
            page = _Page(self._templates, language, request.url.path)
            name = request.query_params.get("campaign")
            try:
                campaign = reading.read_campaign(connection, name)
            except UserError:
                return page.respond("empty.html", 200 if name is None else 404)
            view = views.get(campaign.name)
            if view is None or not view.units:
                return page.respond("empty.html")
            seen = _Seen(connection, campaign, view, self._settings.today(campaign))
            page.values |= {
                "campaign": campaign,
                "view": view,
                "day": seen.day,
                "query": page.query(name),
                "level_title": lambda level: _title(campaign.plan.level_titles.get(level), level, language),
                "stage_title": lambda stage: _title(campaign.plan.stage(stage).title, stage, language),
                "lead_in_title": lambda stage, lead_in: _lead_in_title(campaign.plan, stage, lead_in, language),
                "ended": ended(connection, view, seen.day),
            }
            return make(request, page, seen)

    def _board(self, request: Request, page: _Page, seen: _Seen) -> Response:
        top = root(seen.view)
        return page.respond(
            "board.html",
            status=campaign_status(seen.connection, seen.campaign, seen.day),
            conflicts=conflicts(seen.connection, seen.campaign, seen.view),
            indicators={indicator.id: indicator for indicator in seen.campaign.plan.indicators},
            upcoming=upcoming(seen.view, seen.day),
            progress=progress(seen.connection, seen.view, seen.day),
            children=_children(seen.view, top),
            **self._subscription(page, seen, top),
        )

    def _unit(self, request: Request, page: _Page, seen: _Seen) -> Response:
        code = request.path_params["unit"]
        if code not in seen.view.units:
            return page.respond("missing.html", 404)
        status = unit_status(seen.connection, seen.campaign, code, seen.day)
        instruments = seen.campaign.plan.instruments
        return page.respond(
            "unit.html",
            unit=seen.view.units[code],
            superiors=list(seen.view.upward(code))[:0:-1],
            status=status,
            lasting=telling.lasting(status.freezes, seen.day),
            telling=telling,
            cited=lambda source: citation(source, instruments),
            upcoming=upcoming(seen.view, seen.day, code),
            progress=progress(seen.connection, seen.view, seen.day),
            children=_children(seen.view, code),
            unreached=unreached_children(seen.connection, seen.campaign.name, code),
            refused=refused_children(seen.connection, seen.campaign.name, code),
            **self._subscription(page, seen, code),
        )

    def _subscription(self, page: _Page, seen: _Seen, unit: str) -> dict[str, Any]:
        address = self._settings.feed_url_demo()
        return {
            "offers": offers(seen.view, address, unit, page.language) if address else [],
            "loopback": is_loopback(address or self._settings.public_url),
            "subscribed_unit": unit,
        }


Make = Callable[[Request, "_Page", _Seen], Response]


class _Page:
    """One answer in the making: its language, and the values that its template reads."""

    def __init__(self, templates: Environment, language: str, path: str) -> None:
        self._templates = templates
        self.language = language
        self._path = path
        self.values: dict[str, Any] = {"query": self.query(None)}

    def query(self, campaign: str | None) -> Callable[[str | None], str]:
        """Gives the query string that keeps campaign and language from page to page, or changes the language."""

        def of(language: str | None = None) -> str:
            kept = f"&campaign={campaign}" if campaign else ""
            return f"?lang={language or self.language}{kept}"

        return of

    def respond(self, template: str, code: int = 200, **values: Any) -> Response:
        """The page."""
        given = {
            **self.values,
            **values,
            "t": words(self.language),
            "f": Format(self.language),
            "language": self.language,
            "path": self._path,
        }
        html = self._templates.get_template(template).render(given)
        return HTMLResponse(html, code, {**HEADERS, "content-language": self.language})


def _children(view: CampaignView, unit: str) -> list[FeedUnit]:
    return sorted((view.units[code] for code in view.children.get(unit, ())), key=lambda child: child.code)


def _lead_in_title(plan: Plan, stage: str, lead_in: str, language: str) -> str:
    titles = {one.id: one.title for one in plan.stage(stage).lead_ins}
    return _title(titles.get(lead_in), lead_in, language)


def _title(text: Text | None, fallback: str, language: str) -> str:
    return text[language] if text else fallback.replace("_", " ").capitalize()
