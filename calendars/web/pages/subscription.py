"""The part of a page that offers feeds to subscribe to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from calendars.ical.detail import Detail, public, reduced
from calendars.web.feed_addresses import public_address
from calendars.web.figures import HEADER_OCTETS, Offer, is_loopback, offers
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.parameters import Parameters
from calendars.web.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Filtered:
    """A feed as some filters make it: `query` are they, `offer` is its address where one may be shown."""

    query: str
    entries: int
    octets: int
    offer: Offer | None

    @property
    def sized(self) -> Offer:
        """What is known of its size, whatever its address."""
        return self.offer or Offer("", (), self.entries, self.octets)


def shown_address(settings: Settings, seen: Seen) -> str | None:
    """The feed address that may be shown: the demonstration's, which opens the whole campaign, to who sees all of it;
    else the public one, where there is any."""
    demonstration = None if seen.viewer.scope else settings.feed_url_demo()
    if demonstration or not settings.public_feeds:
        return demonstration
    return public_address(settings.public_url, seen.campaign.name)


def subscription(settings: Settings, page: Page, seen: Seen, unit: str) -> dict[str, Any]:
    """What the template needs to offer the feeds of a unit."""
    address = shown_address(settings, seen)
    return {
        "offers": offers(seen.view, address, unit, page.language) if address else [],
        "loopback": is_loopback(address or settings.public_url),
        "subscribed_unit": unit,
    }


def filtered(settings: Settings, page: Page, seen: Seen, filters: Parameters, own: str = "") -> Filtered:
    """The feed of these filters as it is today, whatever day the page shows: a subscribed calendar goes on. `own` is an
    address that opens the unit of the filters and no other."""
    given = dict(filters.given)
    if page.language != LANGUAGES[0]:
        given.setdefault("lang", page.language)
    if own:
        given.pop("under", None)
    elif filters.selection.under != seen.view.top:
        given["under"] = filters.selection.under
    selected = seen.view.select(filters.selection)
    pieces = [piece.en if given.get("lang") == "en" else piece.vi for piece in selected]
    address = own or shown_address(settings, seen)
    if address == public_address(settings.public_url, seen.campaign.name):
        pieces = [public(b"".join(pieces))]
    if filters.detail is not Detail.FULL:
        pieces = [reduced(b"".join(pieces), filters.detail)]
    octets = HEADER_OCTETS + sum(map(len, pieces))
    query = urlencode(sorted(given.items()), safe=",")
    offer = Offer(f"{address}?{query}" if query else address, (), len(selected), octets) if address else None
    return Filtered(filters.query, len(selected), octets, offer)
