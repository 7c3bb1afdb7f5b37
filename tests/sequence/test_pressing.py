"""What is overdue is said again, and climbs: on which days, how often, and when it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.clock import instant_of
from calendars.plan.model import Due, Reminders
from calendars.plan.working_days import is_working_day
from calendars.sequence.commands import (
    Acknowledge,
    Follow,
    Freeze,
    Postpone,
    Report,
    Resume,
    Retract,
    Schedule,
    SetPin,
    Unpin,
)
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import (
    Acknowledged,
    Amended,
    Escalated,
    FellOverdue,
    Pinned,
    ReminderDue,
    StillOverdue,
    Unpinned,
)
from calendars.sequence.pressing import pressing_clock
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.status import planned
from tests.sequence import lives
from tests.sequence.lives import ARBITRARY, END, FIRST, LIVES, every_day, live, on, rests, unaware
from tests.sequence.quang_ninh import LAUNCH, PLAN, after, changed, day, settled, unit

STAGE, CELL, ELECTION = "grassroots_congress", "cell_congress", "headman_election"
DAY = timedelta(days=1)
COMMUNE = unit("commune")
PRESSING = (FellOverdue, StillOverdue, Escalated)


def due_on(iso: str, *, every: int = 7, after: int = 3, level: str = "commune") -> UnitState:
    """A unit with one due day alone."""
    only = {"opens": None, "target": None, "deadline": Due(date=day(iso))}
    plan = changed(PLAN, grassroots_congress=only, provincial_congress=only)
    reminders = Reminders(before=(), overdue_every=every, escalate_after=after)
    return unit(level, plan=plan.model_copy(update={"reminders": reminders}))


def election_on(iso: str, *, after: int = 3, joined: date = LAUNCH) -> UnitState:
    """A village with one day alone, and three superiors."""
    plan = changed(PLAN, headman_election={"on": day(iso)}, cell_congress={"on": None})
    reminders = Reminders(before=(), escalate_after=after)
    return unit("village", plan=plan.model_copy(update={"reminders": reminders}), joined=joined)


def looked(state: UnitState, *days: str) -> UnitState:
    """The unit after it looked at its calendar on these days alone."""
    for iso in days:
        state = settled(state, day(iso))
    return state


def again(state: UnitState, first: date = LAUNCH) -> list[str]:
    """The days on which it is said again, for a unit that wakes when it said it would."""
    return [one.today.isoformat() for one in live(state) if isinstance(one.fact, StillOverdue) and one.today >= first]


def climbed(
    state: UnitState, orders: lives.Orders = (), waking: lives.Waking = lives.when_due
) -> list[tuple[int, str]]:
    """The steps of the climb with their days."""
    given = [(one.fact, one.today) for one in live(state, orders, waking) if isinstance(one.fact, Escalated)]
    return [(fact.step, today.isoformat()) for fact, today in given]


@pytest.mark.parametrize(
    ("due", "fell", "days"),
    [
        # Thursday: from Friday on, each Friday, save 01/01/2021 after the campaign's last day.
        ("2020-11-26", "2020-11-27", ["2020-12-04", "2020-12-11", "2020-12-18", "2020-12-25"]),
        # Friday: from Monday on.
        ("2020-11-27", "2020-11-28", ["2020-12-07", "2020-12-14", "2020-12-21", "2020-12-28"]),
        # Saturday and Sunday: from Monday on.
        ("2020-11-28", "2020-11-29", ["2020-12-07", "2020-12-14", "2020-12-21", "2020-12-28"]),
        ("2020-11-29", "2020-11-30", ["2020-12-07", "2020-12-14", "2020-12-21", "2020-12-28"]),
        # Wednesday of National Day's week: 01/09 is the first day, Wednesday after it the last.
        ("2020-12-23", "2020-12-24", ["2020-12-31"]),
        ("2020-12-24", "2020-12-25", []),
    ],
)
def test_it_is_said_again_every_seven_days_from_the_first_working_day(due: str, fell: str, days: list[str]) -> None:
    commune = due_on(due)
    assert [one.fact.effective.isoformat() for one in live(commune) if isinstance(one.fact, FellOverdue)] == [fell]
    assert again(commune) == days


@pytest.mark.parametrize(
    ("due", "days"),
    [
        # 05/01 is a Sunday; Monday 27/01 is in Tết, which ends on Wednesday 29/01, and the Mondays go on after it.
        ("2020-01-05", ["2020-01-13", "2020-01-20", "2020-01-30", "2020-02-03", "2020-02-10"]),
        # Thursdays from 16/01, of which 23/01 is in Tết.
        ("2020-01-15", ["2020-01-30", "2020-02-06", "2020-02-13"]),
        # 23/01 is in Tết: the first working day is 30/01.
        ("2020-01-22", ["2020-02-06", "2020-02-13", "2020-02-20"]),
        # 02/04 is off, so Friday 03/04 is the first day.
        ("2020-04-01", ["2020-04-10", "2020-04-17", "2020-04-24", "2020-05-04", "2020-05-08"]),
        # Thursdays from 23/04, of which 30/04 is off, as is Friday.
        ("2020-04-22", ["2020-05-04", "2020-05-07", "2020-05-14"]),
        # Wednesdays from 26/08, of which 02/09 is off.
        ("2020-08-25", ["2020-09-03", "2020-09-09", "2020-09-16"]),
    ],
)
def test_a_day_off_puts_it_off_to_the_next_working_day_and_the_rhythm_stays(due: str, days: list[str]) -> None:
    assert again(due_on(due))[: len(days)] == days


@pytest.mark.parametrize(
    ("due", "steps"),
    [
        ("2020-06-04", [(1, "2020-06-08"), (2, "2020-06-11")]),  # from Friday 05/06
        ("2020-05-31", [(1, "2020-06-04"), (2, "2020-06-08")]),  # from Monday 01/06; 07/06 is a Sunday
        ("2020-06-30", [(1, "2020-07-06"), (2, "2020-07-07")]),  # from Wednesday 01/07; 04/07 is a Saturday
        ("2020-01-22", [(1, "2020-02-03"), (2, "2020-02-05")]),  # from Thursday 30/01
        ("2020-01-19", [(1, "2020-01-30"), (2, "2020-01-31")]),  # from Monday 20/01: 23/01 and 26/01 are in Tết
        ("2020-12-28", []),  # from Tuesday 29/12: 01/01 is after the campaign
        ("2020-12-27", [(1, "2020-12-31")]),
    ],
)
def test_it_climbs_every_three_days_to_the_next_superior(due: str, steps: list[tuple[int, str]]) -> None:
    assert climbed(due_on(due)) == steps


@pytest.mark.parametrize(("level", "steps"), [("province", 0), ("district", 1), ("commune", 2), ("village", 3)])
def test_it_climbs_no_further_than_there_are_superiors(level: str, steps: int) -> None:
    for every in (1, 3, 60):
        plan = PLAN.model_copy(update={"reminders": Reminders(before=(), escalate_after=every)})
        found = [one.fact for one in live(unit(level, plan=plan)) if isinstance(one.fact, Escalated)]
        for stage, clock in {(fact.stage, fact.clock) for fact in found}:
            of_clock = [fact.step for fact in found if (fact.stage, fact.clock) == (stage, clock)]
            assert of_clock == list(range(1, len(of_clock) + 1))
            assert len(of_clock) <= steps
        assert bool(found) == bool(steps)


def test_a_village_of_2020_that_says_nothing() -> None:
    told = [(one.today.isoformat(), one.fact) for one in live(unit("village"), last=day("2020-02-10"))]
    said = [
        (today, fact.stage, getattr(fact, "days", None) or getattr(fact, "step", None))
        for today, fact in told
        if isinstance(fact, PRESSING)
    ]
    assert said == [
        ("2020-01-06", ELECTION, None),
        ("2020-01-09", ELECTION, 1),
        ("2020-01-13", ELECTION, 8),
        ("2020-01-13", ELECTION, 2),  # 12/01 is a Sunday
        ("2020-01-15", ELECTION, 3),
        ("2020-01-19", CELL, None),
        ("2020-01-20", ELECTION, 15),
        ("2020-01-30", ELECTION, 25),
        # From Monday 20/01: 23/01, 26/01, 27/01 and 29/01 are in Tết.
        ("2020-01-30", CELL, 12),
        ("2020-01-30", CELL, 1),
        ("2020-01-31", CELL, 2),
        ("2020-02-03", ELECTION, 29),
        ("2020-02-03", CELL, 16),
        ("2020-02-03", CELL, 3),
        ("2020-02-10", ELECTION, 36),
        ("2020-02-10", CELL, 23),
    ]


def test_due_today_is_not_overdue() -> None:
    assert due_facts(settled(COMMUNE, day("2020-05-30")), day("2020-05-31")) == ()
    stage = PLAN.stage(STAGE)
    assert pressing_clock(stage, COMMUNE.stage(STAGE), day("2020-05-31")) is None
    assert pressing_clock(stage, COMMUNE.stage(STAGE), day("2020-06-01")) == (Clock.TARGET, day("2020-05-31"))


def test_the_clock_that_ran_out_last_counts() -> None:
    # The target passed on Sunday 31/05, the deadline on Tuesday 30/06.
    said = [one.fact for one in live(COMMUNE) if isinstance(one.fact, StillOverdue | Escalated)]
    assert [(fact.effective.isoformat(), fact.clock) for fact in said if fact.effective <= day("2020-07-15")] == [
        ("2020-06-04", Clock.TARGET),
        ("2020-06-08", Clock.TARGET),
        ("2020-06-08", Clock.TARGET),
        ("2020-06-15", Clock.TARGET),
        ("2020-06-22", Clock.TARGET),
        ("2020-06-29", Clock.TARGET),
        ("2020-07-06", Clock.DEADLINE),  # the climb begins anew, on a Monday, for 04/07 is a Saturday
        ("2020-07-07", Clock.DEADLINE),
        ("2020-07-08", Clock.DEADLINE),
        ("2020-07-15", Clock.DEADLINE),
    ]
    assert {fact.clock for fact in said if fact.effective > day("2020-07-15")} == {Clock.DEADLINE}


def test_two_clocks_of_one_day_are_spoken_of_once() -> None:
    both = Due(date=day("2020-06-04"))
    commune = unit("commune", plan=changed(PLAN, grassroots_congress={"target": both, "deadline": both}))
    said = [one.fact for one in live(commune) if isinstance(one.fact, StillOverdue | Escalated)]
    assert {fact.clock for fact in said} == {Clock.DEADLINE}
    assert len({(fact.type, fact.effective) for fact in said}) == len(said)


@pytest.mark.parametrize(
    ("back", "then"),
    [
        ("2020-06-12", [(2, "2020-06-15")]),
        ("2020-06-15", [(2, "2020-06-18")]),
        ("2020-07-01", [(2, "2020-07-06")]),  # 04/07 is a Saturday
        ("2020-12-31", []),  # 03/01 is after the campaign
    ],
)
def test_what_a_service_missed_becomes_one(back: str, then: list[tuple[int, str]]) -> None:
    told = settled(due_on("2020-06-04"), day("2020-06-05"))
    days = (day(back) - day("2020-06-04")).days
    deadline = {"stage": STAGE, "clock": Clock.DEADLINE, "due": day("2020-06-04")}
    assert due_facts(told, day(back)) == (
        StillOverdue(day(back), **deadline, days=days),
        Escalated(day(back), **deadline, step=1),
    )
    late = settled(told, day(back))
    assert due_facts(late, day(back)) == ()
    assert climbed(replace(late, since=day(back))) == then


def test_a_service_that_comes_back_on_a_day_off_waits_for_a_working_day() -> None:
    told = settled(due_on("2020-06-04"), day("2020-06-05"))
    # Friday 12/06 was missed.
    for back in ("2020-06-13", "2020-06-14"):
        assert due_facts(told, day(back)) == ()
        assert next_due(settled(told, day(back)), day(back)) == day("2020-06-15")
    assert [type(fact) for fact in due_facts(told, day("2020-06-15"))] == [StillOverdue, Escalated]


def test_the_rhythm_stays_after_one_that_was_late() -> None:
    told = settled(due_on("2020-06-04"), day("2020-06-05"))
    late = settled(told, day("2020-06-17"))  # instead of Friday 12/06
    assert next_due(late, day("2020-06-17")) == day("2020-06-19")


def test_after_the_campaign_nothing_is_said() -> None:
    told = settled(due_on("2020-06-04"), day("2020-12-20"))  # Friday 25/12 is missed
    for late in ("2021-01-01", "2021-01-04", "2021-06-01"):
        assert [fact for fact in due_facts(told, day(late)) if isinstance(fact, StillOverdue | Escalated)] == [], late
    assert next_due(settled(told, day("2020-12-31")), day("2020-12-31")) is None


@pytest.mark.parametrize(("until", "last"), [("2020-10-30", "2020-10-30"), ("2020-10-31", "2020-10-30")])
def test_the_last_day_of_the_campaign_is_the_last(until: str, last: str) -> None:
    # Fridays from 05/06; the campaign ends on one, or on a Saturday.
    state = due_on("2020-06-04")
    assert again(replace(state, rules=replace(state.rules, until=day(until))))[-1] == last


@pytest.mark.parametrize(("due", "until"), [("2020-06-05", "2020-06-20"), ("2020-06-05", "2020-06-21")])
def test_a_day_off_does_not_carry_it_beyond_the_last_day(due: str, until: str) -> None:
    # From Monday 08/06 every 6 days: 14/06, a Sunday, is said on Monday; 20/06, a Saturday, would be on 22/06.
    state = due_on(due, every=6)
    assert again(replace(state, rules=replace(state.rules, until=day(until)))) == ["2020-06-15"]


# What stops it


def test_what_is_held_is_not_overdue() -> None:
    late = settled(COMMUNE, day("2020-06-08"))
    held = after(late, (Report(STAGE, day("2020-06-09")), day("2020-06-09")))
    assert (due_facts(held, day("2020-06-15")), next_due(held, day("2020-06-09"))) == ((), None)


def test_a_report_taken_back_is_overdue_again() -> None:
    late = looked(COMMUNE, "2020-06-04", "2020-06-08")
    held = after(late, (Report(STAGE, day("2020-06-09")), day("2020-06-09")))
    back = after(held, (Retract(STAGE, "void"), day("2020-06-11")))
    assert due_facts(back, day("2020-06-11")) == ()
    assert next_due(back, day("2020-06-11")) == day("2020-06-15")


def test_what_is_put_off_without_a_day_is_not_pressed() -> None:
    commune = after(COMMUNE, (Schedule(STAGE, day("2020-06-20")), day("2020-05-20")))
    late = settled(commune, day("2020-06-08"))
    postponed = after(late, (Postpone(STAGE, "flood"), day("2020-06-09")))
    assert due_facts(postponed, day("2020-06-29")) == ()
    assert next_due(postponed, day("2020-06-09")) == day("2020-07-01")  # the deadline passes all the same
    assert [type(fact) for fact in due_facts(postponed, day("2020-07-15"))] == [FellOverdue]


def test_new_days_are_pressed_again() -> None:
    commune = after(COMMUNE, (Schedule(STAGE, day("2020-06-20")), day("2020-05-20")))
    late = looked(commune, "2020-06-04", "2020-06-08")
    postponed = after(late, (Postpone(STAGE, "flood"), day("2020-06-09")))
    again_planned = after(postponed, (Schedule(STAGE, day("2020-06-26")), day("2020-06-09")))
    assert next_due(again_planned, day("2020-06-09")) == day("2020-06-15")
    assert [type(fact) for fact in due_facts(again_planned, day("2020-06-15"))] == [StillOverdue]


def test_planned_days_alone_do_not_stop_it() -> None:
    late = looked(COMMUNE, "2020-06-04", "2020-06-08")
    commune = after(late, (Schedule(STAGE, day("2020-06-26")), day("2020-06-09")))
    assert [type(fact) for fact in due_facts(commune, day("2020-06-15"))] == [StillOverdue]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("new", ["2020-06-20", "2020-06-02"])
def test_when_the_due_day_moves_all_starts_anew(*, own: bool, new: str) -> None:
    today = day("2020-06-10")
    late = looked(due_on("2020-05-31"), "2020-06-04", "2020-06-08", "2020-06-10")
    assert late.stage(STAGE).climbed == {Clock.DEADLINE: 2}
    of = StageDates(STAGE, deadline=Due(date=day(new)))
    moved = after(late, (SetPin(STAGE, Clock.DEADLINE, day(new), "flood") if own else Follow(2, (of,)), today))
    now = moved.stage(STAGE)
    assert (now.overdue, now.pressed, now.climbed, now.climbed_on, now.acknowledged) == ((), {}, {}, {}, {})
    days = {
        # A Saturday: from Monday 22/06.
        "2020-06-20": (["2020-06-29", "2020-07-06"], [(1, "2020-06-25"), (2, "2020-06-29")]),
        # A Tuesday that has passed: from Wednesday 03/06, of which 10/06 is today. It climbs late; 13/06 is a Saturday.
        "2020-06-02": (["2020-06-10", "2020-06-17"], [(1, "2020-06-10"), (2, "2020-06-15")]),
    }
    assert (again(replace(moved, since=today))[:2], climbed(replace(moved, since=today))) == days[new]


def test_a_clock_that_stays_goes_on_when_another_moves() -> None:
    late = looked(COMMUNE, "2020-07-06", "2020-07-07", "2020-07-08")  # the deadline passed on 30/06
    moved = after(late, (SetPin(STAGE, Clock.TARGET, day("2020-06-10"), "flood"), day("2020-07-09")))
    assert moved.stage(STAGE).climbed == {Clock.DEADLINE: 2}
    assert moved.stage(STAGE).climbed_on == {Clock.DEADLINE: day("2020-07-07")}
    assert next_due(settled(moved, day("2020-07-09")), day("2020-07-09")) == day("2020-07-15")


def test_unpinning_starts_anew_with_the_plans_day() -> None:
    pinned = after(COMMUNE, (SetPin(STAGE, Clock.TARGET, day("2020-05-20"), "early"), day("2020-05-02")))
    # From Thursday 21/05: said on 28/05, climbed on 25/05 and 27/05.
    late = looked(pinned, "2020-05-25", "2020-05-27", "2020-05-28")
    assert late.stage(STAGE).climbed == {Clock.TARGET: 2}
    free = after(late, (Unpin(STAGE, Clock.TARGET, "as planned"), day("2020-05-28")))
    assert due_facts(free, day("2020-05-28")) == ()
    assert climbed(replace(free, since=day("2020-05-28")))[:2] == [(1, "2020-06-04"), (2, "2020-06-08")]


# Suspensions

FRIDAYS = settled(due_on("2020-06-04"), day("2020-06-05"))


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2020-06-10", "2020-06-14", ["2020-06-15", "2020-06-19", "2020-06-26"]),  # 12/06 comes on Monday
        ("2020-06-12", "2020-06-12", ["2020-06-15", "2020-06-19", "2020-06-26"]),  # and not on Saturday
        ("2020-06-10", "2020-06-30", ["2020-07-01", "2020-07-03", "2020-07-10"]),  # three are one
        ("2020-06-10", "2020-07-03", ["2020-07-06", "2020-07-10", "2020-07-17"]),  # to a Friday: on Monday
        ("2020-06-13", "2020-06-14", ["2020-06-12", "2020-06-19", "2020-06-26"]),
    ],
)
def test_it_rests_with_the_unit_and_what_it_missed_comes_on_the_next_working_day(
    first: str, last: str, days: list[str]
) -> None:
    frozen = after(FRIDAYS, (Freeze("f", day(first), day(last), "flood"), day("2020-06-05")))
    assert again(replace(frozen, since=day("2020-06-05")))[:3] == days


@pytest.mark.parametrize("looked", ["2020-06-11", "2020-06-13", "2020-06-20", "2020-06-29", "2020-06-30"])
def test_a_unit_that_looks_while_it_is_suspended_knows_when_to_go_on(looked: str) -> None:
    frozen = after(FRIDAYS, (Freeze("f", day("2020-06-10"), day("2020-06-30"), "flood"), day("2020-06-09")))
    frozen = settled(frozen, day("2020-06-09"))
    assert due_facts(frozen, day(looked)) == ()
    assert next_due(frozen, day(looked)) == day("2020-07-01")


def test_a_unit_that_looks_while_it_is_suspended_knows_of_the_climb_that_it_missed() -> None:
    # From Friday 05/06: 08/06 and 11/06 are steps of the climb, and it is said again after 60 days only.
    told = settled(due_on("2020-06-04", every=60), day("2020-06-05"))
    frozen = after(told, (Freeze("f", day("2020-06-08"), day("2020-06-16"), "flood"), day("2020-06-05")))
    for looked in ("2020-06-05", "2020-06-08", "2020-06-11", "2020-06-16"):
        assert next_due(frozen, day(looked)) == day("2020-06-17"), looked
    assert [fact.step for fact in due_facts(frozen, day("2020-06-17")) if isinstance(fact, Escalated)] == [1]
    assert next_due(settled(frozen, day("2020-06-17")), day("2020-06-17")) == day("2020-06-22")  # 20/06 is a Saturday


def test_a_service_that_slept_over_the_days_between_two_suspensions_knows_when_to_go_on() -> None:
    # Friday 12/06 is the day; nobody looked on it.
    frozen = after(
        FRIDAYS,
        (Freeze("f", day("2020-06-08"), day("2020-06-11"), "flood"), day("2020-06-05")),
        (Freeze("g", day("2020-06-15"), day("2020-06-17"), "flood"), day("2020-06-05")),
    )
    assert due_facts(frozen, day("2020-06-15")) == ()
    assert next_due(frozen, day("2020-06-15")) == day("2020-06-18")


def test_a_suspension_without_end_lets_it_rest_until_it_is_resumed() -> None:
    frozen = after(FRIDAYS, (Freeze("f", day("2020-06-08"), None, "flood"), day("2020-06-05")))
    assert next_due(frozen, day("2020-06-05")) is None
    assert due_facts(frozen, day("2020-12-31")) == ()
    free = after(frozen, (Resume("f", day("2020-06-20")), day("2020-06-18")))
    assert next_due(free, day("2020-06-18")) == day("2020-06-22")  # 20/06 is a Saturday


def test_a_suspension_beyond_the_campaign_ends_it() -> None:
    frozen = after(FRIDAYS, (Freeze("f", day("2020-06-08"), day("2021-01-15"), "flood"), day("2020-06-05")))
    assert next_due(frozen, day("2020-06-05")) is None
    assert [fact for fact in due_facts(frozen, day("2021-01-18")) if not isinstance(fact, FellOverdue)] == []


@pytest.mark.parametrize("last", [None, date.max])
def test_no_unit_waits_for_a_day_without_an_instant(last: date | None) -> None:
    frozen = after(FRIDAYS, (Freeze("f", day("2020-06-08"), last, "flood"), day("2020-06-05")))
    upcoming = next_due(frozen, day("2020-06-05"))
    assert upcoming is None or instant_of(upcoming, Reminders().at, "Asia/Ho_Chi_Minh", -2000)


# A step that comes late puts off the next ones. The election was to be on Thursday 04/06, so from Friday 05/06 on:
# Monday 08/06, Thursday 11/06 and, for 14/06 is a Sunday, Monday 15/06.


def days_of(steps: list[tuple[int, str]]) -> list[str]:
    """The days in June of 2020 of steps that follow each other."""
    assert [step for step, _ in steps] == list(range(1, len(steps) + 1))
    return [iso.removeprefix("2020-06-") for _, iso in steps]


@pytest.mark.parametrize(
    ("joined", "days"),
    [
        ("2020-06-05", ["08", "11", "15"]),
        ("2020-06-08", ["08", "11", "15"]),  # just in time
        ("2020-06-09", ["09", "12", "15"]),
        ("2020-06-10", ["10", "15", "18"]),  # 13/06 is a Saturday
        ("2020-06-11", ["11", "15", "18"]),  # 14/06 is a Sunday, and Monday is late for the second
        ("2020-06-12", ["12", "15", "18"]),
        ("2020-06-13", ["15", "18", "22"]),  # a Saturday; 21/06 is a Sunday
        ("2020-12-28", ["2020-12-28", "2020-12-31"]),  # 03/01 is after the campaign
        ("2020-12-29", ["2020-12-29"]),
    ],
)
def test_after_a_late_join_each_superior_has_time_to_answer(joined: str, days: list[str]) -> None:
    village = election_on("2020-06-04", joined=day(joined))
    assert days_of(climbed(village)) == days


@pytest.mark.parametrize(
    ("freezes", "days"),
    [
        ([("2020-06-09", "2020-06-10")], ["08", "11", "15"]),  # nothing is missed
        ([("2020-06-08", "2020-06-08")], ["09", "12", "15"]),
        ([("2020-06-05", "2020-06-16")], ["22", "23", "26"]),  # the unit itself hears on 17/06; 20/06 is a Saturday
        ([("2020-06-10", "2020-06-12")], ["08", "15", "18"]),  # the second comes on the day of the third
        ([("2020-06-11", "2020-06-11")], ["08", "12", "15"]),  # and here is early enough for it
        ([("2020-06-12", "2020-06-15")], ["08", "11", "16"]),
        ([("2020-06-08", "2020-06-08"), ("2020-06-12", "2020-06-14")], ["09", "15", "18"]),  # late twice
        ([("2020-06-08", None)], []),
    ],
)
def test_after_a_freeze_each_superior_has_time_to_answer(
    freezes: list[tuple[str, str | None]], days: list[str]
) -> None:
    orders: lives.Orders = [
        (day("2020-06-05"), Freeze(f"f{no}", day(first), day(last) if last else None, "flood"))
        for no, (first, last) in enumerate(freezes)
    ]
    assert days_of(climbed(election_on("2020-06-04"), orders)) == days


@pytest.mark.parametrize(
    ("freeze", "told", "above"),
    [
        (("2020-06-05", "2020-06-16"), ["2020-06-17", "2020-06-24", "2020-07-01"], "2020-06-22"),
        (("2020-06-01", "2020-06-05"), ["2020-06-08", "2020-06-15", "2020-06-22"], "2020-06-11"),
        # It was told on 05/06, before the freeze: then the rhythm stays, and what was missed is said at its end.
        (("2020-06-06", "2020-06-09"), ["2020-06-12", "2020-06-19", "2020-06-26"], "2020-06-10"),
    ],
)
def test_who_fell_overdue_in_a_freeze_hears_it_at_the_end_before_anybody_above(
    freeze: tuple[str, str], told: list[str], above: str
) -> None:
    orders = [(day("2020-05-30"), Freeze("f", day(freeze[0]), day(freeze[1]), "flood"))]
    moments = live(due_on("2020-06-04"), orders)
    said = [one.today.isoformat() for one in moments if isinstance(one.fact, StillOverdue)]
    assert said[:3] == told
    assert min(one.today.isoformat() for one in moments if isinstance(one.fact, Escalated)) == above


@pytest.mark.parametrize(
    ("runs", "days"),
    [
        (["05", "08", "11", "15"], ["08", "11", "15"]),
        (["05", "09", "10", "11", "12", "13", "14", "15", "16"], ["09", "12", "15"]),
        (["05", "08", "12", "13", "14", "15", "16"], ["08", "12", "15"]),
        (["05", "08", "11", "16", "17"], ["08", "11", "16"]),
        (["05", "12", "19", "26"], ["12", "19", "26"]),  # each late once more
        (["05", "16", "17", "18", "19", "20", "21", "22"], ["16", "19", "22"]),
        (["05", "13", "14"], []),  # a weekend
    ],
)
def test_after_a_standstill_each_superior_has_time_to_answer(runs: list[str], days: list[str]) -> None:
    waking = on({day(f"2020-06-{no}") for no in runs})
    assert days_of(climbed(election_on("2020-06-04"), waking=waking)) == days


def test_after_a_report_taken_back_each_superior_has_time_to_answer() -> None:
    orders: lives.Orders = [
        (day("2020-06-09"), Report(ELECTION, day("2020-06-09"))),
        (day("2020-06-16"), Retract(ELECTION, "void")),
    ]
    assert days_of(climbed(election_on("2020-06-04"), orders)) == ["08", "16", "19"]


def test_who_answers_after_a_late_step_keeps_it_from_climbing() -> None:
    village = election_on("2020-06-04", joined=day("2020-06-10"))
    assert days_of(climbed(village, [(day("2020-06-12"), Acknowledge())])) == ["10"]
    assert days_of(climbed(village, [(day("2020-06-15"), Acknowledge())])) == ["10", "15"]


def test_late_steps_are_apart_by_the_plans_days_and_move_to_working_days() -> None:
    for pause, days in ((1, ["12", "15", "16"]), (2, ["12", "15", "17"]), (7, ["12", "19", "26"])):
        assert days_of(climbed(election_on("2020-06-04", after=pause, joined=day("2020-06-12")))) == days, pause
    # From Thursday 16/01, due on Monday 20/01 and on 22/01. 24/01 is in Tết, 02/02 a Sunday.
    tet = election_on("2020-01-15", joined=day("2020-01-21"))
    assert climbed(tet) == [(1, "2020-01-21"), (2, "2020-01-30"), (3, "2020-02-03")]


# Units that began before


def test_units_that_began_before_are_told_once() -> None:
    told = unaware(COMMUNE)
    assert [one.fact.type for one in live(told)] == ["overdue", "overdue"]
    late = settled(told, day("2020-07-01"))
    assert (due_facts(late, date.max), next_due(late, day("2020-07-01"))) == ((), None)


# What holds in arbitrary lives


def planned_step(state: UnitState, due: date, step: int, pause: int) -> date:
    """The day of a step that nothing keeps back."""

    def working(day: date) -> date:
        while not is_working_day(day):
            day += DAY
        return day

    first = working(due + DAY)
    while rests(state, first):  # it counts from the day on which the unit itself hears
        first = working(first + DAY)
    return working(first + step * pause * DAY)


def assert_time_to_answer(moments: list[lives.Moment]) -> None:
    """Who hears first has time to answer before the next one hears: all of it after a late step, and after one in time
    up to the day that is planned for the next."""
    last: dict[tuple[str, Clock, date], tuple[int, date]] = {}
    for one in moments:
        fact = one.fact
        if isinstance(fact, Pinned | Unpinned | Amended):
            last = {key: step for key, step in last.items() if key[1] in one.after.stage(key[0]).climbed}
        if not isinstance(fact, Escalated):
            continue
        assert one.before.rules.reminders
        pause = one.before.rules.reminders.escalate_after
        planned_on = planned_step(one.before, fact.due, fact.step, pause)
        assert one.today >= planned_on
        key = (fact.stage, fact.clock, fact.due)
        if fact.step > 1:
            step, told = last[key]
            before = planned_step(one.before, fact.due, step, pause)
            assert told <= before or one.today >= told + pause * DAY
            assert one.today > told
        last[key] = fact.step, one.today


@ARBITRARY
@given(LIVES)
def test_the_next_due_day_is_the_next_on_which_anything_is_due(life: tuple[UnitState, lives.Orders]) -> None:
    state, orders = life
    daily = [(one.today, one.fact) for one in live(state, orders, every_day)]
    assert [(one.today, one.fact) for one in live(state, orders)] == daily


@ARBITRARY
@given(LIVES)
def test_pressing_in_an_arbitrary_life(life: tuple[UnitState, lives.Orders]) -> None:
    state, orders = life
    moments = live(state, orders, every_day)
    assert_time_to_answer(moments)
    steps: dict[tuple[str, Clock], list[int]] = {}
    answered: set[tuple[str, Clock]] = set()
    for one in moments:
        fact = one.fact
        if isinstance(fact, Pinned | Unpinned | Amended):
            for stage, clock in [*steps, *answered]:
                if one.after.stage(stage).climbed.get(clock) is None:
                    steps.pop((stage, clock), None)
                if clock not in one.after.stage(stage).acknowledged:
                    answered.discard((stage, clock))
        if isinstance(fact, Acknowledged):
            answered.add((fact.stage, fact.clock))
        if not isinstance(fact, StillOverdue | Escalated):
            continue
        now = one.before.stage(fact.stage)
        of_stage = one.before.rules.stage(fact.stage)
        assert of_stage
        assert fact.effective == one.today <= one.before.rules.until
        assert pressing_clock(of_stage, now, one.today) == (fact.clock, fact.due)
        assert fact.due < one.today
        assert is_working_day(one.today)
        assert not now.held
        assert not rests(one.before, one.today)
        assert not now.postponed or planned(of_stage, now)
        if isinstance(fact, StillOverdue):
            assert one.today == fact.due + fact.days * DAY
        else:
            climb = steps.setdefault((fact.stage, fact.clock), [])
            climb.append(fact.step)
            assert one.before.rules.notices
            assert climb == list(range(1, len(climb) + 1))
            assert len(climb) <= one.before.rules.notices.above
            assert (fact.stage, fact.clock) not in answered


SOON = st.integers(-5, 15)


@ARBITRARY
@given(
    st.sampled_from(("2020-06-04", "2020-01-15", "2020-01-19", "2020-04-24")),  # before weekends and holidays
    st.sampled_from((1, 2, 3, 5)),
    SOON,
    st.lists(st.tuples(SOON, st.integers(0, 9)), max_size=2),
    st.none() | st.sets(SOON | st.integers(16, 40), min_size=5),
)
def test_a_late_step_leaves_time_to_answer(
    iso: str, pause: int, joined: int, freezes: list[tuple[int, int]], runs: set[int] | None
) -> None:
    due = day(iso)
    village = election_on(iso, after=pause, joined=due + joined * DAY)
    orders: lives.Orders = [
        (max(due + first * DAY, due + joined * DAY), Freeze(f"f{no}", due + first * DAY, due + last * DAY, "flood"))
        for no, (first, length) in enumerate(freezes)
        for last in (first + length,)
    ]
    assert_time_to_answer(live(village, orders, every_day if runs is None else on({due + no * DAY for no in runs})))


@ARBITRARY
@given(LIVES, st.lists(st.dates(FIRST, END), max_size=12))
def test_a_service_that_is_often_away_says_no_more_than_one_that_is_there(
    life: tuple[UnitState, lives.Orders], days: list[date]
) -> None:
    state, orders = life
    there = [one.fact for one in live(state, orders, every_day)]
    moments = live(state, orders, on({*days, END}))
    assert_time_to_answer(moments)
    away = [one.fact for one in moments]
    for kind in (FellOverdue, StillOverdue, Escalated, ReminderDue):
        assert sum(isinstance(fact, kind) for fact in away) <= sum(isinstance(fact, kind) for fact in there)
