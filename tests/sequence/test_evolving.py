"""What each fact makes of a stage."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.sequence.events import Event
from calendars.sequence.evolving import evolve, fold, number
from calendars.sequence.facts import (
    Acknowledged,
    Consented,
    Corrected,
    DigestDue,
    Enrolled,
    Escalated,
    Fact,
    FellOverdue,
    GateTurned,
    Held,
    LeadInDone,
    Pinned,
    Postponed,
    ReminderDue,
    Reopened,
    Retracted,
    Reviewed,
    Scheduled,
    Sealed,
    StillOverdue,
    Unsealed,
    Waived,
)
from calendars.sequence.state import Clock, Gate, Pin, Profile, StageState
from tests.sequence.quang_ninh import PLAN, RECORDED, blank, span

STAGE = "grassroots_congress"
DAY = date(2020, 5, 29)
THURSDAY = date(2020, 5, 28)
PLANNED = Scheduled(DAY, STAGE, date(2020, 5, 30), date(2020, 5, 31))
HELD = Held(DAY, STAGE, date(2020, 5, 28), date(2020, 5, 29), {"members": 31})
CORRECTED = Corrected(DAY, STAGE, DAY, DAY, "one day only", {"members": 32})
SET = {"scheduled": DAY}
POSTPONED = Postponed(DAY, STAGE, date(2020, 5, 30), date(2020, 5, 31), "flood")
OVERDUE = FellOverdue(DAY, STAGE, Clock.TARGET, date(2020, 5, 28))


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ((PLANNED,), StageState(span("2020-05-30", "2020-05-31"), reminded=SET)),
        (
            (PLANNED, HELD),
            StageState(
                span("2020-05-30", "2020-05-31"), span("2020-05-28", "2020-05-29"), {"members": 31}, reminded=SET
            ),
        ),
        ((HELD, CORRECTED), StageState(None, span("2020-05-29"), {"members": 32})),
        ((PLANNED, HELD, Retracted(DAY, STAGE, "void")), StageState(span("2020-05-30", "2020-05-31"), reminded=SET)),
        ((PLANNED, POSTPONED), StageState(postponed=span("2020-05-30", "2020-05-31"), put_off="flood", reminded=SET)),
        (
            (PLANNED, POSTPONED, HELD),
            StageState(
                None,
                span("2020-05-28", "2020-05-29"),
                {"members": 31},
                postponed=span("2020-05-30", "2020-05-31"),
                put_off="flood",
                reminded=SET,
            ),
        ),
        ((GateTurned(DAY, STAGE, Gate.OPEN, 9, 10, ("06664-04",)),), StageState(gate=Gate.OPEN)),
        ((Waived(DAY, STAGE, "flood"),), StageState(waived="flood")),
        (
            (Consented(DAY, STAGE, "Quân ủy"), Consented(date(2020, 5, 20), STAGE, "Quân ủy")),
            StageState(consents={"Quân ủy": date(2020, 5, 20)}),
        ),
        ((Reviewed(DAY, STAGE, "good"),), StageState(reviewed=DAY)),
        ((LeadInDone(DAY, STAGE, "notice"),), StageState(done={"notice": DAY})),
        ((Reopened(DAY, STAGE, "error"),), StageState()),
        ((Sealed(DAY, "200", "district_congress", span("2020-06-10"), (STAGE,)),), StageState(sealed=True)),
        (
            (
                Sealed(DAY, "200", "district_congress", span("2020-06-10"), (STAGE,)),
                Unsealed(DAY, "200", "district_congress", (STAGE,)),
            ),
            StageState(),
        ),
        (
            (Pinned(DAY, STAGE, Clock.TARGET, DAY, "flood"),),
            StageState(pins={Clock.TARGET: Pin(DAY, "flood", PLAN.stage(STAGE).target)}, reminded={"target": DAY}),
        ),
        (
            (ReminderDue(THURSDAY, STAGE, "target", date(2020, 5, 31), 3),),
            StageState(reminded={"target": THURSDAY}),
        ),
        (
            (
                StillOverdue(date(2020, 6, 8), STAGE, Clock.TARGET, date(2020, 5, 31), 8),
                StillOverdue(date(2020, 6, 15), STAGE, Clock.TARGET, date(2020, 5, 31), 15),
            ),
            StageState(pressed={Clock.TARGET: date(2020, 6, 15)}),
        ),
        (
            (
                Escalated(date(2020, 6, 4), STAGE, Clock.TARGET, date(2020, 5, 31), 1),
                Escalated(date(2020, 6, 8), STAGE, Clock.TARGET, date(2020, 5, 31), 2),
                Escalated(date(2020, 7, 6), STAGE, Clock.DEADLINE, date(2020, 6, 30), 1),
            ),
            StageState(
                climbed={Clock.TARGET: 2, Clock.DEADLINE: 1},
                climbed_on={Clock.TARGET: date(2020, 6, 8), Clock.DEADLINE: date(2020, 7, 6)},
            ),
        ),
        (
            (Acknowledged(date(2020, 6, 4), STAGE, Clock.TARGET, date(2020, 5, 31)),),
            StageState(acknowledged={Clock.TARGET: date(2020, 6, 4)}),
        ),
        ((OVERDUE, OVERDUE), StageState(overdue=(Clock.TARGET,))),
        ((OVERDUE, HELD), StageState(None, span("2020-05-28", "2020-05-29"), {"members": 31}, (Clock.TARGET,))),
    ],
)
def test_a_stage_after_its_facts(facts: tuple[Fact, ...], stage: StageState) -> None:
    start = blank("commune")
    state = fold(start, number(start, facts, by="test", recorded=RECORDED))
    assert state.stages == {STAGE: stage}
    assert state.version == len(facts)
    assert start == blank("commune")


def test_a_summary_is_remembered_with_those_who_were_awaited() -> None:
    start = blank("commune")
    given = (DigestDue(date(2020, 6, 1), 3), DigestDue(date(2020, 6, 8), 0))
    state = fold(start, number(start, given, by="test", recorded=RECORDED))
    assert (state.digest, state.awaited, state.stages) == (date(2020, 6, 8), 0, {})


def test_an_enrolled_unit_follows_the_release_it_was_told() -> None:
    profile = Profile("06664", "Tân Bình", "commune")
    state = evolve(blank("commune"), Event(1, RECORDED, "test", Enrolled(DAY, profile, 3), "launch"))
    assert (state.profile, state.rules_version, state.version, state.commands) == (profile, 3, 1, ("launch",))


def test_only_the_last_commands_are_remembered() -> None:
    orders = [*map(str, range(25)), "24", "", "24"]
    events = [Event(no, RECORDED, "test", HELD, order) for no, order in enumerate(orders, 1)]
    assert fold(blank("commune"), events).commands == tuple(map(str, range(5, 25)))
