"""Clocks that run out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.sequence.commands import Report
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.events import Event
from calendars.sequence.evolving import fold
from calendars.sequence.facts import FellOverdue
from calendars.sequence.state import Clock, UnitState
from tests.sequence.quang_ninh import FULL, LAUNCH, after, blank, settled, taken, unit
from tests.sequence.strategies import LEVELS, STREAMS

TARGET, DEADLINE = date(2020, 5, 31), date(2020, 6, 30)
BY_TARGET = FellOverdue(date(2020, 6, 1), "grassroots_congress", Clock.TARGET, TARGET)
BY_DEADLINE = FellOverdue(date(2020, 7, 1), "grassroots_congress", Clock.DEADLINE, DEADLINE)


def fallen(state: UnitState, today: date) -> tuple[FellOverdue, ...]:
    """The clocks that ran out by the day and are not marked; what is said of it again is tried in test_pressing."""
    return tuple(fact for fact in due_facts(state, today) if isinstance(fact, FellOverdue))


@pytest.mark.parametrize(
    ("today", "facts"),
    [
        (TARGET, ()),
        (date(2020, 6, 1), (BY_TARGET,)),
        (DEADLINE, (BY_TARGET,)),
        (date(2020, 7, 1), (BY_TARGET, BY_DEADLINE)),
        (date(2020, 12, 31), (BY_TARGET, BY_DEADLINE)),
    ],
)
def test_due_today_is_not_overdue(today: date, facts: tuple[FellOverdue, ...]) -> None:
    assert fallen(unit("commune"), today) == facts


def test_each_clock_falls_once() -> None:
    commune = unit("commune")
    assert next_due(commune, date(2020, 1, 1)) == date(2020, 6, 1)
    commune = settled(commune, date(2020, 6, 1))
    assert commune.stage("grassroots_congress").overdue == (Clock.TARGET,)
    commune = settled(commune, DEADLINE)
    assert (due_facts(commune, DEADLINE), next_due(commune, DEADLINE)) == ((), date(2020, 7, 1))
    commune = settled(commune, date(2020, 9, 1))
    assert commune.stage("grassroots_congress").overdue == (Clock.TARGET, Clock.DEADLINE)
    assert fallen(commune, date.max) == ()
    # Said every seven days from Wednesday 01/07, and 02/09 is National Day.
    assert (due_facts(commune, date(2020, 9, 2)), next_due(commune, date(2020, 9, 1))) == ((), date(2020, 9, 3))


def test_after_the_campaign_nothing_comes_any_more() -> None:
    commune = settled(unit("commune"), date(2020, 12, 31))
    assert (due_facts(commune, date.max), next_due(commune, date(2020, 12, 31))) == ((), None)


def test_a_village_is_due_on_the_days_for_all_in_their_order() -> None:
    assert fallen(unit("village"), date(2020, 2, 1)) == (
        FellOverdue(date(2020, 1, 6), "headman_election", Clock.DAY, date(2020, 1, 5)),
        FellOverdue(date(2020, 1, 19), "cell_congress", Clock.DAY, date(2020, 1, 18)),
    )


def test_a_held_stage_owes_nothing() -> None:
    commune = after(unit("commune"), (Report("grassroots_congress", date(2020, 5, 30)), date(2020, 5, 31)))
    assert (due_facts(commune, date.max), next_due(commune, date(2020, 9, 1))) == ((), None)


def test_a_unit_not_enrolled_owes_nothing() -> None:
    assert (due_facts(blank("commune"), date.max), next_due(blank("commune"), LAUNCH)) == ((), None)


@settings(max_examples=300)
@given(LEVELS, STREAMS, st.dates(date(2019, 12, 1), date(2021, 1, 1)))
def test_what_is_due_is_due_once_and_exactly_on_the_next_due_day(level: str, events: list[Event], today: date) -> None:
    state = fold(unit(level, plan=FULL), events)
    for _ in range(9):
        if not (facts := due_facts(state, today)):
            break
        assert all(fact.effective <= today for fact in facts)
        state = taken(state, facts)
    assert due_facts(state, today) == ()
    upcoming = next_due(state, today)
    assert upcoming is None or (upcoming > today and due_facts(state, upcoming))
    for day in rest(today, upcoming):
        assert due_facts(state, day) == ()


def rest(today: date, upcoming: date | None) -> set[date]:
    """Days after today on which nothing may come: the next weeks, the last days before, and some in between."""
    nights = ((upcoming or date(2100, 6, 1)) - today).days
    offsets = {*range(1, min(nights, 60)), *range(max(nights - 3, 1), nights), *range(1, nights, max(nights // 40, 1))}
    return {today + timedelta(days=offset) for offset in offsets}
