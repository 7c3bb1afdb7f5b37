"""What is said of a stage that is overdue: again and again to the unit, and step by step to its superiors.

One clock of a stage counts, the last that ran out: once the central deadline has passed nobody is told of the local
target any more. Nothing is said while the unit is suspended, or the stage is postponed without new days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from calendars.plan.model import Reminders, Stage
from calendars.sequence.facts import Acknowledged, Escalated, StillOverdue
from calendars.sequence.reminding import rested
from calendars.sequence.rules import NoticeRules
from calendars.sequence.state import Clock, Span, StageState, UnitState
from calendars.sequence.status import due_days, planned, suspended

DAY = timedelta(days=1)
ORDER = (Clock.DAY, Clock.TARGET, Clock.DEADLINE)

Pressed = StillOverdue | Escalated


def pressing_clock(stage: Stage, now: StageState, today: date) -> tuple[Clock, date] | None:
    """The clock that ran out last, with its day; the due day itself is still in time."""
    if now.held or (now.postponed and planned(stage, now) is None):
        return None
    passed = [(day, ORDER.index(clock), clock) for clock, day in due_days(stage, now).items() if day < today]
    if not passed:
        return None
    day, _, clock = max(passed)
    return clock, day


def pressed_due(state: UnitState, today: date) -> tuple[Pressed, ...]:
    """What to say on `today` of all that is overdue. What a service missed becomes one."""
    if suspended(state, Span(today, today), today):
        return ()
    return tuple(
        fact
        for stage, now, clock, due, policy in _pressing(state, today)
        for fact in _said(policy, stage, now, clock, due, today)
    )


def pressing_days(state: UnitState, today: date) -> Iterator[date]:
    """The days after `today`, up to the campaign's last, on which something may be to be said as things stand."""
    if state.rules.notices is None or state.rules.reminders is None:
        return
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        for clock, due in due_days(stage, now).items():
            if now.held or pressing_clock(stage, now, max(today, due + DAY)) != (clock, due):
                continue
            days = _Policy(state.rules.reminders, state.rules.notices, state.rules.until)
            coming = [next((day for day in days.again(due) if day > today), None)]
            if clock not in now.acknowledged:
                coming.append(next((day for _, day in days.climb(due) if day > today), None))
            yield from (rested(state, day) for day in coming if day)


def acknowledged(state: UnitState, stage: str, today: date) -> tuple[Acknowledged, ...]:
    """The overdue clocks, of one stage or with "" of all, for which nobody answered yet."""
    return tuple(
        Acknowledged(today, of.id, clock, due)
        for of, now, clock, due in overdue_stages(state, today)
        if stage in ("", of.id) and clock not in now.acknowledged
    )


def overdue_stages(state: UnitState, today: date) -> Iterator[tuple[Stage, StageState, Clock, date]]:
    """The stages that are overdue on `today`, each with the clock that counts and its day."""
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        if found := pressing_clock(stage, now, today):
            yield stage, now, *found


class _Policy:
    """When an overdue stage is spoken of: first on the working day after the due day, then at the plan's interval."""

    def __init__(self, reminders: Reminders, notices: NoticeRules, until: date) -> None:
        self._reminders, self._notices, self._until = reminders, notices, until

    def first(self, due: date) -> date:
        """The first working day after the due day."""
        return self._working(due + DAY)

    def again(self, due: date) -> Iterator[date]:
        """The days after the first one, each a working day."""
        yield from self._after(due, self._reminders.overdue_every)

    def climb(self, due: date) -> Iterator[tuple[int, date]]:
        """The steps of the climb, from 1 for the direct superior, with their days."""
        days = self._after(due, self._reminders.escalate_after)
        yield from zip(range(1, self._notices.above + 1), days, strict=False)

    def _after(self, due: date, every: int) -> Iterator[date]:
        day = self.first(due)
        while (day := day + timedelta(days=every)) <= self._until:
            yield self._working(day)

    def _working(self, day: date) -> date:
        while not self._notices.works(day):
            day += DAY
        return day


def _pressing(state: UnitState, today: date) -> Iterator[tuple[Stage, StageState, Clock, date, _Policy]]:
    if state.rules.notices is None or state.rules.reminders is None:
        return
    policy = _Policy(state.rules.reminders, state.rules.notices, state.rules.until)
    for stage, now, clock, due in overdue_stages(state, today):
        yield stage, now, clock, due, policy


def _said(policy: _Policy, stage: Stage, now: StageState, clock: Clock, due: date, today: date) -> Iterator[Pressed]:
    said = now.pressed.get(clock, policy.first(due))
    if any(day > said for day in takewhile(lambda day: day <= today, policy.again(due))):
        yield StillOverdue(today, stage.id, clock, due, (today - due).days)
    if clock in now.acknowledged:
        return
    for step, day in policy.climb(due):
        if step > now.climbed.get(clock, 0) and day <= today:
            yield Escalated(today, stage.id, clock, due, step)
