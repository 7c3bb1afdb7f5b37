"""Which page answers which address."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from calendars.web.pages.frame import Frame
from calendars.web.pages.overview import Overview
from calendars.web.pages.unit import UnitPage


def routes(frame: Frame) -> list[BaseRoute]:
    """The board's pages."""
    return [
        Route("/", frame.page(Overview(frame.settings))),
        Route("/units/{unit}", frame.page(UnitPage(frame.settings))),
    ]
