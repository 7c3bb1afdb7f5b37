"""What time alone makes of a unit: planned days that a freeze takes, clocks that run out, reminders that fall due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from calendars.plan.model import Freeze
from calendars.sequence.facts import FellOverdue, Postponed, ReminderDue
from calendars.sequence.state import Clock, Span, UnitState
from calendars.sequence.status import due_days, plan_freeze, planned, suspended

DAY = timedelta(days=1)
SCHEDULED = "scheduled"

DueFact = FellOverdue | Postponed | ReminderDue


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
    return (*sorted(passed, key=lambda fact: fact.effective), *_reminders(state, today))


def next_due(state: UnitState, today: date) -> date | None:
    """The first day after `today` on which `due_facts` gives anything; None when nothing will."""
    if state.profile is None or state.ended:
        return None
    days = [day + DAY for day, _, _ in _running(state)]
    days += [day for _, _, due, planned_day in _reminder_days(state) if (day := _rested(state, planned_day)) <= due]
    ended = {one.id for one in state.freezes}
    plan = (freeze for no, freeze in enumerate(state.rules.freezes) if plan_freeze(no) not in ended)
    days += [known for freeze in plan if (known := _takes(state, freeze))]
    return min((day for day in days if day > today), default=None)


def _rested(state: UnitState, day: date) -> date:
    """The day on which a reminder of `day` is given: a freeze puts it off to the first day after it."""
    freeze = suspended(state, Span(day, day), day)
    while freeze is not None:
        if freeze.last is None or freeze.last == date.max:
            return date.max
        day = freeze.last + DAY
        freeze = suspended(state, Span(day, day), day)
    return day


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


def _reminders(state: UnitState, today: date) -> Iterator[ReminderDue]:
    if suspended(state, Span(today, today), today):
        return  # reminders rest; the last one that was missed comes when the freeze ends
    found: dict[tuple[str, str], date] = {
        (stage, of): due for stage, of, due, day in _reminder_days(state) if day <= today <= due
    }
    for (stage, of), due in found.items():
        yield ReminderDue(today, stage, of, due, (due - today).days)


def _reminder_days(state: UnitState) -> Iterator[tuple[str, str, date, date]]:
    """Stage, kind of date, the date, and each day on which to remind of it that nobody has looked at yet."""
    reminders = state.rules.reminders
    if reminders is None:
        return
    since = state.since or state.rules.from_
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        if now.held:
            continue
        dates: dict[str, date] = {clock.value: day for clock, day in due_days(stage, now).items()}
        if now.scheduled:
            dates[SCHEDULED] = now.scheduled.first
        for of, due in dates.items():
            looked = max(now.reminded.get(of, since - DAY), since - DAY)
            for before in stage.remind if stage.remind is not None else reminders.before:
                day = due - timedelta(days=before)
                if day > looked:
                    yield stage.id, of, due, day
