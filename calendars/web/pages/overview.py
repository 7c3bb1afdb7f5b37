"""`/`: the whole campaign at a glance."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from calendars.store.status import campaign_status
from calendars.web.figures import conflicts, ended, progress, upcoming
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.pages.subscription import subscription


class Overview:
    """The page."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The campaign, as far as the viewer sees it."""
        return page.respond(
            "board.html",
            status=campaign_status(seen.connection, seen.campaign, seen.day),
            conflicts=conflicts(seen.connection, seen.campaign, seen.view),
            indicators={indicator.id: indicator for indicator in seen.campaign.plan.indicators},
            upcoming=upcoming(seen.view, seen.day),
            progress=progress(seen.connection, seen.view, seen.day),
            ended=ended(seen.connection, seen.view, seen.day),
            children=seen.children(seen.top),
            **subscription(self._settings, page, seen, seen.top),
        )
