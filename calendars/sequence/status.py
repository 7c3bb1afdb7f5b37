"""Where a stage of a unit stands on a day, and the dates this rests on. Pure by date: no event needs to have come."""

from __future__ import annotations

from datetime import date

from calendars.plan.deadlines import margin
from calendars.plan.model import Due, Stage
from calendars.sequence.state import Clock, Profile, Span, Status, UnitState

PILOT = "pilot"


def opens_on(stage: Stage, profile: Profile | None) -> date | None:
    """The first day on which the unit may hold the stage; None when the plan names none.

    A stage with one day for all opens on that day; for a pilot its window counts too if it comes earlier.
    """
    opens = stage.on or stage.opens
    if opens and stage.pilots and _is_pilot(profile):
        return min(opens, stage.pilots.from_)
    return opens


def in_window(stage: Stage, profile: Profile | None, span: Span) -> bool:
    """Whether the stage is open to the unit on all days of `span`.

    Pilots have a window of their own before the stage opens to everybody; between the two it is closed to them too.
    """
    opens = stage.on or stage.opens
    if opens is None or span.first >= opens:
        return True
    pilots = stage.pilots
    return pilots is not None and _is_pilot(profile) and span.first >= pilots.from_ and span.last <= pilots.to


def due_days(stage: Stage) -> dict[Clock, date]:
    """The days after which an unheld stage is overdue, those that the plan has."""
    days = {Clock.DAY: stage.on, Clock.TARGET: _date(stage.target), Clock.DEADLINE: _date(stage.deadline)}
    return {clock: day for clock, day in days.items() if day is not None}


def stage_status(state: UnitState, stage: Stage, today: date) -> Status:
    """Where the stage stands on `today`. The due day itself is not overdue.

    Overdue goes before scheduled: a date set past the deadline does not hide that it passed.
    """
    of_stage = state.stage(stage.id)
    if of_stage.held:
        return Status.HELD
    if any(day < today for day in due_days(stage).values()):
        return Status.OVERDUE
    if of_stage.scheduled:
        return Status.SCHEDULED
    if not in_window(stage, state.profile, Span(today, today)) or (stage.after and not state.stage(stage.after).held):
        return Status.WAITING
    return Status.OPEN


def margins(stage: Stage, span: Span) -> tuple[int | None, int | None]:
    """Days from the last day of a congress to the local target and to the central deadline.

    Positive is early, 0 on the due day, negative late; None where the plan has no such date.
    """
    return margin(_date(stage.target), span.last), margin(_date(stage.deadline), span.last)


def _date(due: Due | None) -> date | None:
    return None if due is None else due.date


def _is_pilot(profile: Profile | None) -> bool:
    return profile is not None and PILOT in profile.tags
