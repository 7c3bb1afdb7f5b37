"""`/units/{unit}/{stage}/{action}`: a form to act on one stage, and what becomes of it.

An order's id is in its form: however often the form is sent, the order is taken once. What was typed is never lost: a
form that cannot be taken comes back with one sentence at the field that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from calendars.ical.wording import Wording, result_name
from calendars.plan.model import Text
from calendars.sequence.refusals import Refused
from calendars.sequence.results import EXPECTED
from calendars.sequence.state import Clock, ResultValue
from calendars.store.unit_status import unit_status
from calendars.web.acting.actions import ACTIONS, Action, OfStage, clocks
from calendars.web.acting.reading import Command, read
from calendars.web.acting.sent import (
    AWAY,
    CONFLICT,
    FORBIDDEN,
    SEE_OTHER,
    STALE,
    UNAVAILABLE,
    UNPROCESSABLE,
    fields_of,
    order_id,
    too_large,
)
from calendars.web.api.orders import Orders, Unanswered
from calendars.web.api.refusing import field_of
from calendars.web.cookies import is_ours, is_same_site
from calendars.web.pages.frame import Frame
from calendars.web.pages.page import Page, Seen
from calendars.web.words import words

MOST_OCTETS = 65_536


@dataclass(frozen=True, slots=True)
class _Order:
    """A form that may be sent on: to which unit of which campaign, under which id and whose name."""

    campaign: str
    unit: str
    id: str
    by: str
    command: Command
    back: str


class Acting:
    """The forms. Without `orders` nothing can be taken now, and they say so."""

    def __init__(self, frame: Frame, orders: Orders | None) -> None:
        self._frame = frame
        self._orders = orders

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        path = "/units/{unit}/{stage}/{action}"
        return [
            Route(path, self._frame.page(self._show), methods=["GET"]),
            Route(path, self._take, methods=["POST"]),
        ]

    def _show(self, request: Request, page: Page, seen: Seen) -> Response:
        found = _found(request, page, seen)
        if isinstance(found, Response):
            return found
        action, of = found
        return _form(page, action, of, dict(_standing(action, of, page)), uuid4().hex, {})

    async def _take(self, request: Request) -> Response:
        given = await fields_of(request, MOST_OCTETS)
        if given is None:
            return too_large()
        orders: list[_Order] = []
        response = await self._frame.answer(request, lambda *of: self._checked(given, orders, *of))
        if not orders:
            return response
        order = orders[0]
        try:
            if self._orders is None:
                raise Unanswered("nobody takes orders")
            await self._orders.send(order.campaign, order.unit, order.command, by=order.by, id=order.id)
        except Refused as refused:
            why = refused
            return await self._frame.answer(request, lambda *of: self._refused(given, why, *of))
        except Unanswered:
            return await self._frame.answer(request, lambda *of: self._again(given, {"": AWAY}, UNAVAILABLE, *of))
        return RedirectResponse(order.back, SEE_OTHER, {"cache-control": "no-store"})

    def _checked(
        self, given: Mapping[str, str], orders: list[_Order], request: Request, page: Page, seen: Seen
    ) -> Response:
        """Nothing but an order, or the page that says why there is none."""
        found = _found(request, page, seen)
        if isinstance(found, Response):
            return found
        action, of = found
        if not is_same_site(request):
            return page.mistaken(words(page.language).foreign_form, FORBIDDEN)
        if not is_ours(request, page.secret, given.get("form_token", "")):
            return self._again(given, {"": STALE}, FORBIDDEN, request, page, seen)
        asked = read(action, of, given)
        if asked.command is None:
            return self._again(given, asked.mistakes, UNPROCESSABLE, request, page, seen)
        unit, id_ = request.path_params["unit"], order_id(given)
        back = f"/units/{unit}{page.query(as_of=None, taken=id_)}"
        orders.append(_Order(seen.campaign.name, unit, id_, seen.viewer.by, asked.command, back))
        return Response()

    def _refused(
        self, given: Mapping[str, str], refused: Refused, request: Request, page: Page, seen: Seen
    ) -> Response:
        cited = refused.cited(seen.campaign.plan.instruments)
        said = Text(vi=cited.text("vi"), en=cited.text("en"))
        return self._again(given, {field_of(refused) or "": said}, CONFLICT, request, page, seen)

    def _again(
        self,
        given: Mapping[str, str],
        mistakes: Mapping[str, Text],
        code: int,
        request: Request,
        page: Page,
        seen: Seen,
    ) -> Response:
        found = _found(request, page, seen)
        if isinstance(found, Response):
            return found
        action, of = found
        return _form(page, action, of, given, order_id(given), mistakes, code)


def _found(request: Request, page: Page, seen: Seen) -> tuple[Action, OfStage] | Response:
    """The action and the stage that an address names, or why there is no form."""
    unit, name = request.path_params["unit"], request.path_params["stage"]
    action = ACTIONS.get(request.path_params["action"])
    if action is None or not seen.viewer.sees(seen.view, unit):
        return page.respond("missing.html", 404)
    status = unit_status(seen.connection, seen.campaign, unit, seen.today)
    now = next((one for one in status.stages if one.stage == name), None)
    if now is None:
        return page.respond("missing.html", 404)
    if not action.is_allowed(seen.viewer):
        return page.mistaken(words(page.language).role_lacks, FORBIDDEN)
    page.values["unit"] = seen.view.units[unit]
    rule = seen.campaign.plan.stage(name)
    return action, OfStage(seen.campaign.plan, rule, now, seen.view.units[unit].tags, seen.today)


def _standing(action: Action, of: OfStage, page: Page) -> Mapping[str, str]:
    """What a form shows before anybody typed: what stands, where the action replaces it."""
    now, days = of.now, of.now.held or of.now.scheduled
    given: dict[str, str] = {}
    if days and action.name in ("correct", "report", "schedule"):
        given |= {"on": days.first.isoformat(), "to": days.last.isoformat() if days.last > days.first else ""}
    if action.name == "correct":
        given |= {f"results.{key}": _shown(value) for key, value in now.results.items()}
    if action.name == "done":
        given["lead_in"] = page.parameters.get("lead_in", "")
    return given


def _form(
    page: Page,
    action: Action,
    of: OfStage,
    given: Mapping[str, str],
    order: str,
    mistakes: Mapping[str, Text],
    code: int = 200,
) -> Response:
    shown = {name for name in mistakes if name.partition(".")[0] in action.asks}
    general = [said for name, said in mistakes.items() if name not in shown]
    response = page.respond(
        "act.html",
        code,
        action=action,
        stage=of.now,
        rule=of.rule,
        of=of,
        options=_options(page, action, of),
        result_titles={key: _text(result_name(key), page.language) for key in of.rule.results},
        expected=EXPECTED,
        given=given,
        order=order,
        mistakes={name: mistakes[name] for name in shown},
        general=general,
        offered=action.offered(of),
    )
    response.headers["cache-control"] = "no-store"
    return response


def _options(page: Page, action: Action, of: OfStage) -> dict[str, list[tuple[str, str]]]:
    """What the lists of the form hold: values, and what is shown of them."""
    said, language = words(page.language), page.language
    days = {Clock.DAY: said.common_day, Clock.TARGET: said.target, Clock.DEADLINE: said.deadline}
    has = [clock for clock in clocks(of) if action.name != "unpin" or clock in of.now.pins]
    steps = [(one.id, f"{one.title[language]} ({one.day:%d/%m/%Y})") for one in of.now.lead_ins if one.done is None]
    return {
        "body": [(body, body) for body in of.bodies],
        "lead_in": steps,
        "clock": [(clock.value, days[clock]) for clock in has],
    }


def _text(wording: Wording, language: str) -> str:
    said = wording.en if language == "en" else wording.vi
    return said[:1].upper() + said[1:]


def _shown(value: ResultValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
