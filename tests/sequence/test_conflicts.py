"""What stands against the rules without having been refused, found in a unit's state alone."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from calendars.plan.model import Due, Rerun
from calendars.sequence.commands import Command, End, Follow, Freeze, Postpone, Report, Schedule, SetPin, Waive
from calendars.sequence.conflicts import conflicts
from calendars.sequence.rules import StageDates
from calendars.sequence.sentences import SENTENCES
from calendars.sequence.state import Clock, UnitState
from tests.sequence.quang_ninh import FULL, PLAN, after, below, changed, day, settled, unit

ELECTION, CELL, STAGE = "headman_election", "cell_congress", "grassroots_congress"
RERUN = changed(PLAN, headman_election={"rerun": Rerun(days=15, source="09/2008")})
VILLAGE = unit("village", plan=RERUN)
COMMUNE = unit("commune", plan=RERUN)
JANUARY = date(2020, 1, 6)
MARCH, JUNE = date(2020, 3, 1), date(2020, 6, 1)


def again(on: str | None) -> Postpone:
    """The election of 05/01 failed."""
    return Postpone(ELECTION, "turnout below half", day(on) if on else None)


def found(state: UnitState) -> list[tuple[str, str]]:
    return [(conflict.stage, conflict.code) for conflict in conflicts(state)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), []),
        ((again("2020-01-12"),), []),
        ((again("2020-01-18"),), []),  # on the very day of the congress, before it
        ((again("2020-01-19"),), [(CELL, "before_previous")]),
        ((again("2020-01-20"),), [(CELL, "before_previous")]),
        ((again("2020-01-21"),), [(ELECTION, "rerun_late"), (CELL, "before_previous")]),
        ((again(None),), [(CELL, "rerun")]),  # 05/01 and 15 days are 20/01, past 18/01
        ((again(None), Schedule(ELECTION, day("2020-01-12"))), []),
        ((again("2020-01-19"), Schedule(CELL, day("2020-01-20"))), []),
        ((again(None), Schedule(CELL, day("2020-01-20"))), []),
        ((again(None), Postpone(CELL, "no head yet")), []),
        ((Schedule(ELECTION, day("2020-01-21")),), [(CELL, "before_previous")]),  # moved, not failed
    ],
)
def test_an_election_run_again_may_pass_the_day_of_the_congress(
    given: tuple[Command, ...], expected: list[tuple[str, str]]
) -> None:
    assert found(after(VILLAGE, *((command, JANUARY) for command in given))) == expected


def test_held_again_in_time_it_is_settled() -> None:
    held = after(VILLAGE, (again(None), JANUARY), (Report(ELECTION, day("2020-01-12")), day("2020-01-12")))
    assert found(held) == []


def test_a_plan_without_the_rule_knows_no_rerun() -> None:
    assert found(after(unit("village", plan=PLAN), (again(None), JANUARY))) == []


def test_an_election_that_a_freeze_took_did_not_fail() -> None:
    freeze = Freeze("f", day("2020-01-04"), day("2020-01-10"), "flood")
    frozen = after(VILLAGE, (freeze, day("2020-01-03")))
    assert found(frozen) == []
    assert found(after(frozen, (Schedule(ELECTION, day("2020-02-20")), JANUARY))) == [(CELL, "before_previous")]
    set_again = after(frozen, (Schedule(ELECTION, day("2020-01-12")), JANUARY))
    assert found(after(set_again, (Postpone(ELECTION, "turnout below half"), day("2020-01-12")))) == [(CELL, "rerun")]


MOVED = StageDates.of(PLAN.stage(STAGE).model_copy(update={"opens": date(2020, 5, 15)}))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((Schedule(STAGE, day("2020-05-31")),), []),
        ((Schedule(STAGE, day("2020-05-31"), day("2020-06-01")),), ["past_target"]),
        ((Schedule(STAGE, day("2020-07-01")),), ["past_target", "past_deadline"]),
        ((Schedule(STAGE, day("2020-05-10")), Follow(2, (MOVED,))), ["window"]),
        ((Schedule(STAGE, day("2020-05-15")), Follow(2, (MOVED,))), []),
        ((Schedule(STAGE, day("2020-05-10")), SetPin(STAGE, Clock.TARGET, day("2020-05-09"), "x")), ["past_target"]),
        ((Schedule(STAGE, day("2020-05-10")), Postpone(STAGE, "x"), Follow(2, (MOVED,))), []),
        ((Schedule(STAGE, day("2020-07-01")), End("dissolved", MARCH)), []),
    ],
)
def test_planned_days_against_the_days_of_the_plan(given: tuple[Command, ...], expected: list[str]) -> None:
    commune = after(COMMUNE, *((command, MARCH) for command in given))
    assert found(commune) == [(STAGE, code) for code in expected]


def test_a_congress_held_before_a_release_opened_it_later() -> None:
    held = after(COMMUNE, (Report(STAGE, day("2020-05-10")), JUNE))
    moved = after(held, (Follow(2, (MOVED,)), JUNE))
    assert found(moved) == [(STAGE, "window")]
    assert found(after(moved, (Waive(STAGE, "before the release"), JUNE))) == []
    late = StageDates.of(PLAN.stage(STAGE).model_copy(update={"target": Due(date=day("2020-05-01"))}))
    assert found(after(held, (Follow(2, (late,)), JUNE))) == []  # late, and shown as its margin


class Told(NamedTuple):
    """A unit, the conflict it has, and how that is told."""

    state: UnitState
    code: str
    en: str
    vi: str


PLANNED_LATE = after(COMMUNE, (Schedule(STAGE, day("2020-07-01"), day("2020-07-02")), MARCH))
FULL_COMMUNE = after(unit("commune", plan=FULL), (Report(STAGE, day("2020-05-20")), JUNE), around=below(CELL))
TOLD = [
    Told(
        settled(FULL_COMMUNE, JUNE, below(CELL, None)),
        "gate",
        "Grassroots congress was held on 20/05/2020 although not enough units below had held Cell congress.",
        "Đại hội đảng bộ cơ sở đã tổ chức ngày 20/05/2020 dù chưa đủ đơn vị trực thuộc tổ chức Đại hội chi bộ.",
    ),
    Told(
        after(VILLAGE, (again(None), JANUARY)),
        "rerun",
        "Headman election may be run again until 20/01/2020, past Cell congress, which is fixed on 18/01/2020 "
        "(09/2008).",
        "Bầu trưởng thôn có thể tổ chức lại đến ngày 20/01/2020, quá ngày đã định của Đại hội chi bộ là ngày "
        "18/01/2020 (09/2008).",
    ),
    Told(
        after(VILLAGE, (again("2020-01-21"), JANUARY)),
        "rerun_late",
        "Headman election is to be run again on 21/01/2020, later than 20/01/2020, the last day for it (09/2008).",
        "Bầu trưởng thôn dự kiến tổ chức lại ngày 21/01/2020, muộn hơn ngày cuối cùng cho phép là 20/01/2020 "
        "(09/2008).",
    ),
    Told(
        after(VILLAGE, (again("2020-01-19"), JANUARY)),
        "before_previous",
        "Cell congress is planned on 18/01/2020, before Headman election, which it comes after and which is planned on "
        "19/01/2020.",
        "Đại hội chi bộ dự kiến ngày 18/01/2020, trước Bầu trưởng thôn là bước phải diễn ra trước và dự kiến ngày "
        "19/01/2020.",
    ),
    Told(
        after(VILLAGE, (Report(ELECTION, day("2020-01-19")), JUNE)),
        "before_previous",
        "Cell congress is planned on 18/01/2020, before Headman election, which it comes after and which was held on "
        "19/01/2020.",
        "Đại hội chi bộ dự kiến ngày 18/01/2020, trước Bầu trưởng thôn là bước phải diễn ra trước và đã tổ chức ngày "
        "19/01/2020.",
    ),
    Told(
        PLANNED_LATE,
        "past_target",
        "Grassroots congress is planned from 01/07/2020 to 02/07/2020, after its target 31/05/2020 (308-KH/TU).",
        "Đại hội đảng bộ cơ sở dự kiến từ 01/07/2020 đến 02/07/2020, sau mục tiêu 31/05/2020 (308-KH/TU).",
    ),
    Told(
        PLANNED_LATE,
        "past_deadline",
        "Grassroots congress is planned from 01/07/2020 to 02/07/2020, after its deadline 30/06/2020 (35-CT/TW).",
        "Đại hội đảng bộ cơ sở dự kiến từ 01/07/2020 đến 02/07/2020, sau hạn 30/06/2020 (35-CT/TW).",
    ),
    Told(
        after(COMMUNE, (Schedule(STAGE, day("2020-05-10")), MARCH), (Follow(2, (MOVED,)), MARCH)),
        "window",
        "Grassroots congress is set on 10/05/2020, outside the time in which it is open to the unit.",
        "Đại hội đảng bộ cơ sở ghi ngày 10/05/2020, ngoài thời gian được phép của đơn vị.",
    ),
]


@pytest.mark.parametrize("told", TOLD, ids=[f"{no}-{told.code}" for no, told in enumerate(TOLD)])
def test_a_conflict_is_one_exact_sentence(told: Told) -> None:
    (conflict,) = (conflict for conflict in conflicts(told.state) if conflict.code == told.code)
    assert (conflict.text("en"), conflict.text("vi")) == (told.en, told.vi)


def test_every_sentence_of_a_conflict_is_tried() -> None:
    tried = {
        ".".join(filter(None, ("conflict", conflict.code, conflict.params.get("case"))))
        for told in TOLD
        for conflict in conflicts(told.state)
    }
    assert tried == {code for code in SENTENCES if code.startswith("conflict.")}
