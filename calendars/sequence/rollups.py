"""What calendars say of the units below a superior: how many had held a stage by the end of a week or of a month.

A figure is renewed only if it changed, once a week and at the end of a month, by an event of the superior's own. It is
told on the day after it was counted, when the reports of that day are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from calendars.sequence.facts import RolledUp
from calendars.sequence.state import Count, Rollup, UnitState
from calendars.sequence.surroundings import Surroundings

DAY = timedelta(days=1)
LATE = timedelta(days=6)  # a service that was away tells until the next figure is due


def rollup_facts(
    state: UnitState, around: Surroundings, deeper: Mapping[date, Iterable[Count]], today: date
) -> tuple[RolledUp, ...]:
    """The figures that are due on `today`. `deeper` has what was counted of units further below, by the counted day."""
    day = counted_day(state, today)
    if day is None:
        return ()
    counts = [*_of_children(state, around, day), *deeper.get(day, ())]
    changed = tuple(count for count in counts if _differs(state, count, day))
    return (RolledUp(day, changed),) if changed else ()


def next_rollup(state: UnitState, around: Surroundings, today: date) -> date | None:
    """The first day after `today` on which a figure may be due as things stand; None while there is nothing new."""
    calendar = state.rules.calendar
    if not _rolls_up(state) or calendar is None or today > state.rules.until:
        return None
    day = today
    while not _is_counted(day):
        day += DAY
    stale = any(_latest(state, count.stage) != count for count in _of_children(state, around, day) if count.held)
    awaited = any(not (last := _latest(state, stage)) or last.held < last.of for stage in calendar.deeper)
    return day + DAY if stale or awaited else None


def counted_day(state: UnitState, today: date) -> date | None:
    """The Sunday or last day of a month whose figure is due on `today`; None where none is. A unit that joined later
    cannot know what stood then."""
    if not _rolls_up(state):
        return None
    day = today - DAY
    while not _is_counted(day):
        day -= DAY
    since = state.since or state.rules.from_
    return day if today - day <= LATE and since <= day <= state.rules.until else None


def _rolls_up(state: UnitState) -> bool:
    calendar = state.rules.calendar
    return calendar is not None and calendar.rolls_up and state.profile is not None and not state.ended


def _is_counted(day: date) -> bool:
    return day.weekday() == 6 or (day + DAY).month != day.month


def _of_children(state: UnitState, around: Surroundings, day: date) -> list[Count]:
    if state.profile is None or around.children is None:
        return []
    counts = []
    for gate in state.rules.gates:
        below = around.below(state.profile.code, gate)
        held = sum(1 for child in below if (days := child.held.get(gate.children)) and days.last <= day)
        counts.append(Count(gate.children, held, len(below)))
    return counts


def _differs(state: UnitState, count: Count, day: date) -> bool:
    last = _newest(state, count.stage)
    if last is None:
        return count.held > 0
    return last.on < day and (last.held, last.of) != (count.held, count.of)


def _latest(state: UnitState, stage: str) -> Count | None:
    last = _newest(state, stage)
    return Count(stage, last.held, last.of) if last else None


def _newest(state: UnitState, stage: str) -> Rollup | None:
    return max((one for one in state.rollups.values() if one.stage == stage), key=lambda one: one.on, default=None)
