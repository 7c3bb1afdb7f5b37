"""What a superior's congress rests on is sealed; only an administrator reopens it."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.plan.model import Gate
from calendars.sequence.commands import Command, Correct, Move, Reopen, Report, Retract
from calendars.sequence.deciding import decide
from calendars.sequence.facts import Reopened, Sealed, Unsealed
from calendars.sequence.gates import seal_facts
from calendars.sequence.state import Span, UnitState
from calendars.sequence.surroundings import Superior, Surroundings
from tests.sequence.quang_ninh import BUNDLED, after, refused, settled, span, taken, unit

ELECTION, CELL, ABOVE = "headman_election", "cell_congress", "grassroots_congress"
MAY = date(2020, 5, 21)
DAYS = span("2020-05-19", "2020-05-20")
HELD = after(
    unit("village", plan=BUNDLED),
    (Report(ELECTION, date(2020, 1, 5), results={"turnout": 93.25}), MAY),
    (Report(CELL, date(2020, 1, 18)), MAY),
)


def above(version: int = 1, code: str = "200", **held: Span) -> Surroundings:
    return Surroundings({}, superior=Superior(code, version, held))


SEALED = settled(HELD, MAY, above(grassroots_congress=DAYS))
CHANGES: list[Command] = [
    Correct(CELL, "recount", results={"direct_election": True}),
    Correct(ELECTION, "recount", results={"turnout": 93.5}),
    Retract(CELL, "void"),
]


@pytest.mark.parametrize("command", CHANGES)
def test_until_the_superior_holds_its_congress_reports_are_changed(command: Command) -> None:
    assert decide(HELD, command, MAY)
    assert decide(settled(HELD, MAY, above()), command, MAY)


@pytest.mark.parametrize("command", CHANGES)
def test_then_they_are_sealed_with_all_that_came_before(command: Command) -> None:
    no = refused(SEALED, command, MAY)
    assert no.code == "sealed"
    assert "held from 19/05/2020 to 20/05/2020" in no.text("en")


def test_it_is_said_once_and_again_when_the_days_change() -> None:
    assert seal_facts(HELD, Superior("200", 1, {ABOVE: DAYS}), MAY) == (
        Sealed(MAY, "200", ABOVE, DAYS, (CELL, ELECTION)),
    )
    assert seal_facts(SEALED, Superior("200", 2, {ABOVE: DAYS}), MAY) == ()
    moved = span("2020-05-18", "2020-05-19")
    assert seal_facts(SEALED, Superior("200", 2, {ABOVE: moved}), MAY) == (
        Sealed(MAY, "200", ABOVE, moved, (CELL, ELECTION)),
    )


@pytest.mark.parametrize(
    ("state", "superior"),
    [
        (HELD, None),
        (HELD, Superior("201", 1, {ABOVE: DAYS})),  # not its superior
        (HELD, Superior("200", 1, {"district_congress": DAYS})),  # rests on other units
        (unit("province", plan=BUNDLED), Superior("200", 1, {ABOVE: DAYS})),
    ],
)
def test_what_does_not_concern_the_unit_seals_nothing(state: UnitState, superior: Superior | None) -> None:
    assert seal_facts(state, superior, MAY) == ()


def test_a_superior_that_takes_its_report_back_unseals() -> None:
    assert seal_facts(SEALED, Superior("200", 2), MAY) == (Unsealed(MAY, "200", ABOVE, (CELL, ELECTION)),)
    free = settled(SEALED, MAY, above(2))
    assert free.superior == {}
    assert decide(free, CHANGES[0], MAY)


def test_an_administrator_reopens_one_stage() -> None:
    assert decide(SEALED, Reopen(CELL, " typing error "), MAY) == (Reopened(MAY, CELL, "typing error"),)
    opened = after(SEALED, (Reopen(CELL, "typing error"), MAY))
    assert decide(opened, CHANGES[0], MAY)
    assert refused(opened, CHANGES[1], MAY).code == "sealed"
    assert seal_facts(opened, Superior("200", 3, {ABOVE: DAYS}), MAY) == ()
    assert refused(opened, Reopen(CELL, "again"), MAY).code == "not_sealed"
    assert refused(SEALED, Reopen(CELL, " "), MAY).code == "no_reason_given"


def test_what_was_not_reported_may_still_be_reported() -> None:
    """The superior was let through without this village."""
    late = settled(unit("village", plan=BUNDLED), MAY, above(grassroots_congress=DAYS))
    reported = after(late, (Report(ELECTION, date(2020, 1, 5)), MAY), (Report(CELL, date(2020, 1, 18)), MAY))
    assert refused(reported, Retract(CELL, "void"), MAY).code == "sealed"


def test_a_stage_that_another_congress_rests_on_stays_sealed() -> None:
    conference = BUNDLED.stage(ABOVE).model_copy(update={"id": "conference", "gate": Gate(children=ELECTION)})
    plan = BUNDLED.model_copy(update={"stages": (*BUNDLED.stages, conference)})
    village = after(
        unit("village", plan=plan), (Report(ELECTION, date(2020, 1, 5)), MAY), (Report(CELL, date(2020, 1, 18)), MAY)
    )
    both = settled(village, MAY, above(grassroots_congress=DAYS, conference=DAYS))
    one = settled(both, MAY, above(2, conference=DAYS))
    assert (one.stage(CELL).sealed, one.stage(ELECTION).sealed) == (False, True)
    assert not settled(one, MAY, above(3)).stage(ELECTION).sealed


def test_a_unit_that_moves_is_sealed_by_its_new_superior() -> None:
    moved = after(SEALED, (Move("205", "Móng Cái", MAY), MAY))
    assert settled(moved, MAY, above(2)).stage(CELL).sealed  # the former superior says no more of it
    assert not settled(moved, MAY, above(1, "205")).stage(CELL).sealed
    again = settled(moved, MAY, above(1, "205", grassroots_congress=span("2020-06-01")))
    assert again.superior == {ABOVE: span("2020-06-01")}
    assert taken(again, ()).stage(CELL).sealed
