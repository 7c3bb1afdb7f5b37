"""What a superior's calendar says of the units below it: when it is counted, and that only a change is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import RolledUp
from calendars.sequence.rollups import counted_day, next_rollup, rollup_facts
from calendars.sequence.state import Count, Rollup, Span, UnitState
from calendars.sequence.surroundings import Child, Surroundings
from tests.sequence.quang_ninh import BUNDLED, RECORDED, unit

STAGE = "grassroots_congress"
DISTRICT = replace(unit("district", plan=BUNDLED), since=date(2019, 12, 1))
PROVINCE = replace(unit("province", plan=BUNDLED), since=date(2019, 12, 1))
DAY = timedelta(days=1)


def below(of: UnitState, *held: str, children: int = 3) -> Surroundings:
    """So many communes below the district, of which the first held their congress on these days."""
    assert of.profile is not None
    days = [{STAGE: Span(date.fromisoformat(day), date.fromisoformat(day))} for day in held]
    days += [{} for _ in range(children - len(held))]
    code = of.profile.code
    found = {f"{no}": Child(f"{no}", f"Xã {no}", "commune", code, 1, held=one) for no, one in enumerate(days)}
    return Surroundings(found)


def told(state: UnitState, facts: Iterable[RolledUp]) -> UnitState:
    return fold(state, number(state, facts, by="calendar", recorded=RECORDED))


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2020-03-30", "2020-03-29"),  # a Monday tells of the Sunday before
        ("2020-03-31", "2020-03-29"),
        ("2020-04-01", "2020-03-31"),  # the first of a month tells of the month before
        ("2020-04-05", "2020-03-31"),
        ("2020-04-06", "2020-04-05"),
        ("2020-06-01", "2020-05-31"),  # which was a Sunday too
    ],
)
def test_a_figure_is_told_once_the_day_is_over(today: str, day: str) -> None:
    assert counted_day(DISTRICT, date.fromisoformat(today)) == date.fromisoformat(day)


def test_a_unit_that_joined_later_cannot_know_what_stood_then() -> None:
    joined = replace(DISTRICT, since=date(2020, 6, 11))
    assert counted_day(joined, date(2020, 6, 11)) is None
    assert counted_day(joined, date(2020, 6, 14)) is None
    assert counted_day(joined, date(2020, 6, 15)) == date(2020, 6, 14)


def test_only_a_change_is_told_and_once_a_week() -> None:
    nothing = below(DISTRICT)
    assert rollup_facts(DISTRICT, nothing, {}, date(2020, 3, 30)) == ()
    assert next_rollup(DISTRICT, nothing, date(2020, 3, 25)) is None
    one = below(DISTRICT, "2020-03-26")
    assert next_rollup(DISTRICT, one, date(2020, 3, 26)) == date(2020, 3, 30)
    (fact,) = rollup_facts(DISTRICT, one, {}, date(2020, 3, 30))
    assert fact == RolledUp(date(2020, 3, 29), (Count(STAGE, 1, 3),))
    once = told(DISTRICT, [fact])
    late = below(DISTRICT, "2020-03-26", "2020-03-27")  # reported on Monday
    assert rollup_facts(once, late, {}, date(2020, 3, 30)) == ()
    assert next_rollup(once, late, date(2020, 3, 30)) == date(2020, 4, 1)
    (month_end,) = rollup_facts(once, late, {}, date(2020, 4, 1))
    twice = told(once, [month_end])
    assert twice.rollups == {"grassroots_congress/2020-03": Rollup(STAGE, date(2020, 3, 31), 2, 3)}
    for days in range(40):
        assert rollup_facts(twice, late, {}, date(2020, 4, 1) + days * DAY) == ()
    assert next_rollup(twice, late, date(2020, 4, 1)) is None
    third = below(DISTRICT, "2020-03-26", "2020-03-27", "2020-04-02")
    (april,) = rollup_facts(twice, third, {}, date(2020, 4, 6))
    assert set(told(twice, [april]).rollups) == {"grassroots_congress/2020-03", "grassroots_congress/2020-04"}


def test_what_was_held_after_the_counted_day_is_not_in_it() -> None:
    monday = below(DISTRICT, "2020-03-30")
    assert rollup_facts(DISTRICT, monday, {}, date(2020, 3, 30)) == ()
    assert next_rollup(DISTRICT, monday, date(2020, 3, 30)) == date(2020, 4, 1)


def test_the_top_counts_what_is_further_below() -> None:
    assert PROVINCE.rules.calendar is not None
    assert STAGE in PROVINCE.rules.calendar.deeper
    around = Surroundings({})
    assert next_rollup(PROVINCE, around, date(2020, 3, 25)) == date(2020, 3, 30)
    counted = {date(2020, 3, 31): (Count(STAGE, 121, 177), Count("cell_congress", 0, 1544))}
    (fact,) = rollup_facts(PROVINCE, around, counted, date(2020, 4, 1))
    assert fact == RolledUp(date(2020, 3, 31), (Count(STAGE, 121, 177),))
    assert rollup_facts(PROVINCE, around, counted, date(2020, 3, 30)) == ()
    after = told(PROVINCE, [fact])
    assert next_rollup(after, around, date(2020, 4, 1)) == date(2020, 4, 6)
    stages = PROVINCE.rules.calendar.deeper
    done = replace(PROVINCE, rollups={stage: Rollup(stage, date(2020, 6, 30), 5, 5) for stage in stages})
    assert next_rollup(done, around, date(2020, 7, 1)) is None


def test_a_unit_that_began_before_there_were_figures_goes_on_without() -> None:
    for calendar in (None, replace(PROVINCE.rules.calendar or (), rolls_up=False)):
        former = replace(PROVINCE, rules=replace(PROVINCE.rules, calendar=calendar))
        assert counted_day(former, date(2020, 4, 1)) is None
        assert next_rollup(former, Surroundings({}), date(2020, 4, 1)) is None


def test_nobody_tells_after_the_campaign() -> None:
    last = PROVINCE.rules.until
    assert next_rollup(PROVINCE, Surroundings({}), last + DAY) is None
    assert counted_day(PROVINCE, last + timedelta(days=8)) is None


def test_a_village_has_nothing_below_it() -> None:
    village = unit("village", plan=BUNDLED)
    assert village.rules.calendar is not None
    assert not village.rules.calendar.rolls_up
