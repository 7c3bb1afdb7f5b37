"""Releases move a unit's days; days of its own stand through them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from calendars.plan.model import Due, Plan, Window
from calendars.sequence.commands import Follow, Postpone, Report, Schedule, SetPin, Unpin
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import Amended, FellOverdue, Pinned, Unpinned
from calendars.sequence.pins import with_pins
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Clock, Pin, Status, UnitState
from calendars.sequence.status import planned, stage_status
from tests.sequence.quang_ninh import BUNDLED, after, below, changed, day, refused, settled, span, unit

STAGE, CELL = "grassroots_congress", "cell_congress"
COMMUNE = unit("commune", plan=BUNDLED)
TODAY = date(2020, 4, 25)
CELLS = below(CELL)


def due(iso: str, source: str = "312-KH/TU") -> Due:
    return Due(date=day(iso), source=source)


def release(no: int, plan: Plan, *stages: str) -> Follow:
    return Follow(no, tuple(StageDates.of(plan.stage(stage)) for stage in stages or (STAGE,)), "plan-312")


def under(state: UnitState, stage: str = STAGE) -> StageDates:
    found = state.rules.stage(stage)
    assert found
    return StageDates.of(found)


LATER = changed(BUNDLED, grassroots_congress={"target": due("2020-06-15"), "deadline": due("2020-07-31")})
LATEST = changed(LATER, grassroots_congress={"target": due("2020-06-20")})


def test_a_release_changes_the_days_and_says_who_ordered_it() -> None:
    dates = (StageDates.of(LATER.stage(STAGE)),)
    assert decide(COMMUNE, release(2, LATER), TODAY) == (Amended(TODAY, 2, dates, "plan-312"),)
    commune = after(COMMUNE, (release(2, LATER), TODAY))
    assert commune.rules == Rules.of(LATER, "commune")
    assert commune.rules_version == 2
    assert commune.stage(STAGE).reminded == {"target": TODAY, "deadline": TODAY}


@pytest.mark.parametrize("known", [1, 2])
def test_a_release_that_the_unit_has_is_ignored(known: int) -> None:
    commune = after(COMMUNE, (release(2, LATER), TODAY))
    assert decide(commune, release(known, BUNDLED), TODAY) == ()


def test_a_release_back_is_another_release() -> None:
    commune = after(COMMUNE, (release(2, LATER), TODAY), (release(3, BUNDLED), TODAY))
    assert (commune.rules, commune.rules_version) == (COMMUNE.rules, 3)


def test_a_release_that_changes_nothing_for_the_level_is_followed_all_the_same() -> None:
    commune = after(COMMUNE, (Follow(2, ()), TODAY))
    assert (commune.rules, commune.rules_version, commune.stages) == (COMMUNE.rules, 2, COMMUNE.stages)


def test_a_day_that_moves_is_not_passed_any_more_and_passes_again() -> None:
    june = date(2020, 6, 5)
    late = settled(COMMUNE, june)
    assert late.stage(STAGE).overdue == (Clock.TARGET,)
    assert stage_status(late, LATER.stage(STAGE), june) is not Status.POSTPONED
    moved = after(late, (release(2, LATER), june))
    assert moved.stage(STAGE).overdue == ()
    assert due_facts(moved, june) == ()
    assert due_facts(settled(moved, date(2020, 6, 15)), date(2020, 6, 16)) == (
        FellOverdue(date(2020, 6, 16), STAGE, Clock.TARGET, date(2020, 6, 15)),
    )


def test_a_mark_of_a_day_that_stays_is_kept() -> None:
    july = settled(COMMUNE, date(2020, 7, 2))
    assert july.stage(STAGE).overdue == (Clock.TARGET, Clock.DEADLINE)
    only_deadline = changed(BUNDLED, grassroots_congress={"deadline": due("2020-07-31")})
    assert after(july, (release(2, only_deadline), date(2020, 7, 2))).stage(STAGE).overdue == (Clock.TARGET,)


def test_a_release_may_set_a_day_that_has_passed_already() -> None:
    earlier = changed(BUNDLED, grassroots_congress={"target": due("2020-04-30")})
    commune = after(settled(COMMUNE, date(2020, 5, 4)), (release(2, earlier), date(2020, 5, 4)))
    assert due_facts(commune, date(2020, 5, 4)) == (
        FellOverdue(date(2020, 5, 1), STAGE, Clock.TARGET, date(2020, 4, 30)),
    )


def test_a_release_that_opens_later_leaves_a_conflict_with_what_is_planned() -> None:
    commune = after(COMMUNE, (Schedule(STAGE, date(2020, 5, 10)), TODAY))
    moved = changed(BUNDLED, grassroots_congress={"opens": date(2020, 5, 15)})
    follow = after(commune, (release(2, moved), TODAY))
    assert [conflict.code for conflict in conflicts(follow)] == ["window"]
    assert refused(follow, Report(STAGE, date(2020, 5, 10)), date(2020, 5, 11), CELLS).code == "before_window"


def test_pilots_windows_move_too() -> None:
    window = Window.model_validate({"from": "2020-02-20", "to": "2020-02-28"})
    pilot = unit("commune", "pilot", plan=BUNDLED)
    moved = after(pilot, (release(2, changed(BUNDLED, grassroots_congress={"pilots": window})), date(2020, 2, 1)))
    assert decide(moved, Report(STAGE, date(2020, 2, 20)), date(2020, 2, 21), CELLS)


# Days of a unit's own


def pin(iso: str, clock: Clock = Clock.TARGET, reason: str = "flood", stage: str = STAGE) -> SetPin:
    return SetPin(stage, clock, day(iso), reason)


PINNED = after(COMMUNE, (pin("2020-06-10"), TODAY))


def test_a_day_of_its_own_stands_instead_of_the_plans() -> None:
    assert decide(COMMUNE, pin("2020-06-10"), TODAY) == (
        Pinned(TODAY, STAGE, Clock.TARGET, date(2020, 6, 10), "flood"),
    )
    assert under(PINNED).target == Due(date=date(2020, 6, 10), source="flood")
    assert PINNED.stage(STAGE).pins == {Clock.TARGET: Pin(date(2020, 6, 10), "flood", BUNDLED.stage(STAGE).target)}
    assert under(PINNED).deadline == BUNDLED.stage(STAGE).deadline
    assert next_due(PINNED, date(2020, 6, 9)) == date(2020, 6, 11)
    assert refused(PINNED, pin("2020-06-10"), TODAY).code == "already_pinned"
    assert refused(COMMUNE, pin("2021-01-01"), TODAY).code == "after_campaign"
    assert refused(COMMUNE, pin("2020-06-10", reason=" "), TODAY).code == "no_reason_given"


def test_it_survives_a_release_and_what_it_stands_for_follows() -> None:
    follow = after(PINNED, (release(2, LATER), TODAY))
    assert under(follow).target == Due(date=date(2020, 6, 10), source="flood")
    assert under(follow).deadline == due("2020-07-31")
    assert follow.stage(STAGE).pins[Clock.TARGET].instead_of == due("2020-06-15")
    assert follow.rules == with_pins(Rules.of(LATER, "commune"), follow.stages)
    # The clock of the pinned day did not move: it is not reminded of anew.
    assert follow.stage(STAGE).reminded == {"target": TODAY, "deadline": TODAY}


def test_without_it_the_newest_release_holds() -> None:
    unpin = Unpin(STAGE, Clock.TARGET, "dry again")
    follow = after(PINNED, (release(2, LATER), TODAY), (release(3, LATEST), TODAY))
    assert decide(follow, unpin, TODAY) == (Unpinned(TODAY, STAGE, Clock.TARGET, "dry again"),)
    free = after(follow, (unpin, TODAY))
    assert free.rules == Rules.of(LATEST, "commune")
    assert refused(free, unpin, TODAY).code == "not_pinned"
    assert refused(PINNED, Unpin(STAGE, Clock.DEADLINE, "x"), TODAY).code == "not_pinned"


def test_a_second_pin_remembers_the_plans_day_and_not_the_first_pin() -> None:
    twice = after(PINNED, (pin("2020-06-12", reason="storm"), TODAY), (pin("2020-07-10", Clock.DEADLINE), TODAY))
    assert twice.stage(STAGE).pins[Clock.TARGET].instead_of == BUNDLED.stage(STAGE).target
    free = after(twice, (Unpin(STAGE, Clock.TARGET, "dry"), TODAY))
    assert (under(free).target, under(free).deadline) == (BUNDLED.stage(STAGE).target, due("2020-07-10", "flood"))
    assert free.rules == with_pins(Rules.of(BUNDLED, "commune"), free.stages)


def test_a_target_where_the_plan_has_none_goes_again() -> None:
    province = after(unit("province", plan=BUNDLED), (pin("2020-10-01", stage="provincial_congress"), TODAY))
    assert province.stage("provincial_congress").pins[Clock.TARGET].instead_of is None
    free = after(province, (Unpin("provincial_congress", Clock.TARGET, "as planned"), TODAY))
    assert free.rules == Rules.of(BUNDLED, "province")


def test_a_pin_takes_a_mark_away_and_sets_another() -> None:
    late = settled(COMMUNE, date(2020, 6, 5))
    pinned = after(late, (pin("2020-06-10"), date(2020, 6, 5)))
    assert pinned.stage(STAGE).overdue == ()
    assert settled(pinned, date(2020, 6, 11)).stage(STAGE).overdue == (Clock.TARGET,)


# The one day for all


VILLAGE = unit("village", plan=BUNDLED)
NEW_DAY = changed(BUNDLED, cell_congress={"on": date(2020, 2, 8)})
JANUARY = date(2020, 1, 10)


def day_of(state: UnitState) -> Any:
    stage = state.rules.stage(CELL)
    assert stage
    return planned(stage, state.stage(CELL))


def test_another_day_for_all_is_the_new_plan() -> None:
    moved = after(VILLAGE, (release(2, NEW_DAY, CELL), JANUARY))
    assert day_of(moved) == span("2020-02-08")
    assert settled(moved, date(2020, 2, 8)).stage(CELL).overdue == ()
    assert settled(moved, date(2020, 2, 9)).stage(CELL).overdue == (Clock.DAY,)


def test_what_was_put_off_without_a_day_gets_the_new_day_for_all() -> None:
    postponed = after(VILLAGE, (Postpone(CELL, "flood"), JANUARY))
    assert day_of(postponed) is None
    moved = after(postponed, (release(2, NEW_DAY, CELL), JANUARY))
    assert day_of(moved) == span("2020-02-08")
    assert stage_status(moved, NEW_DAY.stage(CELL), JANUARY) is Status.WAITING
    assert settled(moved, date(2020, 2, 9)).stage(CELL).overdue == (Clock.DAY,)
    # Other days that move leave it as it is, and so does a day of its own that was set meanwhile.
    target = changed(BUNDLED, cell_congress={"target": due("2020-06-10")})
    assert day_of(after(postponed, (release(2, target, CELL), JANUARY))) is None
    own = after(postponed, (Schedule(CELL, date(2020, 1, 25)), JANUARY), (release(2, NEW_DAY, CELL), JANUARY))
    assert day_of(own) == span("2020-01-25")
    assert own.stage(CELL).postponed == span("2020-01-18")


def test_a_unit_may_have_a_day_for_itself_instead_of_the_day_for_all() -> None:
    pinned = after(VILLAGE, (pin("2020-01-20", Clock.DAY, stage=CELL), JANUARY))
    assert day_of(pinned) == span("2020-01-20")
    follow = after(pinned, (release(2, NEW_DAY, CELL), JANUARY))
    assert day_of(follow) == span("2020-01-20")
    free = after(follow, (Unpin(CELL, Clock.DAY, "dry"), JANUARY))
    assert (day_of(free), free.rules) == (span("2020-02-08"), Rules.of(NEW_DAY, "village"))
