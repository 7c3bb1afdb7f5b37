"""Units that end, move and change their names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from calendars.sequence import commands
from calendars.sequence.commands import Command, End, Enrol, Freeze, Move, Rename, Report
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Cleared, Ended, Renamed, Transferred
from calendars.sequence.gates import gate_facts, seal_facts
from calendars.sequence.state import Clock, Ending, Profile, Status
from calendars.sequence.status import stage_status
from calendars.sequence.surroundings import Superior, child_of
from tests.sequence.quang_ninh import BUNDLED, RECORDED, after, below, refused, span, unit

# Resolution 837/NQ-UBTVQH14: Hoành Bồ into Hạ Long on 01/01/2020.
DAY = date(2020, 1, 1)
MERGED = End("merged", DAY, "193", "Hạ Long", "837/NQ-UBTVQH14")
STAGE = "district_congress"
HOANH_BO = unit("district", plan=BUNDLED)
GONE = after(HOANH_BO, (MERGED, date(2020, 1, 3)))
JUNE = date(2020, 6, 11)
OF_A_STAGE: list[Command] = [
    commands.Schedule(STAGE, JUNE),
    Report(STAGE, JUNE),
    commands.Correct(STAGE, "x"),
    commands.Retract(STAGE, "x"),
    commands.Postpone(STAGE, "x"),
    commands.Waive(STAGE, "x"),
    commands.GiveConsent(STAGE, "x", JUNE),
    commands.Review(STAGE, JUNE),
    commands.Done(STAGE, "notice"),
    commands.SetPin(STAGE, Clock.TARGET, JUNE, "x"),
    commands.Unpin(STAGE, Clock.TARGET, "x"),
    commands.Reopen(STAGE, "x"),
]


def test_a_merged_unit_knows_its_successor() -> None:
    ended = Ended(DAY, "merged", "193", "Hạ Long", "837/NQ-UBTVQH14", date(2020, 2, 29))
    assert decide(HOANH_BO, MERGED, date(2020, 1, 3)) == (ended,)
    assert GONE.ended == Ending(DAY, "merged", "193", "Hạ Long", "837/NQ-UBTVQH14", date(2020, 2, 29))
    assert not child_of(GONE).living


@pytest.mark.parametrize("command", OF_A_STAGE)
def test_it_refuses_and_says_where_to_go(command: Command) -> None:
    no = refused(GONE, command, JUNE)
    assert no.text("en") == (
        "Tân Bình ended on 01/01/2020: it was merged into Hạ Long (193); what is new belongs there."
    )
    dissolved = after(HOANH_BO, (End("dissolved", DAY), DAY))
    assert "was dissolved" in refused(dissolved, command, JUNE).text("en")


def test_every_command_for_a_stage_is_tried() -> None:
    assert {type(command) for command in OF_A_STAGE} == set(get_args(commands.OfStage))


def test_it_owes_and_says_nothing_any_more() -> None:
    gone = fold(GONE, number(GONE, due_facts(GONE, date(2020, 3, 1)), by="calendar", recorded=RECORDED))
    assert due_facts(gone, date(2020, 12, 31)) == ()
    assert next_due(gone, DAY) is None
    assert gate_facts(GONE, below("grassroots_congress", level="commune"), JUNE) == ()
    assert seal_facts(GONE, Superior("200", 1, {"provincial_congress": span("2020-09-25")}), JUNE) == ()
    assert conflicts(GONE) == ()


def test_what_was_called_off_with_it_is_shown_for_60_days() -> None:
    last, first_without = date(2020, 2, 29), date(2020, 3, 1)
    assert next_due(GONE, date(2020, 1, 3)) == first_without
    assert due_facts(GONE, last) == ()
    assert due_facts(GONE, first_without) == due_facts(GONE, JUNE) == (Cleared(first_without),)


def test_a_unit_that_began_before_there_was_such_an_end_goes_on_without() -> None:
    gone = after(replace(HOANH_BO, rules=replace(HOANH_BO.rules, calendar=None)), (MERGED, date(2020, 1, 3)))
    assert gone.ended == Ending(DAY, "merged", "193", "Hạ Long", "837/NQ-UBTVQH14")
    assert (due_facts(gone, JUNE), next_due(gone, JUNE)) == ((), None)


def test_what_it_held_stays_held() -> None:
    held = after(
        unit("village", plan=BUNDLED),
        (Report("headman_election", date(2020, 1, 5)), JUNE),
        (End("merged", JUNE, "06664-02", "Thôn 2"), JUNE),
    )
    assert stage_status(held, BUNDLED.stage("headman_election"), JUNE) is Status.HELD
    assert stage_status(held, BUNDLED.stage("cell_congress"), JUNE) is Status.ENDED
    assert stage_status(held, BUNDLED.stage("cell_congress"), date(2020, 6, 10)) is Status.OVERDUE
    assert child_of(held).held == {}


@pytest.mark.parametrize(
    "command",
    [
        MERGED,
        End("dissolved", JUNE),
        Move("205", "", JUNE),
        Rename("x", JUNE),
        Freeze("f", JUNE, None, "x"),
        commands.Follow(7, ()),
        commands.Resume("f", JUNE),
    ],
)
def test_a_change_reaches_an_ended_unit_without_a_trace(command: Command) -> None:
    assert decide(GONE, command, JUNE) == ()


MOVED = Move("205", "Móng Cái", DAY, "transfer")
RENAMED = Rename("Quảng Tân", DAY, reason="merger")


def test_a_unit_stands_under_another_superior_once() -> None:
    commune = unit("commune", plan=BUNDLED)
    assert decide(commune, MOVED, DAY) == (Transferred(DAY, "205", "Móng Cái", "transfer"),)
    moved = after(commune, (MOVED, DAY))
    assert moved.profile == Profile("06664", "Tân Bình", "commune", "205", "Móng Cái")
    assert decide(moved, MOVED, DAY) == ()
    assert child_of(moved).parent == "205"


def test_a_unit_is_renamed_once_and_so_is_its_superior() -> None:
    commune = unit("commune", plan=BUNDLED)
    assert decide(commune, RENAMED, DAY) == (Renamed(DAY, "Quảng Tân", "", "merger"),)
    renamed = after(commune, (RENAMED, DAY))
    assert renamed.profile == Profile("06664", "Quảng Tân", "commune", "200", "Đầm Hà")
    assert decide(renamed, RENAMED, DAY) == ()
    superior = Rename("Quảng Tân", DAY, "Đầm Hà mới")
    again = after(renamed, (superior, DAY))
    assert again.profile == Profile("06664", "Quảng Tân", "commune", "200", "Đầm Hà mới")
    assert decide(again, superior, DAY) == ()


def test_an_ended_unit_is_not_enrolled_again() -> None:
    assert refused(GONE, Enrol(Profile("06664", "Tân Bình", "district")), JUNE).code == "already_enrolled"
