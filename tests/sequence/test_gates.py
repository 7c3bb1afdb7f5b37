"""What must have been held below a unit before it holds its own congress."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from calendars.plan.model import Text
from calendars.sequence.commands import Correct, Report, Retract, Waive
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.facts import GateTurned
from calendars.sequence.gates import count, gate_facts
from calendars.sequence.rules import GateRule
from calendars.sequence.state import Gate, Span, StageState, Status
from calendars.sequence.status import stage_status
from calendars.sequence.surroundings import UNKNOWN, Child, Surroundings, child_of, superior_of
from tests.sequence.quang_ninh import BUNDLED, after, below, day, refused, settled, span, taken, unit

STAGE, CELL = "grassroots_congress", "cell_congress"
MAY = date(2020, 5, 20)
COMMUNE = unit("commune", plan=BUNDLED)
REPORT = Report(STAGE, date(2020, 5, 19), MAY)
ALL = below(CELL, "2020-01-18", "2020-01-18", "2020-02-02")
ONE_MISSING = below(CELL, "2020-01-18", None, "2020-02-02")


def gate_of(state_around: Surroundings, waived: bool = False) -> Gate | None:
    commune = after(COMMUNE, (Waive(STAGE, "flood"), MAY)) if waived else COMMUNE
    return settled(commune, MAY, state_around).stage(STAGE).gate


def test_a_commune_with_one_cell_missing_is_refused_with_its_name() -> None:
    no = refused(COMMUNE, REPORT, MAY, ONE_MISSING)
    assert no.code == "gate_closed"
    assert no.text("en") == (
        "Grassroots congress cannot be held from 19/05/2020 to 20/05/2020: 2 of 3 units below had held Cell congress "
        "by then and 3 must have; waiting for Thôn 2."
    )
    assert no.text("vi") == (
        "Đại hội Đảng bộ không thể tổ chức từ 19/05/2020 đến 20/05/2020: đến lúc đó mới có 2 trên 3 đơn vị trực thuộc "
        "đã tổ chức Đại hội Chi bộ, cần 3; còn chờ Thôn 2."
    )


def test_the_cell_reports_or_a_superior_waives_and_it_passes() -> None:
    assert decide(COMMUNE, REPORT, MAY, ALL)
    waived = after(COMMUNE, (Waive(STAGE, " the cell is flooded\n"), MAY))
    assert waived.stage(STAGE).waived == "the cell is flooded"
    assert decide(waived, REPORT, MAY, ONE_MISSING)
    assert decide(waived, REPORT, MAY, UNKNOWN)
    assert refused(waived, Waive(STAGE, "again"), MAY).code == "already_waived"


def test_only_five_of_the_missing_are_named() -> None:
    no = refused(COMMUNE, REPORT, MAY, below(CELL, *[None] * 8, "2020-01-18"))
    assert (no.params["missing"], no.params["of"], no.params["held"]) == ("8", "9", "1")
    assert no.params["names_en"] == "Thôn 1, Thôn 2, Thôn 3, Thôn 4, Thôn 5 and 3 more"
    assert no.params["names_vi"] == "Thôn 1, Thôn 2, Thôn 3, Thôn 4, Thôn 5 và 3 đơn vị khác"


def test_while_the_children_are_not_known_it_is_refused_for_that() -> None:
    no = refused(COMMUNE, REPORT, MAY, UNKNOWN)
    assert (no.code, no.params["case"]) == ("gate_closed", "unknown")
    assert "not known" in no.text("en")
    assert gate_facts(COMMUNE, UNKNOWN, MAY) == ()


@pytest.mark.parametrize(
    ("around", "gate"),
    [
        (below(CELL), Gate.OPEN),  # nobody below: nobody to wait for
        (ALL, Gate.OPEN),
        (ONE_MISSING, None),  # a gate that was never spoken of is closed
        (below(CELL, None, level="commune"), Gate.OPEN),
        (below(STAGE, "2020-05-01"), None),
    ],
)
def test_the_gate_by_its_children(around: Surroundings, gate: Gate | None) -> None:
    assert gate_of(around) is gate
    assert gate_of(around, waived=True) is Gate.WAIVED


@pytest.mark.parametrize("changes", [{"living": False}, {"parent": "06665"}, {"level": "commune"}])
def test_children_that_ended_moved_or_are_of_another_level_are_not_counted(changes: dict[str, object]) -> None:
    children = dict(ONE_MISSING.children or {})
    children["06664-02"] = replace(children["06664-02"], **changes)
    assert gate_of(Surroundings(children)) is Gate.OPEN
    assert decide(COMMUNE, REPORT, MAY, Surroundings(children))


@pytest.mark.parametrize(
    ("held", "accepted"),
    [(span("2020-05-19"), True), (span("2020-05-18", "2020-05-19"), True), (span("2020-05-19", "2020-05-20"), False)],
)
def test_a_child_held_after_the_parents_first_day_does_not_count(*, held: Span, accepted: bool) -> None:
    around = Surroundings({"06664-01": Child("06664-01", "Thôn 1", "village", "06664", held={CELL: held})})
    if accepted:
        assert decide(COMMUNE, REPORT, MAY, around)
    else:
        assert refused(COMMUNE, REPORT, MAY, around).code == "gate_closed"
        assert settled(COMMUNE, MAY, around).stage(STAGE).gate is Gate.OPEN  # it may be held today


@pytest.mark.parametrize(
    ("share", "of", "needed"),
    [(0.35, 20, 7), (1.0, 12, 12), (0.9, 10, 9), (0.5, 3, 2), (0.0, 5, 0), (0.07, 100, 7), (0.01, 1, 1), (1.0, 0, 0)],
)
def test_a_share_is_rounded_up_to_whole_children(share: float, of: int, needed: int) -> None:
    rule = GateRule(STAGE, CELL, "village", Text(vi="x", en="x"), share)
    children = tuple((below(CELL, *["2020-01-18"] * needed, *[None] * (of - needed)).children or {}).values())
    counted = count(rule, children)
    assert (counted.needed, counted.held, counted.of, counted.is_open) == (needed, needed, of, True)
    if needed:
        fewer = (replace(children[0], held={}), *children[1:])
        assert not count(rule, fewer).is_open


def test_a_gate_turns_once_and_says_who_is_awaited() -> None:
    opened = GateTurned(MAY, STAGE, Gate.OPEN, 3, 3)
    assert gate_facts(COMMUNE, ALL, MAY) == (opened,)
    commune = taken(COMMUNE, (opened,))
    assert gate_facts(commune, ALL, MAY) == ()
    assert gate_facts(commune, ONE_MISSING, MAY) == (GateTurned(MAY, STAGE, Gate.CLOSED, 2, 3, ("06664-02",)),)


def test_a_retraction_below_closes_the_gate_or_makes_a_conflict_of_it() -> None:
    commune = settled(COMMUNE, MAY, ALL)
    assert settled(commune, MAY, ONE_MISSING).stage(STAGE).gate is Gate.CLOSED
    held = settled(after(commune, (REPORT, MAY), around=ALL), MAY, ALL)
    assert (held.stage(STAGE).gate, conflicts(held)) == (Gate.OPEN, ())
    against = settled(held, MAY, ONE_MISSING)
    assert against.stage(STAGE).gate is Gate.CONFLICT
    (conflict,) = conflicts(against)
    assert conflict.text("en") == (
        "Grassroots congress was held from 19/05/2020 to 20/05/2020 although not enough units below had held "
        "Cell congress."
    )
    # The cell reports again, or a superior waives it afterwards: nothing is left to show.
    assert conflicts(settled(against, MAY, ALL)) == ()
    waived = settled(after(against, (Waive(STAGE, "one cell voted again"), MAY)), MAY, ONE_MISSING)
    assert (waived.stage(STAGE).gate, conflicts(waived)) == (Gate.WAIVED, ())
    back = settled(after(against, (Retract(STAGE, "void"), MAY)), MAY, ONE_MISSING)
    assert back.stage(STAGE).gate is Gate.CLOSED


def test_a_correction_meets_the_gate_again_only_when_it_moves_the_days() -> None:
    late = below(CELL, "2020-05-19")
    held = settled(after(COMMUNE, (REPORT, MAY), around=late), MAY, late)
    earlier = Correct(STAGE, "typing error", on=date(2020, 5, 18))
    assert refused(held, earlier, MAY, late).code == "gate_closed"
    assert decide(held, Correct(STAGE, "typing error", results={"direct_election": True}), MAY, UNKNOWN)


def test_a_stage_waits_while_its_gate_is_closed() -> None:
    stage = BUNDLED.stage(STAGE)
    assert stage_status(COMMUNE, stage, MAY) is Status.WAITING
    assert stage_status(settled(COMMUNE, MAY, ALL), stage, MAY) is Status.OPEN
    assert stage_status(after(COMMUNE, (Waive(STAGE, "flood"), MAY)), stage, MAY) is Status.WAITING
    assert stage_status(settled(after(COMMUNE, (Waive(STAGE, "flood"), MAY)), MAY, ALL), stage, MAY) is Status.OPEN


def test_a_unit_without_a_gate_waits_for_nobody() -> None:
    village = unit("village", plan=BUNDLED)
    assert gate_facts(village, ALL, MAY) == ()
    assert decide(village, Report("headman_election", day("2020-01-05")), MAY, UNKNOWN)


def test_a_unit_tells_its_neighbours_only_what_they_count() -> None:
    village = after(
        unit("village", plan=BUNDLED),
        (Report("headman_election", day("2020-01-05")), MAY),
        (Report(CELL, day("2020-01-18")), MAY),
    )
    child = child_of(village)
    assert (child.code, child.parent, child.level, child.version) == ("06664", "200", "village", 3)
    assert (child.living, child.held) == (True, {CELL: span("2020-01-18")})
    held = after(COMMUNE, (REPORT, MAY), around=ALL)
    assert superior_of(held).held == {STAGE: span("2020-05-19", "2020-05-20")}
    assert superior_of(village).held == {}


def test_who_came_below_after_the_congress_is_no_conflict() -> None:
    """A unit that was added, or moved in, after its superior's congress could not be waited for."""
    rule = BUNDLED.stage(STAGE)
    assert rule.gate is not None
    held = Span(date(2020, 5, 20), date(2020, 5, 20))
    met = {rule.gate.children: Span(date(2020, 1, 18), date(2020, 1, 18))}
    commune = replace(COMMUNE, placed=date(2019, 12, 1), stages={rule.id: StageState(held=held, gate=Gate.OPEN)})
    code = commune.profile.code if commune.profile else ""
    there = Child(f"{code}-01", "Thôn 1", "village", code, 1, held=met, placed=date(2019, 12, 1))
    for placed, turned in ((date(2020, 5, 20), True), (date(2020, 5, 21), False)):
        late = Child(f"{code}-02", "Thôn 2", "village", code, 1, placed=placed)
        around = Surroundings({child.code: child for child in (there, late)})
        assert bool(gate_facts(commune, around, date(2020, 6, 1))) is turned
