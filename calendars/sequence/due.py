"""What time alone makes of a unit: planned days that a freeze takes, clocks that run out, notices that fall due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from calendars.plan.model import Freeze
from calendars.sequence.facts import FellOverdue, Postponed, ReminderDue
from calendars.sequence.pressing import Pressed, pressed_due, pressing_days
from calendars.sequence.reminding import reminder_days, reminders_due
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.status import due_days, plan_freeze, planned, suspended

DAY = timedelta(days=1)

DueFact = FellOverdue | Postponed | ReminderDue | Pressed


def due_facts(state: UnitState, today: date) -> tuple[DueFact, ...]:
    """What fell due by `today` and is not marked yet, in the order of the days.

    The due day itself is still in time. Reminders of one date that a service missed become one. A unit that was not
    enrolled, or ended, owes nothing.
    """
    if state.profile is None or state.ended:
        return ()
    taken = postponements(state, today)
    if taken:
        return taken  # what else is due depends on the days that are left: the next look tells
    passed = [FellOverdue(day + DAY, stage, clock, day) for day, stage, clock in _running(state) if day < today]
    return (
        *sorted(passed, key=lambda fact: fact.effective),
        *reminders_due(state, today),
        *pressed_due(state, today),
    )


def next_due(state: UnitState, today: date) -> date | None:
    """The first day after `today` on which `due_facts` gives anything; None when nothing will."""
    if state.profile is None or state.ended:
        return None
    days = [day + DAY for day, _, _ in _running(state)]
    days += reminder_days(state, today)
    days += pressing_days(state, today)
    ended = {one.id for one in state.freezes}
    plan = (freeze for no, freeze in enumerate(state.rules.freezes) if plan_freeze(no) not in ended)
    days += [known for freeze in plan if (known := _takes(state, freeze))]
    return min((day for day in days if day > today), default=None)


def _takes(state: UnitState, freeze: Freeze) -> date | None:
    """The day on which a freeze of the plan becomes known, if it takes planned days of the unit."""
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        days = planned(stage, now) if not now.held else None
        if days and freeze.from_ <= days.last and (freeze.to is None or days.first <= freeze.to):
            return freeze.ordered or freeze.from_
    return None


def postponements(state: UnitState, today: date) -> tuple[Postponed, ...]:
    """The stages whose planned days fall into a freeze that is known on `today`."""
    facts = []
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        days = planned(stage, now)
        if days and not now.held and (freeze := suspended(state, days, today)):
            facts.append(Postponed(today, stage.id, days.first, days.last, freeze.reason, freeze.id))
    return tuple(facts)


def _running(state: UnitState) -> Iterator[tuple[date, str, Clock]]:
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        if not now.held:
            for clock, day in due_days(stage, now).items():
                if clock not in now.overdue:
                    yield day, stage.id, clock
