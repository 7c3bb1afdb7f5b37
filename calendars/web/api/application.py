"""The API as an ASGI application: the operations, their document, and a page of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from calendars.errors import StoreAway
from calendars.store.database import Store
from calendars.store.past import Past
from calendars.store.reading import Campaign
from calendars.web.api import (
    campaign_orders,
    campaigns,
    entries,
    events,
    history,
    notices,
    releases,
    unit_orders,
    units,
    validating,
)
from calendars.web.api.asked import HEADERS, NotModified, language_of
from calendars.web.api.desk import Desk
from calendars.web.api.docs import page
from calendars.web.api.document import document_of
from calendars.web.api.door import Door
from calendars.web.api.problems import Problem, away
from calendars.web.api.tide import Tide
from calendars.web.feed import Receive, Scope, Send
from calendars.web.freshness import Freshness
from calendars.web.gathered import Gathered
from calendars.web.hosts import own_names
from calendars.web.orders import Orders
from calendars.web.rate import RateLimit

PREFIX = "/api"
DOCUMENT, PAGE = "/api/openapi.json", "/api/docs"
_RESOURCES = (campaigns, units, history, releases, entries, notices, events, unit_orders, campaign_orders)


class ApiApplication:
    """ASGI, for everything at `/api`."""

    def __init__(self, door: Door, tide: Tide) -> None:
        self._door = door
        self._tide = tide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self._door(scope, receive, send)

    def close(self) -> None:
        """Ends what streams and waits, so that the service can."""
        self._tide.close()


def create_api(
    store: Store,
    freshness: Freshness,
    *,
    today: Callable[[Campaign], date],
    past: Past,
    gathered: Gathered,
    orders: Orders | None,
    limit: RateLimit,
    public_url: str,
    open_board: bool,
) -> ApiApplication:
    """The API over a store. `orders` takes what acts; `limit` is how often a token may ask.

    `past` and `gathered` are what feeds and pages keep as well. With an `open_board` reading needs no token under the
    service's own names.
    """
    tide = Tide(store)
    api = _operations()
    api.state.desk = Desk(store, freshness, today, orders, limit, tide, past, gathered, document=_document)
    _handle(api)

    @api.get(DOCUMENT, include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(_document(), headers={"cache-control": "no-cache", "x-content-type-options": "nosniff"})

    @api.get(PAGE, include_in_schema=False)
    async def docs(request: Request) -> Response:
        return page(_document(), request)

    names = own_names(public_url) if open_board else frozenset[str]()
    return ApiApplication(Door(api, freshness, limit, names), tide)


def _operations() -> FastAPI:
    api = FastAPI(title="Congress Calendars", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    for resource in _RESOURCES:
        api.include_router(resource.router)
    return api


@cache
def _document() -> dict[str, Any]:
    """What is the same whatever the store: making it takes a fifth of a second."""
    return document_of(_operations())


def _handle(api: FastAPI) -> None:
    @api.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> Response:
        return problem.response(language_of(request))

    @api.exception_handler(NotModified)
    async def unchanged(_: Request, known: NotModified) -> Response:
        return Response(None, 304, {**HEADERS, "etag": known.etag})

    @api.exception_handler(RequestValidationError)
    async def mistaken(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request)
        return validating.problem_of(error.errors(), language).response(language)

    @api.exception_handler(StoreAway)
    async def store_away(request: Request, _: StoreAway) -> Response:
        return away().response(language_of(request))

    @api.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        language = language_of(request)
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            told: dict[str, Any] = {"method": request.method, "allowed": allowed}
            return Problem(405, "method_not_allowed", headers={"allow": allowed}, **told).response(language)
        if error.status_code == 400:
            return Problem(400, "not_json").response(language)
        return Problem(error.status_code, "no_such_address").response(language)

    @api.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return Problem(500, "internal").response(language_of(request))
