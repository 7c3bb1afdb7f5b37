"""A unit on a past day, told with what is known now."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from calendars.sequence.asof import as_of
from calendars.sequence.events import Event
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Corrected, Enrolled, Fact, FellOverdue, Held, Retracted, Scheduled
from calendars.sequence.state import Clock, Profile, Results, Span
from tests.sequence.quang_ninh import RECORDED, blank, span
from tests.sequence.strategies import LEVELS, STREAMS

STAGE = "grassroots_congress"
ENROLLED = Enrolled(date(2019, 12, 1), Profile("06664", "Tân Bình", "commune"))
# Set on 01/04, postponed on 20/04; the target passed; held on 2-3/06, reported as 1-2/06, corrected in July.
LIFE: tuple[Fact, ...] = (
    ENROLLED,
    Scheduled(date(2020, 4, 1), STAGE, date(2020, 5, 5), date(2020, 5, 6)),
    Scheduled(date(2020, 4, 20), STAGE, date(2020, 6, 2), date(2020, 6, 3)),
    FellOverdue(date(2020, 6, 1), STAGE, Clock.TARGET, date(2020, 5, 31)),
    Held(date(2020, 6, 2), STAGE, date(2020, 6, 1), date(2020, 6, 2), {"turnout": 90.0}),
    Corrected(date(2020, 7, 9), STAGE, date(2020, 6, 2), date(2020, 6, 3), "wrong days", {"turnout": 91.0}),
)


def stream(*facts: Fact) -> tuple[Event, ...]:
    return number(blank("commune"), facts, by="test", recorded=RECORDED)


@pytest.mark.parametrize(
    ("day", "scheduled", "held", "overdue"),
    [
        ("2020-03-31", None, None, ()),
        ("2020-04-01", span("2020-05-05", "2020-05-06"), None, ()),
        ("2020-04-20", span("2020-06-02", "2020-06-03"), None, ()),
        ("2020-06-01", span("2020-06-02", "2020-06-03"), None, (Clock.TARGET,)),
        ("2020-06-02", span("2020-06-02", "2020-06-03"), None, (Clock.TARGET,)),
        ("2020-06-03", span("2020-06-02", "2020-06-03"), span("2020-06-02", "2020-06-03"), (Clock.TARGET,)),
        ("2020-12-31", span("2020-06-02", "2020-06-03"), span("2020-06-02", "2020-06-03"), (Clock.TARGET,)),
    ],
)
def test_a_life_on_its_days(day: str, scheduled: Span | None, held: Span | None, overdue: tuple[Clock, ...]) -> None:
    state = as_of(blank("commune"), stream(*LIFE), date.fromisoformat(day))
    results: Results = {"turnout": 91.0} if held else {}
    of_stage = state.stage(STAGE)
    assert (of_stage.scheduled, of_stage.held, of_stage.results, of_stage.overdue) == (
        scheduled,
        held,
        results,
        overdue,
    )
    assert (state.profile, state.version) == (ENROLLED.profile, len(LIFE))


def test_a_retracted_report_never_counted() -> None:
    events = stream(*LIFE, Retracted(date(2020, 7, 20), STAGE, "not held"))
    assert as_of(blank("commune"), events, date(2020, 7, 1)).stage(STAGE).held is None


def test_a_report_after_a_retraction_counts() -> None:
    again = Held(date(2020, 6, 20), STAGE, date(2020, 6, 20), date(2020, 6, 20))
    events = stream(*LIFE, Retracted(date(2020, 7, 20), STAGE, "not held"), again)
    assert as_of(blank("commune"), events, date(2020, 6, 19)).stage(STAGE).held is None
    assert as_of(blank("commune"), events, date(2020, 6, 20)).stage(STAGE).held == span("2020-06-20")


def test_nothing_happened_to_an_empty_stream() -> None:
    assert as_of(blank("commune"), (), date(2020, 6, 11)) == blank("commune")


@given(LEVELS, STREAMS)
def test_in_the_far_future_it_is_the_plain_fold(level: str, events: list[Event]) -> None:
    then, now = as_of(blank(level), events, date.max), fold(blank(level), events)
    assert (then.profile, then.rules_version, then.version) == (now.profile, now.rules_version, now.version)
    for stage in {*then.stages, *now.stages}:
        assert then.stage(stage) == now.stage(stage)
