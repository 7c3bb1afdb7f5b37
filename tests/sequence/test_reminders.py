"""Reminders of the days that come: each once, none of the past."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.plan.model import Due, Reminders
from calendars.sequence.commands import Follow, Postpone, Report, Schedule, SetPin
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import ReminderDue
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, UnitState
from tests.sequence.quang_ninh import PLAN, after, changed, day, settled, taken, unit

STAGE = "grassroots_congress"
PLAIN = PLAN.model_copy(update={"reminders": Reminders(before=(30, 14, 7, 1))})
COMMUNE = unit("commune", plan=PLAIN)


def reminders(state: UnitState, first: str, last: str) -> list[tuple[str, str, int]]:
    """Kind of day, day given and days before, for a service that wakes on every day it said it would."""
    given: list[tuple[str, str, int]] = []
    today = day(first)
    while today <= day(last):
        while facts := due_facts(state, today):
            given += [(f.of, today.isoformat(), f.days) for f in facts if isinstance(f, ReminderDue)]
            state = taken(state, facts)
        upcoming = next_due(state, today)
        if upcoming is None:
            break
        today = upcoming
    return given


# The target 31/05 is a Sunday: so are the days 14 and 7 days before it, 01/05 and 30/04 are off, 30/05 is a Saturday.
TO_TARGET = [
    ("target", "2020-04-29", 32),
    ("target", "2020-05-15", 16),
    ("target", "2020-05-22", 9),
    ("target", "2020-05-29", 2),
]
# The target passes on 31/05, on which the deadline is 30 days away.
TO_DEADLINE = [
    ("deadline", "2020-05-29", 32),
    ("deadline", "2020-06-16", 14),
    ("deadline", "2020-06-23", 7),
    ("deadline", "2020-06-29", 1),
]


def test_a_commune_is_reminded_of_its_target_and_of_its_deadline() -> None:
    assert reminders(COMMUNE, "2019-12-01", "2020-12-31") == TO_TARGET + TO_DEADLINE


def test_a_stage_may_have_offsets_of_its_own() -> None:
    plan = changed(PLAIN, headman_election={"remind": (7, 1)}, cell_congress={"remind": ()})
    assert reminders(unit("village", plan=plan), "2019-12-01", "2020-12-31") == [
        ("on", "2019-12-27", 9),  # 29/12 and 05/01 are Sundays
        ("on", "2020-01-03", 2),
    ]


def test_an_offset_of_no_days_reminds_on_the_day_itself() -> None:
    friday = changed(PLAIN, provincial_congress={"remind": (0,), "deadline": Due(date=day("2020-10-30"))})
    assert reminders(unit("province", plan=friday), "2019-12-01", "2020-12-31") == [("deadline", "2020-10-30", 0)]
    saturday = changed(PLAIN, provincial_congress={"remind": (0,)})
    assert reminders(unit("province", plan=saturday), "2019-12-01", "2020-12-31") == [("deadline", "2020-10-30", 1)]


@pytest.mark.parametrize(
    ("joined", "given"),
    [
        ("2020-04-29", TO_TARGET + TO_DEADLINE),
        # Too late for the working day before: on the day itself, though it is off.
        ("2020-04-30", [("target", "2020-05-01", 30), *TO_TARGET[1:], *TO_DEADLINE]),
        ("2020-05-01", [("target", "2020-05-01", 30), *TO_TARGET[1:], *TO_DEADLINE]),
        ("2020-05-02", TO_TARGET[1:] + TO_DEADLINE),
        ("2020-05-16", [("target", "2020-05-17", 14), *TO_TARGET[2:], *TO_DEADLINE]),
        ("2020-05-18", TO_TARGET[2:] + TO_DEADLINE),
        ("2020-05-24", [("target", "2020-05-24", 7), *TO_TARGET[3:], *TO_DEADLINE]),
        ("2020-05-30", [("target", "2020-05-30", 1), ("deadline", "2020-05-31", 30), *TO_DEADLINE[1:]]),
        ("2020-05-31", [("deadline", "2020-05-31", 30), *TO_DEADLINE[1:]]),
        ("2020-06-11", TO_DEADLINE[1:]),
    ],
)
def test_a_launch_in_mid_campaign_reminds_of_nothing_past(joined: str, given: list[tuple[str, str, int]]) -> None:
    assert reminders(unit("commune", plan=PLAIN, joined=day(joined)), joined, "2020-12-31") == given


@pytest.mark.parametrize(
    ("today", "given"),
    [
        ("2020-04-10", [("2020-04-20", 30), ("2020-05-06", 14), ("2020-05-13", 7), ("2020-05-19", 1)]),
        ("2020-04-20", [("2020-05-06", 14), ("2020-05-13", 7), ("2020-05-19", 1)]),  # set today: nobody forgot it
        ("2020-05-12", [("2020-05-13", 7), ("2020-05-19", 1)]),
        ("2020-05-18", [("2020-05-19", 1)]),
        ("2020-05-19", []),
        ("2020-05-20", []),
    ],
)
def test_a_date_set_too_late_is_reminded_of_what_is_left(today: str, given: list[tuple[str, int]]) -> None:
    commune = after(settled(COMMUNE, day(today)), (Schedule(STAGE, day("2020-05-20")), day(today)))
    of_date = [one[1:] for one in reminders(commune, today, "2020-12-31") if one[0] == "scheduled"]
    assert of_date == given


def test_missed_reminders_of_one_date_become_one() -> None:
    assert due_facts(COMMUNE, date(2020, 5, 26)) == (
        ReminderDue(date(2020, 5, 26), STAGE, "target", day("2020-05-31"), 5),
    )
    told = settled(COMMUNE, date(2020, 5, 26))
    assert due_facts(told, date(2020, 5, 26)) == ()
    assert next_due(told, date(2020, 5, 26)) == date(2020, 5, 29)


def test_a_date_that_passed_while_the_service_was_away_is_not_reminded_of() -> None:
    commune = after(settled(COMMUNE, day("2020-05-06")), (Schedule(STAGE, day("2020-05-14")), day("2020-05-06")))
    for today, given in (("2020-05-14", {"target", "scheduled"}), ("2020-05-15", {"target"})):
        state = settled(commune, day("2020-05-06"))
        moved = after(state, (SetPin(STAGE, Clock.TARGET, day("2020-05-20"), "early"), day("2020-05-06")))
        assert {fact.of for fact in due_facts(moved, day(today)) if isinstance(fact, ReminderDue)} == given


def test_a_date_that_moves_is_reminded_of_anew() -> None:
    commune = after(settled(COMMUNE, day("2020-05-06")), (Schedule(STAGE, day("2020-05-14")), day("2020-05-06")))
    told = settled(commune, day("2020-05-13"))
    moved = after(told, (Schedule(STAGE, day("2020-05-22")), day("2020-05-13")))
    given = [one for one in reminders(moved, "2020-05-13", "2020-05-23") if one[0] == "scheduled"]
    assert given == [("scheduled", "2020-05-15", 7), ("scheduled", "2020-05-21", 1)]


def test_a_postponed_date_is_not_reminded_of() -> None:
    commune = after(COMMUNE, (Schedule(STAGE, day("2020-05-14")), day("2020-04-01")))
    postponed = after(commune, (Postpone(STAGE, "flood"), day("2020-04-02")))
    assert reminders(postponed, "2020-04-02", "2020-12-31") == TO_TARGET + TO_DEADLINE
    village = after(unit("village", plan=PLAIN), (Postpone("cell_congress", "flood"), day("2019-12-02")))
    assert {one.stage for one in due_facts(village, day("2020-01-17"))} == {"headman_election"}


@pytest.mark.parametrize("own", [True, False])
def test_a_due_day_that_moves_is_reminded_of_anew(*, own: bool) -> None:
    told = settled(COMMUNE, day("2020-05-24"))
    later = Due(date=day("2020-06-10"))
    dates = StageDates.of(PLAIN.stage(STAGE).model_copy(update={"target": later}))
    command = SetPin(STAGE, Clock.TARGET, day("2020-06-10"), "flood") if own else Follow(2, (dates,))
    moved = after(told, (command, day("2020-05-24")))
    given = [one for one in reminders(moved, "2020-05-24", "2020-06-10") if one[0] == "target"]
    assert given == [("target", "2020-05-27", 14), ("target", "2020-06-03", 7), ("target", "2020-06-09", 1)]


def test_what_is_held_is_not_reminded_of() -> None:
    held = after(COMMUNE, (Report(STAGE, day("2020-04-28")), day("2020-04-28")))
    assert reminders(held, "2020-04-28", "2020-12-31") == []
    assert next_due(held, day("2020-04-28")) is None


def test_units_that_began_without_reminders_go_on_without() -> None:
    assert reminders(unit("commune", plan=PLAN), "2019-12-01", "2020-12-31") == []
