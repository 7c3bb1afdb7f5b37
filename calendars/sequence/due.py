"""What time alone makes of a unit: planned days that a freeze takes, clocks that run out, notices that fall due, and
what calendars show no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from calendars.plan.model import Freeze
from calendars.sequence.facts import Cleared, FellOverdue, Frozen, Postponed, ReminderDue
from calendars.sequence.pressing import Pressed, pressed_due, pressing_days
from calendars.sequence.reminding import reminder_days, reminders_due
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.status import due_days, plan_freeze, planned, suspended

DAY = timedelta(days=1)

DueFact = Cleared | FellOverdue | Frozen | Postponed | ReminderDue | Pressed


def due_facts(state: UnitState, today: date) -> tuple[DueFact, ...]:
    """What fell due by `today` and is not marked yet, in the order of the days.

    The due day itself is still in time. Reminders of one date that a service missed become one. A unit that was not
    enrolled owes nothing, one that ended only that what was called off with it leaves the calendars.
    """
    if state.profile is None:
        return ()
    if state.ended:
        cleared = _cleared(state)
        return (Cleared(cleared),) if cleared and cleared <= today else ()
    known = tuple(_made_known(state, today))
    taken = postponements(state, today)
    if taken:
        return (*known, *taken)  # what else is due depends on the days that are left: the next look tells
    passed = [FellOverdue(day + DAY, stage, clock, day) for day, stage, clock in _running(state) if day < today]
    return (
        *known,
        *sorted(passed, key=lambda fact: fact.effective),
        *reminders_due(state, today),
        *pressed_due(state, today),
    )


def next_due(state: UnitState, today: date) -> date | None:
    """The first day after `today` on which `due_facts` gives anything; None when nothing will."""
    if state.profile is None:
        return None
    if state.ended:
        return _cleared(state)
    days = [day + DAY for day, _, _ in _running(state)]
    days += reminder_days(state, today)
    days += pressing_days(state, today)
    ended = {one.id for one in state.freezes}
    plan = (freeze for no, freeze in enumerate(state.rules.freezes) if plan_freeze(no) not in ended)
    days += [known for freeze in plan if (known := _takes(state, freeze))]
    days += [day for day, _ in _unknown(state)]
    return min((day for day in days if day > today), default=None)


def _cleared(state: UnitState) -> date | None:
    return state.ended.shown + DAY if state.ended and state.ended.shown else None


def _made_known(state: UnitState, today: date) -> Iterator[Frozen]:
    for day, frozen in _unknown(state):
        if day <= today:
            yield frozen


def _unknown(state: UnitState) -> Iterator[tuple[date, Frozen]]:
    """The freezes of the plan that nothing told yet, with the days they become known: the top of the tree tells them
    for all."""
    if state.profile is None or state.rules.calendar is None or not state.rules.calendar.top:
        return
    told = {one.id for one in state.freezes}
    for no, freeze in enumerate(state.rules.freezes):
        name, day = plan_freeze(no), freeze.ordered or freeze.from_
        if name not in told:
            yield day, Frozen(day, name, freeze.from_, freeze.to, freeze.source or "", state.profile.code)


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
