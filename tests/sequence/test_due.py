"""Clocks that run out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.sequence.commands import Report
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.events import Event, FellOverdue
from calendars.sequence.evolving import fold, number
from calendars.sequence.state import Clock, UnitState
from tests.sequence.quang_ninh import RECORDED, after, blank, unit
from tests.sequence.strategies import LEVELS, STREAMS

TARGET, DEADLINE = date(2020, 5, 31), date(2020, 6, 30)
BY_TARGET = FellOverdue(date(2020, 6, 1), "grassroots_congress", Clock.TARGET, TARGET)
BY_DEADLINE = FellOverdue(date(2020, 7, 1), "grassroots_congress", Clock.DEADLINE, DEADLINE)


def marked(state: UnitState, today: date) -> UnitState:
    return fold(state, number(state, due_facts(state, today), by="service", recorded=RECORDED))


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
    assert due_facts(unit("commune"), today) == facts


def test_each_clock_falls_once() -> None:
    commune = unit("commune")
    assert next_due(commune) == date(2020, 6, 1)
    commune = marked(commune, date(2020, 6, 1))
    assert commune.stage("grassroots_congress").overdue == (Clock.TARGET,)
    assert (due_facts(commune, DEADLINE), next_due(commune)) == ((), date(2020, 7, 1))
    commune = marked(commune, date(2020, 9, 1))
    assert (due_facts(commune, date.max), next_due(commune)) == ((), None)


def test_a_village_is_due_on_the_days_for_all_in_their_order() -> None:
    assert due_facts(unit("village"), date(2020, 2, 1)) == (
        FellOverdue(date(2020, 1, 6), "headman_election", Clock.DAY, date(2020, 1, 5)),
        FellOverdue(date(2020, 1, 19), "cell_congress", Clock.DAY, date(2020, 1, 18)),
    )


def test_a_held_stage_owes_nothing() -> None:
    commune = after(unit("commune"), (Report("grassroots_congress", date(2020, 5, 30)), date(2020, 5, 31)))
    assert (due_facts(commune, date.max), next_due(commune)) == ((), None)


def test_a_unit_not_enrolled_owes_nothing() -> None:
    assert (due_facts(blank("commune"), date.max), next_due(blank("commune"))) == ((), None)


@given(LEVELS, STREAMS, st.dates(date(2019, 12, 1), date(2021, 1, 1)))
def test_what_is_due_is_due_once_and_exactly_from_the_next_due_day(
    level: str, events: list[Event], today: date
) -> None:
    state = fold(blank(level), events)
    first = next_due(state)
    if first is not None:
        assert due_facts(state, first)
        assert not due_facts(state, first - timedelta(days=1))
    facts = due_facts(state, today)
    assert [fact.due for fact in facts] == sorted(fact.due for fact in facts)
    assert all(fact.effective == fact.due + timedelta(days=1) <= today for fact in facts)
    later = marked(state, today)
    assert due_facts(later, today) == ()
    upcoming = next_due(later)
    assert upcoming is None or upcoming > today
