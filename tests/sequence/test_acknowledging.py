"""Somebody answers for what is overdue: then no further superior hears of it, and the unit is told as before."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter

from calendars.plan.model import Due
from calendars.sequence.commands import Acknowledge, Command, End, Follow, Postpone, Report, Retract, Schedule, SetPin
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import Acknowledged, Escalated, FellOverdue, StillOverdue
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, UnitState
from tests.sequence.lives import live, unaware
from tests.sequence.quang_ninh import PLAN, after, blank, changed, day, refused, settled, unit

STAGE, CELL, ELECTION = "grassroots_congress", "cell_congress", "headman_election"
TARGET, DEADLINE = date(2020, 5, 31), date(2020, 6, 30)
COMMUNE = unit("commune")
# The target was Sunday 31/05: the district is to hear on Thursday 04/06, the province on Monday 08/06.
LATE = settled(COMMUNE, day("2020-06-05"))
OF_TARGET = Acknowledged(day("2020-06-05"), STAGE, Clock.TARGET, TARGET)
ANSWERED = after(LATE, (Acknowledge(), day("2020-06-05")))


def climbed(state: UnitState, orders: list[tuple[date, Command]]) -> list[tuple[str, int]]:
    """Who hears of it, with the clock, when people give these orders."""
    return [(one.fact.clock, one.fact.step) for one in live(state, orders) if isinstance(one.fact, Escalated)]


@pytest.mark.parametrize("stage", ["", STAGE])
def test_what_is_overdue_is_acknowledged(stage: str) -> None:
    assert decide(LATE, Acknowledge(stage), day("2020-06-05")) == (OF_TARGET,)
    assert ANSWERED.stage(STAGE).acknowledged == {Clock.TARGET: day("2020-06-05")}
    assert ANSWERED.stage(STAGE).climbed == {Clock.TARGET: 1}


def test_it_may_be_acknowledged_before_the_calendar_has_marked_it() -> None:
    today = day("2020-06-01")
    assert decide(COMMUNE, Acknowledge(), today) == (Acknowledged(today, STAGE, Clock.TARGET, TARGET),)
    answered = after(COMMUNE, (Acknowledge(), today))
    assert [type(fact) for fact in due_facts(answered, today)] == [FellOverdue]


def test_it_climbs_no_further_and_is_said_again_as_before() -> None:
    assert next_due(ANSWERED, day("2020-06-05")) == day("2020-06-08")
    assert due_facts(ANSWERED, day("2020-06-08")) == (StillOverdue(day("2020-06-08"), STAGE, Clock.TARGET, TARGET, 8),)
    assert [type(fact) for fact in due_facts(LATE, day("2020-06-08"))] == [StillOverdue, Escalated]


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2020-06-01", []),
        ("2020-06-03", []),
        ("2020-06-04", [1]),  # the district hears in the morning
        ("2020-06-07", [1]),
        ("2020-06-08", [1, 2]),
    ],
)
def test_who_was_told_before_stays_told(on: str, told: list[int]) -> None:
    steps = climbed(COMMUNE, [(day(on), Acknowledge(STAGE))])
    assert [step for clock, step in steps if clock == Clock.TARGET] == told


def test_the_next_clock_is_another_thing_to_answer_for() -> None:
    told = live(COMMUNE, [(day("2020-06-02"), Acknowledge())])
    assert [one.fact for one in told if isinstance(one.fact, Escalated)] == [
        Escalated(day("2020-07-06"), STAGE, Clock.DEADLINE, DEADLINE, 1),
        Escalated(day("2020-07-07"), STAGE, Clock.DEADLINE, DEADLINE, 2),
    ]
    both = [(day("2020-06-02"), Acknowledge()), (day("2020-07-01"), Acknowledge())]
    assert climbed(COMMUNE, both) == []
    july = settled(ANSWERED, day("2020-07-01"))
    deadline = Acknowledged(day("2020-07-01"), STAGE, Clock.DEADLINE, DEADLINE)
    assert decide(july, Acknowledge(STAGE), day("2020-07-01")) == (deadline,)


def test_the_clock_that_ran_out_last_is_answered_for_alone() -> None:
    july = settled(COMMUNE, day("2020-07-02"))
    assert [
        fact.clock for fact in decide(july, Acknowledge(), day("2020-07-02")) if isinstance(fact, Acknowledged)
    ] == [Clock.DEADLINE]


@pytest.mark.parametrize("own", [True, False])
def test_another_due_day_asks_for_another_answer(*, own: bool) -> None:
    today, new = day("2020-06-05"), day("2020-06-10")
    dates = StageDates.of(PLAN.stage(STAGE).model_copy(update={"target": Due(date=new)}))
    moved = after(ANSWERED, (SetPin(STAGE, Clock.TARGET, new, "flood") if own else Follow(2, (dates,)), today))
    assert moved.stage(STAGE).acknowledged == {}
    late = settled(moved, day("2020-06-11"))
    (again,) = decide(late, Acknowledge(), day("2020-06-11"))
    assert again == Acknowledged(day("2020-06-11"), STAGE, Clock.TARGET, new)
    # From Thursday 11/06: 14/06 is a Sunday.
    assert next_due(late, day("2020-06-11")) == day("2020-06-15")


def test_all_stages_are_answered_for_at_once_or_one_by_one() -> None:
    today = day("2020-01-20")
    village = settled(unit("village"), today)
    both = (
        Acknowledged(today, ELECTION, Clock.DAY, day("2020-01-05")),
        Acknowledged(today, CELL, Clock.DAY, day("2020-01-18")),
    )
    assert decide(village, Acknowledge(), today) == both
    assert decide(village, Acknowledge(CELL), today) == both[1:]
    one = after(village, (Acknowledge(ELECTION), today))
    assert decide(one, Acknowledge(), today) == both[1:]
    assert refused(one, Acknowledge(ELECTION), today).code == "already_acknowledged"
    # The district hears of the election on 20/01, late, and so the province after Tết; the next, on 02/02, is a Sunday.
    # From Monday 20/01: the superiors of the cell's congress would hear after Tết.
    steps = [one.fact for one in live(village, [(today, Acknowledge(CELL))]) if isinstance(one.fact, Escalated)]
    assert steps == [
        Escalated(day("2020-01-30"), ELECTION, Clock.DAY, day("2020-01-05"), 2),
        Escalated(day("2020-02-03"), ELECTION, Clock.DAY, day("2020-01-05"), 3),
    ]
    assert climbed(village, [(today, Acknowledge())]) == []


@pytest.mark.parametrize(
    ("state", "stage", "today", "code"),
    [
        (COMMUNE, "", "2020-05-31", "nothing_overdue"),  # due today is not overdue
        (COMMUNE, STAGE, "2020-05-31", "stage_not_overdue"),
        (ANSWERED, "", "2020-06-05", "already_acknowledged"),
        (ANSWERED, STAGE, "2020-06-29", "already_acknowledged"),
        (after(LATE, (Report(STAGE, day("2020-06-04")), day("2020-06-05"))), "", "2020-06-05", "nothing_overdue"),
        (
            after(
                COMMUNE,
                (Schedule(STAGE, day("2020-06-20")), day("2020-05-20")),
                (Postpone(STAGE, "flood"), day("2020-06-05")),
            ),
            "",
            "2020-06-05",
            "nothing_overdue",
        ),
        (unit("village"), CELL, "2020-01-10", "stage_not_overdue"),  # the election is, the congress is not
        (LATE, "no_such", "2020-06-05", "unknown_stage"),
        (LATE, CELL, "2020-06-05", "unknown_stage"),
        (blank("commune"), "", "2020-06-05", "not_enrolled"),
        (after(LATE, (End("dissolved", day("2020-06-04")), day("2020-06-05"))), "", "2020-06-05", "ended"),
    ],
)
def test_what_cannot_be_acknowledged(state: UnitState, stage: str, today: str, code: str) -> None:
    assert refused(state, Acknowledge(stage), day(today)).code == code


def test_a_report_taken_back_was_answered_for() -> None:
    held = after(ANSWERED, (Report(STAGE, day("2020-06-06")), day("2020-06-08")))
    back = after(held, (Retract(STAGE, "void"), day("2020-06-09")))
    assert [type(fact) for fact in due_facts(back, day("2020-06-15"))] == [StillOverdue]


def test_a_unit_that_began_before_may_be_answered_for_and_nothing_follows() -> None:
    state = unaware(COMMUNE)
    answered = after(settled(state, day("2020-06-05")), (Acknowledge(), day("2020-06-05")))
    assert answered.stage(STAGE).acknowledged == {Clock.TARGET: day("2020-06-05")}
    assert next_due(answered, day("2020-06-05")) == day("2020-07-01")


def test_it_is_known_by_its_kind() -> None:
    adapter: TypeAdapter[Command] = TypeAdapter(Command)
    assert adapter.validate_python({"kind": "acknowledge"}) == Acknowledge()
    assert adapter.validate_python({"kind": "acknowledge", "stage": STAGE}) == Acknowledge(STAGE)


def test_a_plan_without_superiors_has_nobody_to_tell() -> None:
    province = unit("province", plan=changed(PLAN, provincial_congress={"deadline": Due(date=day("2020-06-30"))}))
    assert climbed(province, []) == []
    assert decide(province, Acknowledge(), day("2020-07-01"))
