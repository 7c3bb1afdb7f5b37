"""Arbitrary commands, facts and events around the plan of Quang Ninh 2020, sensible and senseless ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from calendars.plan.model import Due, Window
from calendars.sequence import commands, facts
from calendars.sequence.commands import Command
from calendars.sequence.events import Event
from calendars.sequence.facts import Fact
from calendars.sequence.results import clean
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, Count, Gate, Profile, Results, Span
from calendars.sequence.surroundings import Child, Superior, Surroundings
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
NEAR_DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 31)) | st.dates(date(2019, 11, 1), date(2021, 1, 31))
DAYS = NEAR_DAYS | st.dates()
# What is in the journal was decided within a campaign, and campaigns lie between 2002 and 2099.
FACT_DAYS = NEAR_DAYS | st.dates(date(2002, 1, 1), date(2099, 12, 31))
TAGS = st.lists(st.sampled_from(["pilot", "armed_forces"]), max_size=2, unique=True).map(tuple)
PROFILES = st.builds(Profile, code=st.text(max_size=8), name=st.text(max_size=8), level=LEVELS, tags=TAGS)
REASONS = st.text(max_size=20)
CLEAN = REASONS.map(clean)
CODES = st.sampled_from(["", "200", "06664", "06664-01", "06664-02", "06664-03"])
CLOCKS = st.sampled_from(Clock)
BODIES = st.sampled_from(["Quân ủy", "Quân ủy\u0000", "Công an", ""])
LEAD_INS = st.sampled_from(["announce", "notice", "dossier", "no\nsuch"])
STEPS = st.integers(1, 4)
FREEZES = st.sampled_from(["freeze-1", "freeze-2"])
HOW = st.sampled_from(["merged", "dissolved"])


def results(values: st.SearchStrategy[bool | int | float | str] = VALUES) -> st.SearchStrategy[Results]:
    """Results under known and unknown keys."""
    return st.dictionaries(KEYS, values, max_size=3)


def spans(days: st.SearchStrategy[date]) -> st.SearchStrategy[Span]:
    """Days in their order."""
    return st.tuples(days, days).map(lambda pair: Span(*sorted(pair)))


def dates(days: st.SearchStrategy[date]) -> st.SearchStrategy[tuple[StageDates, ...]]:
    """What a release may say of stages."""
    due = st.none() | st.builds(Due, date=days, source=st.none() | CLEAN)
    window = st.none() | spans(days).map(lambda span: Window(from_=span.first, to=span.last))
    one = {"on": st.none() | days, "opens": st.none() | days, "target": due, "deadline": due, "pilots": window}
    return st.lists(st.builds(StageDates, stage=STAGES, **one), max_size=3, unique_by=lambda of: of.stage).map(tuple)


ENROLMENTS = st.builds(commands.Enrol, profile=PROFILES, release=st.integers(1, 9))
COMMANDS_FOR_A_STAGE: st.SearchStrategy[Command] = st.one_of(
    st.builds(commands.Schedule, stage=STAGES, on=DAYS, to=st.none() | DAYS, announced=st.none() | DAYS),
    st.builds(commands.Report, stage=STAGES, on=DAYS, to=st.none() | DAYS, results=results(WILD_VALUES)),
    st.builds(
        commands.Correct,
        stage=STAGES,
        reason=REASONS,
        on=st.none() | DAYS,
        to=st.none() | DAYS,
        results=results(WILD_VALUES),
    ),
    st.builds(commands.Retract, stage=STAGES, reason=REASONS),
    st.builds(commands.Postpone, stage=STAGES, reason=REASONS, on=st.none() | DAYS, to=st.none() | DAYS),
)
PERMISSIONS: st.SearchStrategy[Command] = st.one_of(
    st.builds(commands.Waive, stage=STAGES, reason=REASONS, on=st.none() | DAYS),
    st.builds(commands.GiveConsent, stage=STAGES, body=BODIES, on=DAYS),
    st.builds(commands.Review, stage=STAGES, on=DAYS, text=REASONS),
    st.builds(commands.Done, stage=STAGES, lead_in=LEAD_INS, on=st.none() | DAYS),
    st.builds(commands.SetPin, stage=STAGES, clock=CLOCKS, day=DAYS, reason=REASONS),
    st.builds(commands.Unpin, stage=STAGES, clock=CLOCKS, reason=REASONS),
    st.builds(commands.Reopen, stage=STAGES, reason=REASONS),
    st.builds(commands.Acknowledge, stage=st.just("") | STAGES),
)
CHANGES: st.SearchStrategy[Command] = st.one_of(
    st.builds(commands.Follow, release=st.integers(1, 9), dates=dates(DAYS), source=CLEAN),
    st.builds(commands.Freeze, freeze=FREEZES, first=DAYS, last=st.none() | DAYS, reason=REASONS),
    st.builds(commands.Resume, freeze=FREEZES, on=DAYS),
    st.builds(commands.Move, parent=CODES, parent_name=REASONS, on=DAYS, reason=REASONS),
    st.builds(commands.Rename, name=REASONS, on=DAYS, parent_name=REASONS, reason=REASONS),
    st.builds(commands.End, how=HOW, on=DAYS, successor=CODES, successor_name=REASONS, reason=REASONS),
)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    COMMANDS_FOR_A_STAGE, COMMANDS_FOR_A_STAGE, PERMISSIONS, CHANGES, ENROLMENTS
)

EFFECTIVE_AND_STAGE = {"effective": FACT_DAYS, "stage": STAGES}
DAYS_OF_A_STAGE = {**EFFECTIVE_AND_STAGE, "first": FACT_DAYS, "last": FACT_DAYS}
FACTS_OF_DAYS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(facts.Scheduled, **DAYS_OF_A_STAGE),
    st.builds(facts.Held, **DAYS_OF_A_STAGE, results=results()),
    st.builds(facts.Corrected, **DAYS_OF_A_STAGE, reason=CLEAN, results=results()),
    st.builds(facts.Retracted, **EFFECTIVE_AND_STAGE, reason=CLEAN),
    st.builds(facts.FellOverdue, **EFFECTIVE_AND_STAGE, clock=CLOCKS, due=FACT_DAYS),
    st.builds(
        facts.ReminderDue,
        **EFFECTIVE_AND_STAGE,
        of=st.sampled_from([*(clock.value for clock in Clock), "scheduled", "lead_in.announce", "lead_in.notice"]),
        due=FACT_DAYS,
        days=st.integers(0, 30),
    ),
    st.builds(facts.Postponed, **DAYS_OF_A_STAGE, reason=CLEAN, freeze=st.just("") | FREEZES),
)
OF_A_CLOCK = {**EFFECTIVE_AND_STAGE, "clock": CLOCKS, "due": FACT_DAYS}
FACTS_OF_PRESSING: st.SearchStrategy[Fact] = st.one_of(
    st.builds(facts.StillOverdue, **OF_A_CLOCK, days=st.integers(1, 400)),
    st.builds(facts.Escalated, **OF_A_CLOCK, step=STEPS),
    st.builds(facts.Acknowledged, **OF_A_CLOCK),
)
FACTS_OF_PERMISSION: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        facts.GateTurned,
        **EFFECTIVE_AND_STAGE,
        gate=st.sampled_from(Gate),
        held=st.integers(0, 9),
        of=st.integers(0, 9),
        waiting=st.lists(CODES, max_size=2).map(tuple),
    ),
    st.builds(facts.Waived, **EFFECTIVE_AND_STAGE, reason=CLEAN),
    st.builds(facts.Consented, **EFFECTIVE_AND_STAGE, body=BODIES.map(clean)),
    st.builds(facts.Reviewed, **EFFECTIVE_AND_STAGE, text=CLEAN),
    st.builds(facts.LeadInDone, **EFFECTIVE_AND_STAGE, lead_in=LEAD_INS),
    st.builds(facts.Pinned, **EFFECTIVE_AND_STAGE, clock=CLOCKS, day=FACT_DAYS, reason=CLEAN),
    st.builds(facts.Unpinned, **EFFECTIVE_AND_STAGE, clock=CLOCKS, reason=CLEAN),
    st.builds(facts.Reopened, **EFFECTIVE_AND_STAGE, reason=CLEAN),
)
SEALING = {
    "effective": FACT_DAYS,
    "by": CODES,
    "above": st.sampled_from(["grassroots_congress", "district_congress"]),
    "stages": st.lists(STAGES, max_size=2, unique=True).map(tuple),
}
FACTS_OF_THE_UNIT: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        facts.Enrolled,
        effective=FACT_DAYS,
        profile=PROFILES,
        release=st.integers(1, 9),
        joined=st.none() | FACT_DAYS,
    ),
    st.builds(
        facts.Frozen,
        effective=FACT_DAYS,
        freeze=FREEZES,
        first=FACT_DAYS,
        last=st.none() | FACT_DAYS,
        reason=CLEAN,
        under=CODES,
    ),
    st.builds(facts.Resumed, effective=FACT_DAYS, freeze=FREEZES, last=FACT_DAYS),
    st.builds(facts.Amended, effective=FACT_DAYS, release=st.integers(1, 9), dates=dates(FACT_DAYS), source=CLEAN),
    st.builds(facts.Sealed, **SEALING, days=spans(FACT_DAYS)),
    st.builds(facts.Unsealed, **SEALING),
    st.builds(facts.Transferred, effective=FACT_DAYS, parent=CODES, parent_name=CLEAN, reason=CLEAN),
    st.builds(facts.Renamed, effective=FACT_DAYS, name=CLEAN, parent_name=CLEAN, reason=CLEAN),
    st.builds(facts.Cleared, effective=FACT_DAYS),
    st.builds(
        facts.RolledUp,
        effective=FACT_DAYS,
        counts=st.lists(st.builds(Count, stage=STAGES, held=st.integers(0, 9), of=st.integers(1, 9)), max_size=2).map(
            tuple
        ),
    ),
    st.builds(facts.DigestDue, effective=FACT_DAYS, awaited=st.integers(-1, 9)),
)
ENDINGS: st.SearchStrategy[Fact] = st.builds(
    facts.Ended,
    effective=FACT_DAYS,
    how=HOW,
    successor=CODES,
    successor_name=CLEAN,
    reason=CLEAN,
    shown=st.none() | FACT_DAYS,
)
LIVING_FACTS = st.one_of(FACTS_OF_DAYS, FACTS_OF_DAYS, FACTS_OF_PRESSING, FACTS_OF_PERMISSION, FACTS_OF_THE_UNIT)
FACTS: st.SearchStrategy[Fact] = st.integers(0, 20).flatmap(lambda no: LIVING_FACTS if no else ENDINGS)
INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
EVENTS = st.builds(
    Event, no=st.integers(1, 10**6), recorded=INSTANTS, by=st.text(max_size=8), fact=FACTS, command=st.text(max_size=3)
)
STREAMS = st.lists(FACTS, max_size=12).map(
    lambda stream: [
        Event(no, datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=no), "test", fact, f"order-{no // 2}")
        for no, fact in enumerate(stream, 1)
    ]
)

HELD = st.dictionaries(STAGES, spans(FACT_DAYS), max_size=2)
CHILDREN = st.lists(
    st.builds(
        Child, code=CODES, name=CLEAN, level=LEVELS, parent=CODES, version=st.just(1), living=st.booleans(), held=HELD
    ),
    max_size=4,
).map(lambda children: {child.code: child for child in children})
SURROUNDINGS = st.builds(
    Surroundings,
    children=st.none() | CHILDREN,
    pilots=st.lists(STAGES, max_size=2).map(tuple),
    superior=st.none() | st.builds(Superior, code=CODES, version=st.just(1), held=HELD),
)
