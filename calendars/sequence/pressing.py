"""What is said of a stage that is overdue: again and again to the unit, and step by step to its superiors.

One clock of a stage counts, the last that ran out: once the central deadline has passed nobody is told of the local
target any more. Nothing is said while the unit is suspended, or the stage is postponed without new days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

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
    if not _speaks(state, today):
        return ()
    return tuple(
        fact
        for stage, now, clock, due, policy in _pressing(state, today)
        for fact in _said(policy, stage, now, clock, due, today)
    )


def pressing_days(state: UnitState, today: date) -> Iterator[date]:
    """The days after `today`, up to the campaign's last, on which something may be to be said as things stand; of a
    clock that is still running none, for it falls overdue before."""
    if state.rules.notices is None or state.rules.reminders is None:
        return
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        for clock, due in due_days(stage, now).items():
            if due >= today and clock not in now.overdue:
                continue
            if now.held or pressing_clock(stage, now, max(today, due + DAY)) != (clock, due):
                continue
            policy = _Policy(state, state.rules.reminders, state.rules.notices)
            step = policy.climb(now, clock, due)
            for day in (policy.again(now, clock, due), step[1] if step else None):
                given = _given(state, max(day, today)) if day else None
                if given and pressing_clock(stage, now, given) == (clock, due):
                    yield given


def _speaks(state: UnitState, day: date) -> bool:
    notices = state.rules.notices
    return bool(notices and notices.works(day) and day <= state.rules.until) and not suspended(
        state, Span(day, day), day
    )


def _given(state: UnitState, day: date) -> date | None:
    while (day := rested(state, day)) <= state.rules.until:
        if _speaks(state, day):
            return day
        day += DAY
    return None


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
    """When an overdue stage is spoken of: first on the day after the due day, or the first one after it that is worked
    and not frozen; then at the plan's interval."""

    def __init__(self, state: UnitState, reminders: Reminders, notices: NoticeRules) -> None:
        self._state, self._reminders, self._notices = state, reminders, notices

    def again(self, now: StageState, clock: Clock, due: date) -> date | None:
        """The next day on which it is said, a working day, after it fell overdue or was last said."""
        first, every = _given(self._state, due + DAY), self._reminders.overdue_every
        if first is None:
            return None
        said = now.pressed.get(clock)
        if said is None:
            if first > self._working(due + DAY):
                return first  # it fell overdue in a freeze, in which nobody was told
            said = first
        # What is said on a day off comes later, but not later than what is said next: the last before `said` suffices.
        day = first + timedelta(days=every * max((said - first).days // every, 1))
        while day <= self._state.rules.until:
            if (working := self._working(day)) > said:
                return working
            day += timedelta(days=every)
        return None

    def climb(self, now: StageState, clock: Clock, due: date) -> tuple[int, date] | None:
        """The next step, 1 for the direct superior, and its day; None once it was answered. One that came late puts off
        those after it, and days off never bring two on one day: whoever hears first is to have time to answer."""
        steps, last, first = now.climbed.get(clock, 0), now.climbed_on.get(clock), _given(self._state, due + DAY)
        if clock in now.acknowledged or steps >= self._notices.above or first is None:
            return None
        pause = timedelta(days=self._reminders.escalate_after)
        day = first + (steps + 1) * pause
        if last is not None:
            day = last + pause if last > self._working(first + steps * pause) else max(day, last + DAY)
        return (steps + 1, working) if (working := self._working(day)) <= self._state.rules.until else None

    def _working(self, day: date) -> date:
        while not self._notices.works(day):
            day += DAY
        return day


def _pressing(state: UnitState, today: date) -> Iterator[tuple[Stage, StageState, Clock, date, _Policy]]:
    if state.rules.notices is None or state.rules.reminders is None:
        return
    policy = _Policy(state, state.rules.reminders, state.rules.notices)
    for stage, now, clock, due in overdue_stages(state, today):
        yield stage, now, clock, due, policy


def _said(policy: _Policy, stage: Stage, now: StageState, clock: Clock, due: date, today: date) -> Iterator[Pressed]:
    if (day := policy.again(now, clock, due)) and day <= today:
        yield StillOverdue(today, stage.id, clock, due, (today - due).days)
    if (step := policy.climb(now, clock, due)) and step[1] <= today:
        yield Escalated(today, stage.id, clock, due, step[0])
