"""What may be done to a stage on the board: by whom, when it is offered, and what its form asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from calendars.plan.model import Plan, Stage
from calendars.sequence.state import Clock, Gate, Status
from calendars.store.unit_status import UnitStage
from calendars.web.viewer import Viewer

OPEN = frozenset({Status.WAITING, Status.OPEN, Status.SCHEDULED, Status.POSTPONED, Status.OVERDUE})


@dataclass(frozen=True, slots=True)
class OfStage:
    """A stage of a unit as the board shows it today, with its rule and the unit's tags."""

    plan: Plan
    rule: Stage
    now: UnitStage
    tags: frozenset[str]
    today: date

    @property
    def is_open(self) -> bool:
        """Whether the unit has still to hold it."""
        return self.now.status in OPEN

    @property
    def bodies(self) -> list[str]:
        """The bodies whose consent the plan asks of such a unit and that have not given it."""
        asked = (one.from_ for one in self.plan.consents if one.stage == self.rule.id and one.tag in self.tags)
        return [body for body in dict.fromkeys(asked) if body not in self.now.consents]

    @property
    def undone(self) -> list[str]:
        """The preparatory steps that nobody has ticked off."""
        return [step.id for step in self.now.lead_ins if step.done is None]


@dataclass(frozen=True, slots=True)
class Action:
    """An action. `asks` are the fields of its form (on, to, results, reason, body, lead_in, clock, text); those in
    `needs` may not be empty."""

    name: str
    asks: tuple[str, ...]
    needs: frozenset[str]
    offered: Callable[[OfStage], bool]


def _action(name: str, asks: str, needs: str, offered: Callable[[OfStage], bool]) -> Action:
    return Action(name, tuple(asks.split()), frozenset(needs.split()), offered)


def _is_held(of: OfStage) -> bool:
    return of.now.status == Status.HELD


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        _action("report", "on to results", "on", lambda of: of.is_open),
        _action("schedule", "on to", "on", lambda of: of.is_open),
        _action("postpone", "on to reason", "reason", lambda of: of.is_open and of.now.scheduled is not None),
        _action("correct", "on to results reason", "reason", lambda of: _is_held(of) and not of.now.sealed),
        _action("retract", "reason", "reason", lambda of: _is_held(of) and not of.now.sealed),
        _action("done", "lead_in on", "lead_in", lambda of: of.is_open and bool(of.undone)),
        _action("acknowledge", "", "", lambda of: of.now.status == Status.OVERDUE),
        _action("waive", "reason", "reason", lambda of: of.is_open and _waits(of)),
        _action("consent", "body on", "body on", lambda of: bool(of.bodies)),
        _action("review", "on text", "on", lambda of: _is_held(of) and _is_pilot(of)),
        _action("reopen", "reason", "reason", lambda of: of.now.sealed),
        _action("pin", "clock on reason", "clock on reason", lambda of: of.is_open and bool(clocks(of))),
        _action("unpin", "clock reason", "clock reason", lambda of: of.is_open and bool(of.now.pins)),
    )
}


def _waits(of: OfStage) -> bool:
    closed = of.now.gate is not None and of.now.gate.state == Gate.CLOSED
    pilots = of.rule.pilots
    behind_pilots = pilots is not None and of.today <= pilots.to and not _is_pilot(of)
    return not of.now.waived and (closed or behind_pilots)


def _is_pilot(of: OfStage) -> bool:
    return of.rule.pilots is not None and "pilot" in of.tags


def clocks(of: OfStage) -> list[Clock]:
    """The due days that the stage has, each of which a unit may have otherwise."""
    days = {Clock.DAY: of.rule.on, Clock.TARGET: of.now.target, Clock.DEADLINE: of.now.deadline}
    return [clock for clock, day in days.items() if day is not None]


def offered(viewer: Viewer, of: OfStage) -> list[Action]:
    """What the board offers the viewer to do now, the most usual first."""
    return [action for action in ACTIONS.values() if viewer.may(action.name) and action.offered(of)]
