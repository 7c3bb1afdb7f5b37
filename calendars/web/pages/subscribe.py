"""`/subscribe`: the feed of some filters, with all that it takes to get it into a calendar program.

Whoever is signed in makes an address of their own there, which is shown once.
"""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from calendars.errors import UserError
from calendars.store import own_addresses
from calendars.store.own_addresses import MOST_LIVING, TooMany
from calendars.web.acting.sent import STALE, fields_of, order_id, too_large
from calendars.web.cookies import is_ours, is_same_site
from calendars.web.feed_addresses import feed_address
from calendars.web.figures import is_loopback
from calendars.web.pages.frame import Frame
from calendars.web.pages.page import Page, Seen
from calendars.web.pages.subscription import filtered, shown_address
from calendars.web.parameters import NAMES, OutOfScope, Parameters, UnknownUnit, read
from calendars.web.qr import qr_code
from calendars.web.words import words

# A calendar that is subscribed to goes on; one of a past day would stay as it is.
FILTERS = NAMES - {"as_of", "gzip"}
MOST_OCTETS = 4_096
FORBIDDEN, CONFLICT = 403, 409


class Subscribe:
    """The page, looked at and sent."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._settings = frame.settings

    def show(self, request: Request, page: Page, seen: Seen) -> Response:
        """The feed, within what the viewer sees."""
        filters = _filters(page, seen)
        return filters if isinstance(filters, Response) else self._page(page, seen, filters, uuid4().hex)

    async def take(self, request: Request) -> Response:
        """An address for whoever is signed in; the same one however often this form is sent."""
        given = await fields_of(request, MOST_OCTETS)
        if given is None:
            return too_large()
        response = await self._frame.answer(request, partial(self._made, given))
        response.headers["cache-control"] = "no-store"
        return response

    def _made(self, given: dict[str, str], request: Request, page: Page, seen: Seen) -> Response:
        filters = _filters(page, seen)
        if isinstance(filters, Response):
            return filters
        session, t = seen.viewer.session, words(page.language)
        if session is None:
            return page.mistaken(t.own_address_signed_in, FORBIDDEN)
        if not is_same_site(request):
            return page.mistaken(t.foreign_form, FORBIDDEN)
        if not is_ours(request, page.secret, given.get("form_token", "")):
            return page.mistaken(STALE[page.language], FORBIDDEN)
        order, scope = order_id(given), filters.selection.under
        token = own_addresses.secret_for(session.id, scope, order)
        try:
            with self._frame.store.writing() as connection:
                made = own_addresses.make(connection, session.grant, scope, token, self._frame.now())
        except TooMany:
            return page.mistaken(t.own_address_many.format(count=MOST_LIVING), CONFLICT)
        if made is None:
            return page.mistaken(t.own_address_ended, CONFLICT)
        self._frame.changed()
        return self._page(page, seen, filters, order, feed_address(self._settings.public_url, token))

    def _page(self, page: Page, seen: Seen, filters: Parameters, order: str, own: str = "") -> Response:
        under = filters.selection.under
        feed = filtered(self._settings, page, seen, filters, own)
        return page.respond(
            "subscribe.html",
            unit=seen.view.units[under],
            whole=under == seen.top,
            given={name: value.split(",") for name, value in filters.given if name not in ("under", "lang")},
            feed=feed,
            qr=qr_code(feed.offer.webcal) if feed.offer else None,
            loopback=is_loopback(own or shown_address(self._settings, seen) or self._settings.public_url),
            order=order,
            made=bool(own),
        )


def _filters(page: Page, seen: Seen) -> Parameters | Response:
    """What the address asks for, or why there is nothing."""
    pairs = [pair for pair in page.parameters.multi_items() if pair[1] and pair[0] not in ("campaign", "as_of")]
    pairs = [(name, value) for name, value in pairs if name != "lang" or value != "vi"]
    try:
        return read(pairs, seen.view, seen.top, FILTERS)
    except (UnknownUnit, OutOfScope):
        return page.respond("missing.html", 404)
    except UserError as error:
        return page.mistaken(error.text(page.language))
