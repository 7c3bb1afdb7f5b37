"""`/`: the whole campaign at a glance, or what is below one unit of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from calendars.web.coming import Coming
from calendars.web.figures import conflicts, ended
from calendars.web.headline import headline
from calendars.web.pages.drawing import Drawing
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.pages.subscription import subscription
from calendars.web.reporting import piloted

OVERDUE_NAMED = 12


class Overview:
    """The page."""

    def __init__(self, settings: Settings, drawing: Drawing, coming: Coming) -> None:
        self._settings = settings
        self._drawing = drawing
        self._coming = coming

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The campaign, or the units below `under`, as far as the viewer sees them."""
        under = page.parameters.get("under") or seen.top
        if not seen.viewer.sees(seen.view, under):
            return page.respond("missing.html", 404)
        standing = self._drawing.standing(seen, under)
        children = seen.children(under)
        return page.respond(
            "board.html",
            unit=seen.view.units[under],
            whole=standing.whole,
            name=standing.name,
            superiors=[one for one in seen.view.upward(under) if seen.viewer.sees(seen.view, one.code)][:0:-1],
            headline=headline(seen.campaign.plan, standing.summaries, seen.day, page.language, standing.alone),
            summaries=standing.summaries,
            piloted=piloted(standing),
            indicators=standing.indicators,
            figures=self._drawing.figures(standing, page),
            freezes=standing.freezes,
            conflicts=conflicts(standing.conflicts, seen.view),
            overdue=standing.overdue[:OVERDUE_NAMED],
            overdue_count=len(standing.overdue),
            upcoming=self._coming.below(seen, under),
            progress=standing.progress(children),
            ended=ended(seen.connection, seen.view, seen.day),
            children=children,
            **subscription(self._settings, page, seen, under),
        )
