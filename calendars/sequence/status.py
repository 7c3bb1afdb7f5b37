"""Where a stage of a unit stands on a day, and the dates this rests on. Pure by date: no event needs to have come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from calendars.plan.deadlines import margin
from calendars.plan.model import Due, Stage
from calendars.sequence.state import EMPTY, Clock, Gate, Profile, Span, StageState, Status, Suspension, UnitState

PILOT = "pilot"


def opens_on(stage: Stage, profile: Profile | None) -> date | None:
    """The first day on which the unit may hold the stage; None when the plan names none.

    A stage with one day for all opens on that day; for a pilot its window counts too if it comes earlier.
    """
    opens = stage.on or stage.opens
    if opens and stage.pilots and is_pilot(profile):
        return min(opens, stage.pilots.from_)
    return opens


def in_window(stage: Stage, profile: Profile | None, span: Span) -> bool:
    """Whether the stage is open to the unit on all days of `span`.

    Pilots have a window of their own before the stage opens to everybody; between the two it is closed to them too.
    """
    opens, pilots = stage.on or stage.opens, stage.pilots
    if opens is None:
        return pilots is None or not is_pilot(profile) or span.first >= pilots.from_
    if span.first >= opens:
        return True
    return pilots is not None and is_pilot(profile) and span.first >= pilots.from_ and span.last <= pilots.to


def awaits_pilots(stage: Stage, profile: Profile | None, first: date) -> bool:
    """Whether a unit that is no pilot must wait, on the day `first`, until the pilots under the same superior are
    through: held, and reviewed by the superior. Once the pilots' window has passed nobody waits for them any more."""
    return stage.pilots is not None and not is_pilot(profile) and first <= stage.pilots.to


def due_days(stage: Stage, now: StageState = EMPTY) -> dict[Clock, date]:
    """The days after which an unheld stage is overdue, those that the plan has.

    A stage put off from its one day for all is not late for that day any more; target and deadline stay.
    """
    on = None if now.postponed else stage.on
    days = {Clock.DAY: on, Clock.TARGET: _date(stage.target), Clock.DEADLINE: _date(stage.deadline)}
    return {clock: day for clock, day in days.items() if day is not None}


def planned(stage: Stage, now: StageState) -> Span | None:
    """The days on which the stage is to be held: as scheduled, or the one day for all unless it was put off."""
    if now.scheduled or now.postponed or stage.on is None:
        return now.scheduled
    return Span(stage.on, stage.on)


def plan_freeze(no: int) -> str:
    """What the freeze is called that stands at place `no` of the plan's, from 0."""
    return f"plan/{no}"


def is_plan_freeze(name: str) -> bool:
    """Whether a freeze is called like one of the plan's."""
    return name.startswith("plan/")


def suspensions(state: UnitState, today: date) -> Iterator[Suspension]:
    """The freezes that are known to the unit on `today`: those of the plan from the day they were ordered on, and those
    that came later."""
    ended = {one.id for one in state.freezes}
    for no, freeze in enumerate(state.rules.freezes):
        if (freeze.ordered or freeze.from_) <= today and plan_freeze(no) not in ended:
            yield Suspension(plan_freeze(no), freeze.from_, freeze.to, freeze.source or "")
    yield from state.freezes


def suspended(state: UnitState, span: Span, today: date) -> Suspension | None:
    """The first freeze known on `today` that covers any day of `span`; one ended before it began covers none."""
    for one in suspensions(state, today):
        if one.first <= span.last and (one.last is None or max(one.first, span.first) <= one.last):
            return one
    return None


def stage_status(state: UnitState, stage: Stage, today: date) -> Status:
    """Where the stage stands on `today`. The due day itself is not overdue.

    Overdue goes before scheduled: a date set past the deadline does not hide that it passed.
    """
    now = state.stage(stage.id)
    if now.held:
        return Status.HELD
    if state.ended and state.ended.on <= today:
        return Status.ENDED
    if any(day < today for day in due_days(stage, now).values()):
        return Status.OVERDUE
    if now.scheduled:
        return Status.SCHEDULED
    if now.postponed:
        return Status.POSTPONED
    if not in_window(stage, state.profile, Span(today, today)) or (stage.after and not state.stage(stage.after).held):
        return Status.WAITING
    if state.rules.gate(stage.id) and now.gate not in (Gate.OPEN, Gate.WAIVED):
        return Status.WAITING
    return Status.OPEN


def margins(stage: Stage, span: Span) -> tuple[int | None, int | None]:
    """Days from the last day of a congress to the local target and to the central deadline.

    Positive is early, 0 on the due day, negative late; None where the plan has no such date.
    """
    return margin(_date(stage.target), span.last), margin(_date(stage.deadline), span.last)


def is_pilot(profile: Profile | None) -> bool:
    """Whether the unit goes first."""
    return profile is not None and PILOT in profile.tags


def _date(due: Due | None) -> date | None:
    return None if due is None else due.date
