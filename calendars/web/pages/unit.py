"""`/units/{unit}`: one unit, its stages and what is below it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from calendars.plan.sources import citation
from calendars.store.notice_status import refused_children, unreached_children
from calendars.store.unit_status import unit_status
from calendars.web import telling
from calendars.web.acting.actions import OfStage, offered
from calendars.web.api.orders import standing
from calendars.web.figures import ended, progress, upcoming
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.pages.subscription import subscription


class UnitPage:
    """The page."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The unit, or that the viewer sees none with this code."""
        code = request.path_params["unit"]
        if not seen.viewer.sees(seen.view, code):
            return page.respond("missing.html", 404)
        status = unit_status(seen.connection, seen.campaign, code, seen.day)
        instruments = seen.campaign.plan.instruments
        superiors = [one for one in seen.view.upward(code) if seen.viewer.sees(seen.view, one.code)]
        tags, plan = seen.view.units[code].tags, seen.campaign.plan
        of = {one.stage: OfStage(plan, plan.stage(one.stage), one, tags) for one in status.stages}
        return page.respond(
            "unit.html",
            offered={stage: offered(seen.viewer, one) for stage, one in of.items()},
            taken=_taken(seen, code, request.query_params.get("taken", "")),
            unit=seen.view.units[code],
            superiors=superiors[:0:-1],
            status=status,
            lasting=telling.lasting(status.freezes, seen.day),
            telling=telling,
            cited=lambda source: citation(source, instruments),
            upcoming=upcoming(seen.view, seen.day, code),
            progress=progress(seen.connection, seen.view, seen.day),
            ended=ended(seen.connection, seen.view, seen.day),
            children=seen.children(code),
            unreached=unreached_children(seen.connection, seen.campaign.name, code),
            refused=refused_children(seen.connection, seen.campaign.name, code),
            **subscription(self._settings, page, seen, code),
        )


def _taken(seen: Seen, unit: str, order: str) -> int | None:
    """The event that an order left, for whoever just sent it; 0 while it cannot be seen yet, None for no order."""
    if not order:
        return None
    found = standing(seen.connection, seen.campaign.name, unit, order)
    return found[-1].no if found else 0
