"""The part of a page that offers feeds to subscribe to."""

from __future__ import annotations

from typing import Any

from calendars.web.figures import is_loopback, offers
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen


def subscription(settings: Settings, page: Page, seen: Seen, unit: str) -> dict[str, Any]:
    """What the template needs to offer the feeds of a unit."""
    address = settings.feed_url_demo()
    return {
        "offers": offers(seen.view, address, unit, page.language) if address else [],
        "loopback": is_loopback(address or settings.public_url),
        "subscribed_unit": unit,
    }
