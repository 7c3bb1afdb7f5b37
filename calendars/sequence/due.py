"""What time alone makes of a unit: the clocks that ran out on stages not held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from calendars.sequence.events import FellOverdue
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.status import due_days

DAY = timedelta(days=1)


def due_facts(state: UnitState, today: date) -> tuple[FellOverdue, ...]:
    """The clocks that ran out before `today` and are not marked yet, in order of their due days.

    The due day itself is still in time. A unit that was not enrolled owes nothing.
    """
    passed = sorted((due for due in _running(state) if due[0] < today), key=lambda due: due[0])
    return tuple(FellOverdue(day + DAY, stage, clock, day) for day, stage, clock in passed)


def next_due(state: UnitState) -> date | None:
    """The first day on which `due_facts` gives anything, in the past if it waits already; None when nothing will."""
    return min((day + DAY for day, _, _ in _running(state)), default=None)


def _running(state: UnitState) -> Iterator[tuple[date, str, Clock]]:
    if state.profile is None:
        return
    for stage in state.rules.stages:
        of_stage = state.stage(stage.id)
        if not of_stage.held:
            for clock, day in due_days(stage).items():
                if clock not in of_stage.overdue:
                    yield day, stage.id, clock
