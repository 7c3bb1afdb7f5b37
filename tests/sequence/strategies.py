"""Arbitrary commands, facts and events around the plan of Quang Ninh 2020, sensible and senseless ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from calendars.sequence.commands import Command, Correct, Enrol, Report, Retract, Schedule
from calendars.sequence.events import Corrected, Enrolled, Event, Fact, FellOverdue, Held, Retracted, Scheduled
from calendars.sequence.state import Clock, Profile, Results
from tests.sequence.quang_ninh import PLAN

# Mostly villages: they have two stages that can get into each other's way.
LEVELS = st.sampled_from(["village"] * 12 + list(PLAN.levels))
VILLAGE_STAGES = st.sampled_from([stage.id for stage in PLAN.stages_of("village")])
STAGES = st.sampled_from(
    [stage.id for stage in PLAN.stages_of("village")] * 8 + [stage.id for stage in PLAN.stages] + ["", "no\nsuch"]
)
KEYS = st.sampled_from(["turnout", "head_is_member", "direct_election", "secretary_votes", "members", "note", "other"])
VALUES = (
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["290/292", "93,25%", "có"])
)
WILD_VALUES = VALUES | st.floats() | st.text(min_size=400, max_size=600, alphabet="ăb\u0323\n\x00")
# January of 2020 is where a village's stages meet; the rest of the calendar up to both of its ends must do no harm.
DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 31)) | st.dates(date(2019, 11, 1), date(2021, 1, 31)) | st.dates()
TAGS = st.lists(st.sampled_from(["pilot", "armed_forces"]), max_size=2, unique=True).map(tuple)
PROFILES = st.builds(Profile, code=st.text(max_size=8), name=st.text(max_size=8), level=LEVELS, tags=TAGS)
REASONS = st.text(max_size=20)


def results(values: st.SearchStrategy[bool | int | float | str] = VALUES) -> st.SearchStrategy[Results]:
    """Results under known and unknown keys."""
    return st.dictionaries(KEYS, values, max_size=3)


ENROLMENTS = st.builds(Enrol, profile=PROFILES, release=st.integers(1, 9))
COMMANDS_FOR_A_STAGE: st.SearchStrategy[Command] = st.one_of(
    st.builds(Schedule, stage=STAGES, on=DAYS, to=st.none() | DAYS, announced=st.none() | DAYS),
    st.builds(Report, stage=STAGES, on=DAYS, to=st.none() | DAYS, results=results(WILD_VALUES)),
    st.builds(
        Correct,
        stage=STAGES,
        reason=REASONS,
        on=st.none() | DAYS,
        to=st.none() | DAYS,
        results=results(WILD_VALUES),
    ),
    st.builds(Retract, stage=STAGES, reason=REASONS),
)
COMMANDS: st.SearchStrategy[Command] = COMMANDS_FOR_A_STAGE | COMMANDS_FOR_A_STAGE | ENROLMENTS
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Enrolled, effective=DAYS, profile=PROFILES, release=st.integers(1, 9)),
    st.builds(Scheduled, effective=DAYS, stage=STAGES, first=DAYS, last=DAYS),
    st.builds(Held, effective=DAYS, stage=STAGES, first=DAYS, last=DAYS, results=results()),
    st.builds(Corrected, effective=DAYS, stage=STAGES, first=DAYS, last=DAYS, reason=REASONS, results=results()),
    st.builds(Retracted, effective=DAYS, stage=STAGES, reason=REASONS),
    st.builds(FellOverdue, effective=DAYS, stage=STAGES, clock=st.sampled_from(Clock), due=DAYS),
)
INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
EVENTS = st.builds(
    Event, no=st.integers(1, 10**6), recorded=INSTANTS, by=st.text(max_size=8), fact=FACTS, command=st.text(max_size=3)
)
STREAMS = st.lists(FACTS, max_size=12).map(
    lambda facts: [
        Event(no, datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=no), "test", fact, f"order-{no // 2}")
        for no, fact in enumerate(facts, 1)
    ]
)
