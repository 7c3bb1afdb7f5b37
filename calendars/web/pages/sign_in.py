"""`/sign-in/{token}`: a link that opens the board once; `/sign-in`: asking for one by e-mail, where it is offered;
`/sign-out`: the end of what it opened.

Looking at the link changes nothing, for programs that check mail follow every link: a button uses it up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from calendars.errors import StoreAway
from calendars.store import sessions
from calendars.store.grants import Grant
from calendars.store.schema import units
from calendars.web.acting.sent import fields_of, too_large
from calendars.web.cookies import is_ours, is_same_site
from calendars.web.feed_addresses import client_of
from calendars.web.link_mail import LinkMail
from calendars.web.pages.frame import Frame, away

MOST_OCTETS = 4_096
SEE_OTHER = 303


class SignIn:
    """The pages."""

    def __init__(self, frame: Frame, mail: LinkMail | None = None) -> None:
        self._frame = frame
        self._mail = mail

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/sign-in/{token}", self._guarded(self._look), methods=["GET"]),
            Route("/sign-in/{token}", self._guarded(self._use), methods=["POST"]),
            *([Route("/sign-in", self._ask, methods=["GET", "POST"])] if self._mail else []),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                return await asyncio.to_thread(answer, request)
            except StoreAway:
                return away()

        return guarded

    def _look(self, request: Request) -> Response:
        with self._frame.store.reading() as connection:
            grant = sessions.whose_link(connection, request.path_params["token"], self._frame.now())
            unit = _name(connection, grant) if grant else ""
        return self._page(request, grant, unit)

    def _use(self, request: Request) -> Response:
        if not is_same_site(request):
            return self._page(request, None, "")
        with self._frame.store.writing() as connection:
            begun = sessions.begin(connection, request.path_params["token"], self._frame.now())
        if begun is None:
            return self._page(request, None, "")
        response = RedirectResponse("/", SEE_OTHER)
        self._frame.cookie.give(response, begun[1])
        return response

    def _page(self, request: Request, grant: Grant | None, unit: str) -> Response:
        response = self._frame.bare(request).respond("sign_in.html", 200 if grant else 404, grant=grant, unit=unit)
        response.headers["cache-control"] = "no-store"
        return response

    async def _ask(self, request: Request) -> Response:
        """The form, or always the same sentence, whoever asks for whatever address."""
        assert self._mail is not None, "it is offered"
        asked = request.method == "POST"
        if asked:
            given = await fields_of(request, MOST_OCTETS)
            if given is None:
                return too_large()
            if is_same_site(request):
                self._mail.ask(given.get("email", ""), client_of(request.scope))
        response = self._frame.bare(request).respond("closed.html", asked=asked)
        response.headers["cache-control"] = "no-store"
        return response

    async def _sign_out(self, request: Request) -> Response:
        given = await fields_of(request, MOST_OCTETS) or {}
        try:
            return await asyncio.to_thread(self._signed_out, request, given)
        except StoreAway:
            return away()

    def _signed_out(self, request: Request, given: dict[str, str]) -> Response:
        response = RedirectResponse("/", SEE_OTHER)
        secret = self._frame.cookie.of(request)
        with self._frame.store.writing() as connection:
            session = sessions.find(connection, secret, self._frame.now()) if secret else None
            if session is not None:
                if not is_ours(request, session.id, given.get("form_token", "")):
                    return self._frame.bare(request).respond("closed.html", 403)
                sessions.end(connection, session, everywhere="everywhere" in given)
        self._frame.cookie.take(response)
        return response


def _name(connection: Connection, grant: Grant) -> str:
    query = select(units.c.name).where(units.c.campaign == grant.campaign, units.c.unit == grant.scope)
    return connection.scalar(query) or grant.scope
