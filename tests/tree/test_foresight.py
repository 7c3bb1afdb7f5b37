"""What a dry run foresees is what then happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.plan.model import Plan
from calendars.sequence.commands import Report, Schedule, SetPin
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock, Span, UnitState
from calendars.sequence.surroundings import Surroundings
from calendars.tree.changes import Change, Dissolve, Lift, Merge, Suspend, Transfer
from calendars.tree.foresight import Foresight, Move, compare, foresee
from calendars.tree.reaching import steps
from tests.tree.small import (
    CELL,
    ELECTION,
    GRASSROOTS,
    PLAN,
    PROVINCIAL,
    TREE,
    amendment,
    applied,
    sent,
    settled,
    shifted,
    states,
    tree_of,
)

TODAY = date(2020, 2, 12)
DAY = timedelta(days=1)
NOBODY = Surroundings(children={}, pilots=(GRASSROOTS,))


def on_the_day(today: date = TODAY, **commands: Any) -> dict[str, UnitState]:
    """The units on the day, after some commands to them by their codes with `_` before."""
    found = {code: settled(state, today) for code, state in states().items()}
    for code, orders in commands.items():
        for order in orders:
            unit = code[1:].replace("_", "-")
            found[unit] = sent(found[unit], order, today, NOBODY)
    return found


def both(before: dict[str, UnitState], change: Change, release: int = 2, today: date = TODAY) -> Foresight:
    """What is foreseen, which is what then happens."""
    todo = steps(tree_of(before), PLAN, change, 5, release)
    seen = foresee(before, todo, today, PLAN.instruments)
    assert compare(before, applied(before, todo, today), PLAN.instruments) == seen
    return seen


def release(**dates: Any) -> Change:
    return amendment(shifted(PLAN, **dates))


def test_dates_that_move_are_told_for_each_unit() -> None:
    before = on_the_day(_100=[Schedule(GRASSROOTS, date(2020, 3, 10), date(2020, 3, 11))])
    seen = both(before, release(**{GRASSROOTS: {"target": {"date": "2020-03-05"}, "deadline": {"date": "2020-03-09"}}}))
    assert seen.units == 2
    assert seen.moves == tuple(
        Move(code, name, GRASSROOTS, field, old, new)
        for code, name in (("100", "Xã Một"), ("200", "Phường Hai"))
        for field, old, new in (("target", "2020-03-20", "2020-03-05"), ("deadline", "2020-03-31", "2020-03-09"))
    )
    assert [(one.unit, one.code) for one in seen.conflicts] == [("100", "past_target"), ("100", "past_deadline")]
    assert seen.notices == {"change": 2}


def test_the_one_day_for_all_moves_what_is_planned() -> None:
    today = date(2020, 1, 6)
    seen = both(on_the_day(today), release(**{ELECTION: {"on": "2020-01-19"}}), today=today)
    of_first = [(move.field, move.before, move.after) for move in seen.moves if move.unit == "100-01"]
    assert of_first == [
        ("on", "2020-01-12", "2020-01-19"),
        ("planned", "2020-01-12/2020-01-12", "2020-01-19/2020-01-19"),
    ]
    assert seen.notices == {"change": 3}


def test_a_deadline_in_the_past_makes_units_overdue_and_a_later_one_ends_it() -> None:
    early = release(**{CELL: {"target": {"date": "2020-01-20"}, "deadline": {"date": "2020-02-11"}}})
    before = on_the_day()
    seen = both(before, early)
    assert [
        (one.unit, one.before, one.after) for one in seen.moves if one.field == "overdue" and one.stage == CELL
    ] == [(code, "2020-02-10", "2020-01-20 2020-02-11") for code in ("100-01", "100-02", "200-01")]
    assert seen.notices == {"change": 3, "overdue": 3}
    late = both(before, release(**{CELL: {"target": {"date": "2020-02-12"}}}))
    assert {(one.before, one.after) for one in late.moves if one.field == "overdue"} == {("2020-02-10", "")}
    assert late.notices == {"change": 3}


def test_a_held_stage_is_not_overdue_and_its_window_is_a_conflict() -> None:
    before = on_the_day(_100_01=[Report(ELECTION, date(2020, 1, 12)), Report(CELL, date(2020, 1, 18))])
    seen = both(before, release(**{CELL: {"opens": "2020-01-20", "deadline": {"date": "2020-02-11"}}}))
    assert {one.field for one in seen.moves if one.unit == "100-01"} == {"opens", "deadline"}
    assert [(one.unit, one.stage, one.code) for one in seen.conflicts] == [("100-01", CELL, "window")]
    assert seen.conflicts[0].en != seen.conflicts[0].vi
    # It stays one, but is no news any more.
    after = applied(before, steps(TREE, PLAN, release(**{CELL: {"opens": "2020-01-20"}}), 5, 2), TODAY)
    again = steps(TREE, PLAN, release(**{CELL: {"opens": "2020-01-21"}}), 6, 3)
    assert foresee(after, again, TODAY).conflicts == ()


def test_own_days_stand_against_a_release_and_are_told() -> None:
    before = on_the_day(_200=[SetPin(GRASSROOTS, Clock.DEADLINE, date(2020, 4, 5), "flooded")])
    seen = both(before, release(**{GRASSROOTS: {"deadline": {"date": "2020-04-10"}}}))
    assert {one.unit for one in seen.moves} == {"100"}
    assert seen.units == 2
    [pin] = seen.pins
    assert (pin.unit, pin.stage, pin.code) == ("200", GRASSROOTS, "deadline")
    assert pin.en == "keeps its own deadline 2020-04-05 instead of 2020-04-10: flooded"
    assert pin.vi == "giữ ngày riêng 2020-04-05 thay cho 2020-04-10: flooded"


def test_a_freeze_takes_the_planned_days_it_covers() -> None:
    first = TODAY + DAY * 20
    before = on_the_day(_100=[Schedule(GRASSROOTS, first)], _200=[Schedule(GRASSROOTS, first + DAY * 2)])
    seen = both(before, Suspend(first - DAY, first + DAY, "flood"))
    assert seen.units == 6
    assert seen.moves == (Move("100", "Xã Một", GRASSROOTS, "planned", f"{first}/{first}", ""),)
    assert both(before, Suspend(first - DAY, first + DAY, "flood", "200")).moves == ()


def test_the_end_of_a_freeze_moves_nothing() -> None:
    before = on_the_day()
    frozen = applied(before, steps(TREE, PLAN, Suspend(TODAY, None, "flood"), 2, 1), TODAY)
    seen = both(frozen, Lift(TODAY + DAY, "100", ("freeze/2",)))
    assert (seen.units, seen.moves) == (3, ())


@pytest.mark.parametrize(
    ("change", "units"),
    [
        (Transfer("100-01", "200", TODAY), 1),
        (Dissolve("200-01", TODAY), 1),
        (Merge(("100",), "200", TODAY), 3),
        (Merge(("100", "200"), "300", TODAY, "Phường Ba"), 5),
    ],
)
def test_the_tree_moves_no_dates(change: Change, units: int) -> None:
    seen = both(on_the_day(), change)
    assert (seen.units, seen.moves, seen.conflicts, seen.notices) == (units, (), (), {})


def test_units_that_know_the_change_are_not_reached() -> None:
    todo = steps(TREE, PLAN, release(**{CELL: {"target": {"date": "2020-02-15"}}}), 5, 2)
    before = on_the_day()
    after = applied(before, todo, TODAY)
    assert foresee(after, todo, TODAY) == Foresight()
    # An older release changes nothing either.
    older = steps(TREE, PLAN, release(**{CELL: {"target": {"date": "2020-02-16"}}}), 5, 1)
    assert foresee(after, older, TODAY) == Foresight()


def test_new_units_are_left_out_of_a_comparison() -> None:
    before = on_the_day()
    after = {**before, "300": replace(before["200"])}
    assert compare(before, after) == Foresight()


OFFSETS = st.integers(-20, 20)
LATER = st.dates(TODAY, date(2020, 4, 15))
DATES = st.fixed_dictionaries({}, optional={stage.id: OFFSETS for stage in PLAN.stages})


def moved(plan: Plan, offsets: dict[str, int]) -> Plan:
    """The plan with all dates of some stages moved by so many days."""
    document = plan.document()
    for stage in document["stages"]:
        by = timedelta(days=offsets.get(stage["id"], 0))
        for key in ("on", "opens"):
            if key in stage:
                stage[key] = (date.fromisoformat(stage[key]) + by).isoformat()
        for key in ("target", "deadline"):
            if key in stage:
                stage[key] = {"date": (date.fromisoformat(stage[key]["date"]) + by).isoformat()}
    return Plan.model_validate(document)


@settings(max_examples=60)
@given(DATES, DATES, st.lists(st.tuples(st.sampled_from(sorted(TREE.units)), LATER), max_size=4), LATER, st.booleans())
def test_what_is_foreseen_happens_and_the_reverse_undoes_it(
    first: dict[str, int], second: dict[str, int], planned: list[tuple[str, date]], today: date, pinned: bool
) -> None:
    now = on_the_day()
    for code, day in planned:
        stage = now[code].rules.stages[-1].id
        try:
            now[code] = sent(now[code], Schedule(stage, day), TODAY)
            if pinned:
                now[code] = sent(now[code], SetPin(stage, Clock.TARGET, day, "own"), TODAY)
        except Refused:
            continue
    now = {code: settled(state, today) for code, state in now.items()}
    plan, seen = PLAN, []
    for number, offsets in ((2, first), (3, second), (4, {})):
        after = moved(PLAN, offsets)
        todo = steps(TREE, plan, amendment(after, number - 1), number, number)
        seen.append(foresee(now, todo, today))
        then = applied(now, todo, today)
        assert compare(now, then) == seen[-1]
        for code, state in then.items():
            level = TREE.units[code].level
            for stage in state.rules.stages:
                pins = state.stage(stage.id).pins
                assert pins or stage == after.stage(stage.id) or state.rules_version < number
            if after.stages_of(level) == plan.stages_of(level):
                assert state.version == now[code].version
        now, plan = then, after
    moves: dict[tuple[str, str, str], list[Move]] = {}
    for one in seen:
        for move in one.moves:
            moves.setdefault((move.unit, move.stage, move.field), []).append(move)
    for (_, _, field), chain in moves.items():
        assert all(before.after == later.before for before, later in pairwise(chain))
        if field in ("on", "opens", "target", "deadline", "pilots"):
            assert chain[0].before == chain[-1].after


def test_the_days_of_a_move_are_written_as_days_and_intervals() -> None:
    before = on_the_day(date(2020, 2, 3), _22=[Schedule(PROVINCIAL, date(2020, 3, 3), date(2020, 3, 4))])
    now = before["22"].stage(PROVINCIAL)
    assert now.scheduled == Span(date(2020, 3, 3), date(2020, 3, 4))
    pilots = release(**{GRASSROOTS: {"pilots": {"from": "2020-02-03", "to": "2020-02-14"}}})
    seen = both(before, pilots, today=date(2020, 2, 3))
    assert {(one.field, one.before, one.after) for one in seen.moves} == {
        ("pilots", "2020-02-01/2020-02-15", "2020-02-03/2020-02-14")
    }
