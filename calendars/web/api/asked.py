"""What an operation knows of its request: who asks, which campaign, which day, and what the client has already."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from calendars.ical.rendering import RENDERER
from calendars.store.feeds import CampaignView, FeedUnit, View
from calendars.store.neighbourhood import UnitConflict
from calendars.store.reading import Campaign, read_campaign
from calendars.web.api.caller import Caller
from calendars.web.api.desk import Desk
from calendars.web.api.door import Admitted, hurried
from calendars.web.api.problems import Problem
from calendars.web.conditional import header, not_modified
from calendars.web.words import preferred

FIRST_DAY = date(1900, 1, 1)
# Counted up when documents change their form, for clients that hold older ones.
FORM = 1
HEADERS = {
    "cache-control": "private, no-cache",
    "vary": "accept-language, authorization",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NotModified(Exception):
    """The client has the answer already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in."""

    desk: Desk
    caller: Caller
    view: View
    request: Request
    response: Response
    wait: float

    @property
    def language(self) -> str:
        """In which the reader is answered."""
        return language_of(self.request)

    def revise(self, *parts: object) -> None:
        """Names what the answer is made of. Raises `NotModified` for a client that has it, before anything is made."""
        url = self.request.url
        viewer = self.caller.viewer
        of_request = (url.path, url.query, self.language, viewer.scope, viewer.role, self.caller.campaign)
        etag = f'"{sha256(repr((FORM, RENDERER, of_request, parts)).encode(errors="replace")).hexdigest()[:32]}"'
        headers = self.request.scope["headers"]
        # There is no Last-Modified here, so that a date alone never says that nothing changed.
        if header(headers, b"if-none-match") is not None and not_modified(headers, etag, _LONG_AGO):
            raise NotModified(etag)
        if self.wait:
            raise hurried(self.desk.limit, self.wait)
        self.response.headers["etag"] = etag

    def campaign(self, name: str) -> OfCampaign:
        """The campaign as far as the caller sees it. Raises `Problem` where that is nothing."""
        view = self.view.campaigns.get(name)
        scope = self.caller.viewer.scope
        if view is None or not self.caller.opens(name) or (scope and scope not in view.units) or not view.units:
            raise Problem(404, "no_such_campaign", name=_shown(name))
        return OfCampaign(self, view)


@dataclass(frozen=True, slots=True)
class OfCampaign:
    """A request about one campaign."""

    asked: Asked
    view: CampaignView

    @property
    def top(self) -> FeedUnit:
        """The highest unit that the caller sees."""
        scope = self.asked.caller.viewer.scope
        if scope:
            return self.view.units[scope]
        return self.view.units[self.view.top]

    @property
    def revision(self) -> tuple[int, datetime]:
        """Of the whole campaign: a unit's document may tell of units that stood beside it."""
        return self.view.newest.revision, self.view.newest.modified

    @property
    def sees_all(self) -> bool:
        """Whether the scope is the whole campaign."""
        return self.asked.caller.viewer.sees_all(self.view)

    def unit(self, code: str) -> FeedUnit:
        """A unit within the scope. Raises `Problem` for any other, whether it exists or not."""
        if not self.asked.caller.viewer.sees(self.view, code):
            raise Problem(404, "no_such_unit", name=_shown(code))
        return self.view.units[code]

    @property
    def campaign(self) -> Campaign:
        """The campaign's plan and clock. Raises `StoreAway`."""
        known = self.asked.desk.campaigns.get(self.view.name)
        if known is None or known[0] != self.revision:
            with self.reading() as connection:
                known = self.revision, read_campaign(connection, self.view.name)
            self.asked.desk.campaigns[self.view.name] = known
        return known[1]

    def conflicts(self, connection: Connection) -> Sequence[UnitConflict]:
        """The conflicts of the campaign as it is now."""
        return self.asked.desk.gathered.facts(connection, self.campaign, self.view).conflicts

    @property
    def today(self) -> date:
        """The campaign's day. Raises `StoreAway`."""
        return self.asked.desk.today(self.campaign)

    def reading(self) -> AbstractContextManager[Connection]:
        """A snapshot of the store. Raises `StoreAway`."""
        return self.asked.desk.store.reading()

    def day(self, as_of: date | None) -> date:
        """The day to look at. Raises `Problem` for one that is to come: nobody knows yet how things stand then."""
        today = self.today
        if as_of is not None and not FIRST_DAY <= as_of <= today:
            raise Problem(400, "not_of_today", field="as_of", day=as_of, first=FIRST_DAY, today=today)
        return as_of or today


def language_of(request: Request) -> str:
    """The language that Accept-Language ranks highest."""
    return preferred(request.headers.get("accept-language", ""))


async def asking(request: Request, response: Response) -> Asked:
    """The request, once its parameters are those that are documented."""
    desk: Desk = request.app.state.desk
    admitted: Admitted = request.state.admitted
    _check_parameters(request, desk)
    response.headers.update(HEADERS)
    asked = Asked(desk, admitted.caller, admitted.view, request, response, admitted.wait)
    response.headers["content-language"] = asked.language
    return asked


def _check_parameters(request: Request, desk: Desk) -> None:
    known = desk.parameters(request)
    for name in request.query_params:
        if name not in known:
            expected = ", ".join(sorted(known)) or "none"
            raise Problem(400, "unknown_parameter", field=name[:100], name=_shown(name), expected=expected)
        if len(request.query_params.getlist(name)) > 1 and not known[name]:
            raise Problem(400, "repeated_parameter", field=name, name=name)


async def in_campaign(asked: Annotated[Asked, Depends(asking)], campaign: str) -> OfCampaign:
    """The campaign that the address names."""
    return asked.campaign(campaign)


def _shown(text: str) -> str:
    return text[:100].encode("utf-8", "replace").decode()


AnyAsked = Annotated[Asked, Depends(asking)]
Here = Annotated[OfCampaign, Depends(in_campaign)]
