"""`/units/{unit}`: one unit, its stages on a line of time, its history and notices, and what is below it."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from calendars.plan.sources import citation
from calendars.sequence.events import event_of
from calendars.store.journal import stream
from calendars.store.notice_list import Notice, notices_of
from calendars.store.notice_status import refused_children, unreached_children
from calendars.store.unit_status import unit_status
from calendars.web import telling
from calendars.web.acting.actions import OfStage, offered
from calendars.web.branches import Grown
from calendars.web.coming import Coming
from calendars.web.figures import ended
from calendars.web.history import Teller, Told, known_on, newest
from calendars.web.orders import standing
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen, lead_in_title
from calendars.web.pages.subscription import subscription
from calendars.web.timeline import timelines

EVENTS_SHOWN = 30
NOTICES_SHOWN = 30
_ADDRESS = re.compile(r"<?[^\s<>@:;,()]+@[^\s<>@:;,()]+>?")


class UnitPage:
    """The page."""

    def __init__(self, settings: Settings, grown: Grown, coming: Coming) -> None:
        self._settings = settings
        self._grown = grown
        self._coming = coming

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The unit, or that the viewer sees none with this code."""
        code = request.path_params["unit"]
        if not seen.viewer.sees(seen.view, code):
            return page.respond("missing.html", 404)
        status = unit_status(seen.connection, seen.campaign, code, seen.day)
        instruments = seen.campaign.plan.instruments
        superiors = [one for one in seen.view.upward(code) if seen.viewer.sees(seen.view, one.code)]
        tags, plan = seen.view.units[code].tags, seen.campaign.plan
        of = {one.stage: OfStage(plan, plan.stage(one.stage), one, tags, seen.today) for one in status.stages}
        told = _history(page, seen, code)
        whole = page.parameters.get("history") == "all"
        notices = _notices(seen, code, {one.no for one in told})
        return page.respond(
            "unit.html",
            offered={stage: offered(seen.viewer, one) for stage, one in of.items()},
            taken=_taken(seen, code, request.query_params.get("taken", "")),
            unit=seen.view.units[code],
            superiors=superiors[:0:-1],
            status=status,
            lines=timelines(seen.campaign.plan, seen.view.units[code], status.stages, seen.day),
            history=newest(told, len(told) if whole else EVENTS_SHOWN),
            events=len(told),
            notices=notices[-NOTICES_SHOWN:][::-1],
            notices_count=len(notices),
            local=lambda instant: instant.astimezone(seen.campaign.clock.zone),
            without_addresses=without_addresses,
            lasting=telling.lasting(status.freezes, seen.day),
            telling=telling,
            cited=lambda source: citation(source, instruments),
            upcoming=self._coming.below(seen, code),
            progress=self._grown.branches(seen),
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


def _history(page: Page, seen: Seen, code: str) -> list[Told]:
    plan = seen.campaign.plan

    def name_of(unit: str) -> str:
        found = seen.view.units.get(unit)
        return found.name if found else unit

    def step(stage: str, lead_in: str) -> str:
        return lead_in_title(plan, stage, lead_in, page.language)

    teller = Teller(plan, seen.campaign.clock, page.language, page.stage_title, step, name_of)
    events = (event_of(line) for line in stream(seen.connection, seen.campaign.name, code))
    return [teller.tell(event) for event in known_on(events, seen.day)]


def _notices(seen: Seen, code: str, events: set[int]) -> list[Notice]:
    """Those that the shown events caused; what became of them is told as it is known now."""
    found: list[Notice] = notices_of(seen.connection, seen.campaign.name, code)
    return [one for one in found if one.event in events]


def without_addresses(said: Any) -> str:
    """What a mail server said, without the addresses of people in it."""
    return _ADDRESS.sub("…", str(said))
