"""`/subscribe`: the feed of some filters, with all that it takes to get it into a calendar program."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from calendars.errors import UserError
from calendars.web.figures import is_loopback
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.pages.subscription import filtered, shown_address
from calendars.web.parameters import NAMES, OutOfScope, UnknownUnit, read
from calendars.web.qr import qr_code

# A calendar that is subscribed to goes on; one of a past day would stay as it is.
FILTERS = NAMES - {"as_of", "gzip"}


class Subscribe:
    """The page."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The feed, within what the viewer sees."""
        pairs = [pair for pair in page.parameters.multi_items() if pair[1] and pair[0] not in ("campaign", "as_of")]
        pairs = [(name, value) for name, value in pairs if name != "lang" or value != "vi"]
        try:
            filters = read(pairs, seen.view, seen.top, FILTERS)
        except (UnknownUnit, OutOfScope):
            return page.respond("missing.html", 404)
        except UserError as error:
            return page.mistaken(error.text(page.language))
        under = filters.selection.under
        feed = filtered(self._settings, page, seen, filters)
        return page.respond(
            "subscribe.html",
            unit=seen.view.units[under],
            whole=under == seen.top,
            given={name: value.split(",") for name, value in filters.given if name not in ("under", "lang")},
            feed=feed,
            qr=qr_code(feed.offer.webcal) if feed.offer else None,
            loopback=is_loopback(shown_address(self._settings, seen) or self._settings.public_url),
        )
