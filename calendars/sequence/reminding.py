"""Reminders of dates to come: of a due day, of planned days, of a preparatory step.

A reminder falls on a working day: one that would fall on a day off is given on the working day before it. It rests
while the unit is suspended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.plan.model import LeadIn, Stage
from calendars.sequence.facts import ReminderDue
from calendars.sequence.rules import Rules
from calendars.sequence.state import Clock, Span, StageState, UnitState
from calendars.sequence.status import due_days, planned, suspended

DAY = timedelta(days=1)
SCHEDULED = "scheduled"
LEAD_IN = "lead_in."


@dataclass(frozen=True, slots=True)
class Coming:
    """One reminder: it is given on `day` of the date `due`, which is of the kind `of`."""

    stage: str
    of: str
    due: date
    day: date


def coming(state: UnitState) -> Iterator[Coming]:
    """The reminders that nobody has looked at yet, in the plan's order of stages."""
    reminders = state.rules.reminders
    if reminders is None:
        return
    since = state.since or state.rules.from_
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        if now.held:
            continue
        usual = stage.remind if stage.remind is not None else reminders.before
        for of, (due, offsets) in _dates(state.rules, stage, now, usual).items():
            looked = max(now.reminded.get(of, since - DAY), since - DAY)
            for before in offsets:
                day = due - timedelta(days=before)
                if day > looked:
                    yield Coming(stage.id, of, due, _on_a_working_day(state.rules, day, looked))


def reminders_due(state: UnitState, today: date) -> Iterator[ReminderDue]:
    """What to remind of on `today`. Reminders of one date that a service missed become one, and it is left out once the
    date has passed."""
    if suspended(state, Span(today, today), today):
        return  # reminders rest; the last one that was missed comes when the freeze ends
    found = {(one.stage, one.of): one.due for one in coming(state) if one.day <= today <= one.due}
    for (stage, of), due in found.items():
        yield ReminderDue(today, stage, of, due, (due - today).days)


def reminder_days(state: UnitState, today: date) -> Iterator[date]:
    """The first of the days after `today` on which `reminders_due` gives anything unless it was looked at before, and
    some of the others."""
    first = date.max
    for one in coming(state):
        if one.day >= first:
            continue
        day = rested(state, max(one.day, today) if state.rules.notices else one.day)
        if day <= one.due:
            first = min(first, day) if day > today else first
            yield day


def looked_through(rules: Rules, day: date) -> date:
    """The last of the days whose reminders are given on `day`: those off that follow it belong to it."""
    while rules.notices is not None and not rules.notices.works(day + DAY):
        day += DAY
    return day


def dates_of(rules: Rules, stage: Stage, now: StageState) -> dict[str, date]:
    """The dates of a stage that is not held, by their kind: its clocks, its planned days by the first of them, and its
    preparatory steps that are not done."""
    return {of: due for of, (due, _) in _dates(rules, stage, now, ()).items()}


def rested(state: UnitState, day: date) -> date:
    """The day on which what was to be said on `day` is said: a freeze puts it off to the first day after it."""
    freeze = suspended(state, Span(day, day), day)
    while freeze is not None:
        if freeze.last is None or freeze.last == date.max:
            return date.max
        day = freeze.last + DAY
        freeze = suspended(state, Span(day, day), day)
    return day


def _dates(
    rules: Rules, stage: Stage, now: StageState, usual: tuple[int, ...]
) -> dict[str, tuple[date, tuple[int, ...]]]:
    dates: dict[str, tuple[date, tuple[int, ...]]] = {
        clock.value: (day, usual) for clock, day in due_days(stage, now).items()
    }
    if now.scheduled:
        if rules.notices:
            dates.pop(Clock.DAY.value, None)  # the unit's own days stand instead
        dates[SCHEDULED] = now.scheduled.first, usual
    days = planned(stage, now)
    of_steps = rules.reminders.lead_ins if rules.reminders else ()
    if days and rules.notices:
        for lead_in in stage.lead_ins:
            if lead_in.id not in now.done:
                offsets = lead_in.remind if lead_in.remind is not None else of_steps
                dates[LEAD_IN + lead_in.id] = _counted_back(rules, lead_in, days.first), offsets
    return dates


def _counted_back(rules: Rules, lead_in: LeadIn, first: date) -> date:
    assert rules.notices is not None, "units that know no days off are not reminded of steps"
    if lead_in.working_days is None:
        return first - timedelta(days=lead_in.days or 0)
    day, left = first, lead_in.working_days
    while left:
        day -= DAY
        left -= rules.notices.works(day)
    return day


def _on_a_working_day(rules: Rules, day: date, looked: date) -> date:
    """The last working day up to `day`; `day` itself where all of them were looked at already."""
    if rules.notices is None:
        return day
    earlier = day
    while not rules.notices.works(earlier):
        earlier -= DAY
    return earlier if earlier > looked else day
