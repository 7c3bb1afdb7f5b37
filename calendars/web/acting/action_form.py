"""`/units/{unit}/{stage}/{action}`: a form to act on one stage, and what becomes of it.

An order's id is in its form: however often the form is sent, the order is taken once. What was typed is never lost: a
form that cannot be taken comes back with one sentence at the field that is wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from calendars.ical.wording import Wording, result_name
from calendars.sequence.results import EXPECTED
from calendars.sequence.state import Clock, ResultValue
from calendars.store.unit_status import unit_status
from calendars.web.acting.actions import ACTIONS, Action, OfStage, clocks
from calendars.web.acting.form import FORBIDDEN, Form, Given, Read
from calendars.web.acting.reading import read
from calendars.web.orders import Orders
from calendars.web.pages.page import Page, Seen
from calendars.web.words import words

PATH = "/units/{unit}/{stage}/{action}"
OfAction = tuple[Action, OfStage]


class ActionForm(Form[OfAction]):
    """The form of each action."""

    def find(self, request: Request, page: Page, seen: Seen) -> OfAction | Response:
        """The action and the stage that the address names."""
        unit, name = request.path_params["unit"], request.path_params["stage"]
        action = ACTIONS.get(request.path_params["action"])
        if action is None or not seen.viewer.sees(seen.view, unit):
            return page.respond("missing.html", 404)
        status = unit_status(seen.connection, seen.campaign, unit, seen.today)
        now = next((one for one in status.stages if one.stage == name), None)
        if now is None:
            return page.respond("missing.html", 404)
        if not seen.viewer.may(action.name):
            return page.mistaken(words(page.language).role_lacks, FORBIDDEN)
        page.values["unit"] = seen.view.units[unit]
        plan = seen.campaign.plan
        return action, OfStage(plan, plan.stage(name), now, seen.view.units[unit].tags, seen.today)

    def empty(self, subject: OfAction, page: Page) -> Given:
        """What stands, where the action replaces it."""
        action, of = subject
        now, days = of.now, of.now.held or of.now.scheduled
        given: dict[str, str] = {}
        if days and action.name in ("correct", "report", "schedule"):
            given |= {"on": days.first.isoformat(), "to": days.last.isoformat() if days.last > days.first else ""}
        if action.name == "correct":
            given |= {f"results.{key}": _shown(value) for key, value in now.results.items()}
        if action.name == "done":
            given["lead_in"] = page.parameters.get("lead_in", "")
        return given

    def read(self, subject: OfAction, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """The command to the unit."""
        asked = read(*subject, given)
        command, unit = asked.command, page.values["unit"].code
        if command is None:
            return Read(mistakes=asked.mistakes)

        def send(orders: Orders) -> Awaitable[object]:
            return orders.send(seen.campaign.name, unit, command, by=seen.viewer.by, id=order)

        return Read(send, f"/units/{unit}{page.query(as_of=None, taken=order)}")

    def respond(
        self, subject: OfAction, given: Given, order: str, read: Read, code: int, page: Page, seen: Seen
    ) -> Response:
        """The page, with sentences about no field of this form above it."""
        action, of = subject
        shown = {name for name in read.mistakes if name.partition(".")[0] in action.asks}
        return page.respond(
            "act.html",
            code,
            action=action,
            stage=of.now,
            rule=of.rule,
            options=_options(page, action, of),
            result_titles={key: _text(result_name(key), page.language) for key in of.rule.results},
            expected=EXPECTED,
            given=given,
            order=order,
            mistakes={name: read.mistakes[name] for name in shown},
            general=[said for name, said in read.mistakes.items() if name not in shown],
            offered=action.offered(of),
        )


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
