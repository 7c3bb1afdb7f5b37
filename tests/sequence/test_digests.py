"""When a superior gets a summary of the units below it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.model import DigestRhythm, Plan, Reminders
from calendars.plan.working_days import is_working_day
from calendars.sequence.commands import End, Enrol
from calendars.sequence.digests import digest_facts, next_digest
from calendars.sequence.facts import DigestDue
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.surroundings import UNKNOWN, Child, Surroundings
from tests.sequence.lives import ARBITRARY, unaware
from tests.sequence.quang_ninh import FULL, PLAN, after, below, blank, day, span, taken, unit

CELL = "cell_congress"
DAY = timedelta(days=1)
OPEN = below(CELL, "2020-01-18", None, None)
DONE = below(CELL, "2020-01-18", "2020-01-18", "2020-01-18")


def plan_of(rhythm: DigestRhythm, plan: Plan = FULL) -> Plan:
    return plan.model_copy(update={"reminders": Reminders(digest=rhythm)})


WEEKLY = unit("commune", plan=plan_of(DigestRhythm.WEEKLY))
DAILY = unit("commune", plan=plan_of(DigestRhythm.DAILY))


def summaries(state: UnitState, first: str, last: str, around: Surroundings = OPEN) -> list[tuple[str, int]]:
    """The summaries of a unit that wakes when it said it would, each with the number of those awaited."""
    given: list[tuple[str, int]] = []
    today = day(first)
    while today <= day(last):
        facts = digest_facts(state, around, today)
        state = taken(state, facts)
        given += [(fact.effective.isoformat(), fact.awaited) for fact in facts]
        assert digest_facts(state, around, today) == ()
        today = next_digest(state, around, today) or date.max
    return given


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2020-03-01", "2020-03-22", ["2020-03-02", "2020-03-09", "2020-03-16"]),
        ("2019-12-30", "2020-01-13", ["2019-12-30", "2020-01-06", "2020-01-13"]),  # New Year is a Wednesday
        # Tết: Monday 20/01 is the last before it, the week of 27/01 begins on Thursday.
        ("2020-01-20", "2020-02-10", ["2020-01-20", "2020-01-30", "2020-02-03", "2020-02-10"]),
        ("2020-04-27", "2020-05-11", ["2020-04-27", "2020-05-04", "2020-05-11"]),  # 30/04 and 01/05
        ("2020-08-31", "2020-09-07", ["2020-08-31", "2020-09-07"]),  # National Day is a Wednesday
        ("2020-12-21", "2021-02-01", ["2020-12-21", "2020-12-28"]),  # to the campaign's last day, Thursday 31/12
    ],
)
def test_weekly_it_comes_on_the_first_working_day(first: str, last: str, days: list[str]) -> None:
    commune = replace(WEEKLY, since=day(first))
    assert summaries(commune, first, last) == [(one, 2) for one in days]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        # All of Monday to Friday is Tết: none that week.
        ("2019-01-28", "2019-02-18", ["2019-01-28", "2019-02-11", "2019-02-18"]),
        # Hùng Kings on a Sunday, off on Monday.
        ("2019-04-08", "2019-04-22", ["2019-04-08", "2019-04-16", "2019-04-22"]),
        # 29/04 to 01/05 off, Saturday 04/05 worked instead.
        ("2019-04-22", "2019-05-06", ["2019-04-22", "2019-05-02", "2019-05-06"]),
        ("2019-09-02", "2019-09-09", ["2019-09-03", "2019-09-09"]),
    ],
)
def test_weeks_that_begin_with_days_off(first: str, last: str, days: list[str]) -> None:
    plan = plan_of(DigestRhythm.WEEKLY).model_copy(update={"from_": date(2019, 1, 1), "until": date(2019, 12, 31)})
    commune = unit("commune", plan=plan, joined=day(first))
    assert [one for one, _ in summaries(commune, first, last)] == days


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2020-03-06", "2020-03-10", ["2020-03-06", "2020-03-09", "2020-03-10"]),
        ("2020-01-21", "2020-01-31", ["2020-01-21", "2020-01-22", "2020-01-30", "2020-01-31"]),
        ("2020-04-29", "2020-05-05", ["2020-04-29", "2020-05-04", "2020-05-05"]),
        ("2020-12-30", "2021-01-10", ["2020-12-30", "2020-12-31"]),
    ],
)
def test_daily_it_comes_on_every_working_day(first: str, last: str, days: list[str]) -> None:
    assert [one for one, _ in summaries(replace(DAILY, since=day(first)), first, last)] == days


def test_a_plan_may_do_without() -> None:
    commune = unit("commune", plan=plan_of(DigestRhythm.OFF))
    assert digest_facts(commune, OPEN, day("2020-03-02")) == ()
    assert next_digest(commune, OPEN, day("2020-03-01")) is None


@pytest.mark.parametrize(
    ("joined", "first"),
    [
        ("2019-12-01", "2019-12-02"),  # a Sunday
        ("2020-03-02", "2020-03-02"),  # a Monday
        ("2020-03-03", "2020-03-09"),
        ("2020-03-08", "2020-03-09"),
        ("2020-01-28", "2020-01-30"),
        ("2020-01-31", "2020-02-03"),
    ],
)
def test_none_comes_of_the_days_before_it_joined(joined: str, first: str) -> None:
    commune = replace(WEEKLY, since=day(joined))
    assert summaries(commune, joined, "2020-03-31")[0] == (first, 2)
    assert summaries(replace(DAILY, since=day(joined)), joined, "2020-03-31")[0][0] >= joined


# What it waits for


def test_it_comes_as_long_as_a_unit_below_is_awaited_and_once_more() -> None:
    last = taken(WEEKLY, digest_facts(WEEKLY, OPEN, day("2020-03-02")))
    assert (last.digest, last.awaited) == (day("2020-03-02"), 2)
    assert next_digest(last, DONE, day("2020-03-04")) == day("2020-03-09")
    assert digest_facts(last, DONE, day("2020-03-04")) == ()
    assert summaries(last, "2020-03-04", "2020-12-31", DONE) == [("2020-03-09", 0)]


def test_where_all_had_held_theirs_before_none_comes() -> None:
    assert summaries(WEEKLY, "2020-03-01", "2020-12-31", DONE) == []


def test_a_unit_that_takes_its_report_back_is_awaited_again() -> None:
    told = taken(WEEKLY, (DigestDue(day("2020-03-02"), 2), DigestDue(day("2020-03-09"), 0)))
    assert summaries(told, "2020-03-10", "2020-12-31", DONE) == []
    assert next_digest(told, OPEN, day("2020-03-09")) == day("2020-03-16")
    assert summaries(told, "2020-03-16", "2020-03-20") == [("2020-03-16", 2)]


def test_a_unit_that_takes_its_report_back_much_later_does_not_break_the_rhythm() -> None:
    told = taken(WEEKLY, (DigestDue(day("2020-03-02"), 2), DigestDue(day("2020-03-09"), 0)))
    # Friday 05/06, and the weekend after it: nothing was missed on Monday 01/06, when nobody was awaited.
    for today in ("2020-06-05", "2020-06-06", "2020-06-07"):
        assert digest_facts(told, OPEN, day(today)) == (), today
    assert digest_facts(told, OPEN, day("2020-06-08")) == (DigestDue(day("2020-06-08"), 2),)


def test_units_of_another_parent_and_those_that_ended_are_not_awaited() -> None:
    children = {
        "1": Child("1", "Thôn 1", "village", "06664"),
        "2": Child("2", "Thôn 2", "village", "06665"),
        "3": Child("3", "Thôn 3", "village", "06664", living=False),
        "4": Child("4", "Thôn 4", "village", "06664", held={CELL: span("2020-01-18")}),
        "5": Child("5", "Trạm xá", "station", "06664"),
    }
    assert digest_facts(WEEKLY, Surroundings(children), day("2020-03-02")) == (DigestDue(day("2020-03-02"), 1),)


def test_while_the_units_below_are_not_known_nothing_is_said() -> None:
    assert digest_facts(WEEKLY, UNKNOWN, day("2020-03-02")) == ()
    assert next_digest(WEEKLY, UNKNOWN, day("2020-03-01")) is None
    assert digest_facts(WEEKLY, Surroundings({}), day("2020-03-02")) == ()


@pytest.mark.parametrize("level", ["province", "district", "commune"])
def test_without_gates_it_comes_always(level: str) -> None:
    state = replace(unit(level, plan=plan_of(DigestRhythm.WEEKLY, PLAN)), since=day("2020-12-14"))
    for around in (UNKNOWN, OPEN, DONE):
        expected = [("2020-12-14", -1), ("2020-12-21", -1), ("2020-12-28", -1)]
        assert summaries(state, "2020-12-14", "2021-12-31", around) == expected


@pytest.mark.parametrize("plan", [PLAN, FULL])
@pytest.mark.parametrize("level", ["village", "hamlet"])
def test_units_without_levels_below_get_none(level: str, plan: Plan) -> None:
    state = after(blank(level, plan), (Enrol(Profile("06664", "Tân Bình", level, "200")), day("2019-12-01")))
    assert digest_facts(state, OPEN, day("2020-03-02")) == ()
    assert next_digest(state, OPEN, day("2020-03-01")) is None


def test_units_that_ended_or_never_joined_or_began_before_get_none() -> None:
    ended = after(WEEKLY, (End("dissolved", day("2020-03-01")), day("2020-03-01")))
    for state in (ended, blank("commune", FULL), unaware(WEEKLY), unaware(unit("commune", plan=PLAN))):
        assert digest_facts(state, OPEN, day("2020-03-02")) == ()
        assert next_digest(state, OPEN, day("2020-03-01")) is None


# A service that was away


@pytest.mark.parametrize(
    ("back", "following"),
    [
        ("2020-03-09", "2020-03-16"),
        ("2020-03-10", "2020-03-16"),
        ("2020-03-13", "2020-03-16"),
        ("2020-03-16", "2020-03-23"),
        ("2020-04-01", "2020-04-06"),
    ],
)
def test_one_that_was_missed_is_given_late_and_several_are_one(back: str, following: str) -> None:
    told = taken(WEEKLY, (DigestDue(day("2020-03-02"), 2),))
    late = digest_facts(told, OPEN, day(back))
    assert late == (DigestDue(day(back), 2),)
    assert next_digest(taken(told, late), OPEN, day(back)) == day(following)


@pytest.mark.parametrize("rhythm", [DigestRhythm.WEEKLY, DigestRhythm.DAILY])
def test_after_the_campaign_none_is_given(rhythm: DigestRhythm) -> None:
    state = taken(unit("commune", plan=plan_of(rhythm)), (DigestDue(day("2020-12-21"), 2),))
    for late in ("2021-01-01", "2021-01-02", "2021-01-04", "2021-03-01"):
        assert digest_facts(state, OPEN, day(late)) == (), late
    assert next_digest(state, OPEN, day("2020-12-31")) is None


# What holds for arbitrary children

RHYTHMS = {rhythm: unit("commune", plan=plan_of(rhythm)) for rhythm in DigestRhythm}
JOINED = st.dates(date(2019, 12, 1), date(2020, 3, 1))
HELD = st.none() | st.dates(date(2019, 12, 5), date(2020, 6, 30))


def around_on(today: date, held: list[date | None]) -> Surroundings:
    """The children as they are known on a day: each reports on the day it holds its congress."""
    return below(CELL, *(on.isoformat() if on and on <= today else None for on in held))


@ARBITRARY
@given(st.sampled_from(DigestRhythm), JOINED, st.lists(HELD, max_size=4))
def test_summaries_of_arbitrary_children(rhythm: DigestRhythm, joined: date, held: list[date | None]) -> None:
    state = replace(RHYTHMS[rhythm], since=joined)
    given: list[date] = []
    upcoming: date | None = None
    for no in range(240):
        today = joined + no * DAY
        around = around_on(today, held)
        awaited = sum(on is None or on > today for on in held)
        facts = digest_facts(state, around, today)
        assert bool(facts) == (today == upcoming) or today == joined
        for fact in facts:
            assert (fact.effective, fact.awaited) == (today, awaited)
            assert awaited or state.awaited
            assert is_working_day(today)
        given += [fact.effective for fact in facts]
        state = taken(state, facts)
        upcoming = next_digest(state, around, today)
        assert upcoming is None or upcoming > today
        assert (upcoming is not None) == (rhythm is not DigestRhythm.OFF and bool(awaited or state.awaited))
    assert len({one.isocalendar()[:2] for one in given}) == len(given) or rhythm is DigestRhythm.DAILY
    assert not any(first_of_its_week(one) != one for one in given) or rhythm is DigestRhythm.DAILY


def first_of_its_week(day: date) -> date:
    monday = day - day.weekday() * DAY
    return next(monday + no * DAY for no in range(7) if is_working_day(monday + no * DAY))


@ARBITRARY
@given(st.sampled_from(DigestRhythm), JOINED, st.lists(st.dates(date(2020, 3, 1), date(2021, 3, 1)), max_size=20))
def test_a_service_that_is_often_away_gives_no_more(rhythm: DigestRhythm, joined: date, days: list[date]) -> None:
    state = replace(RHYTHMS[rhythm], since=joined)
    there = len(summaries(state, joined.isoformat(), "2021-03-01"))
    away = []
    for today in sorted(set(days)):
        facts = digest_facts(state, OPEN, today)
        assert all(fact.effective == today for fact in facts)
        state, away = taken(state, facts), [*away, *facts]
    assert len(away) <= there
    assert all(fact.effective <= FULL.until for fact in away)
