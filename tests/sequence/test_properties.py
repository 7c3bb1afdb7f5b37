"""What holds for whatever is sent to a unit, in whatever order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from calendars.sequence import commands, facts
from calendars.sequence.commands import Command, Correct, Enrol, Report, Retract, Schedule
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.events import Event, event_of, line_of
from calendars.sequence.evolving import COMMANDS_KEPT, evolve, fold, number
from calendars.sequence.facts import Fact
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.surroundings import Surroundings
from tests.sequence.quang_ninh import FULL, RECORDED, blank, settled, taken, unit
from tests.sequence.strategies import (
    CHANGES,
    COMMANDS,
    DAYS,
    EVENTS,
    FACTS,
    LEVELS,
    NEAR_DAYS,
    STREAMS,
    SURROUNDINGS,
    TAGS,
    VILLAGE_STAGES,
)

# Few days, so that commands meet: before, on and after the days for all, 05/01 and 18/01.
NEAR = st.sampled_from([date(2020, 1, day) for day in (4, 5, 6, 17, 18, 19, 20)])
UNTIL = st.none() | st.none() | NEAR
TODAY = st.sampled_from([date(2020, 1, day) for day in (4, 18, 20, 20, 24)])


@given(LEVELS, st.lists(EVENTS, max_size=12))
def test_evolve_takes_any_event(level: str, events: list[Event]) -> None:
    state = blank(level)
    for event in events:
        state = evolve(state, event)
        assert state.version == event.no
        assert len(state.commands) == len(set(state.commands)) <= COMMANDS_KEPT
        assert not event.command or event.command in state.commands


@given(LEVELS, STREAMS)
def test_folding_twice_gives_the_same_state(level: str, events: list[Event]) -> None:
    state = fold(blank(level), events)
    assert fold(blank(level), events) == state
    for cut in range(len(events)):
        assert fold(fold(blank(level), events[:cut]), events[cut:]) == state


@given(STREAMS, st.lists(FACTS, max_size=5))
def test_numbers_have_no_gap(events: list[Event], facts: list[Fact]) -> None:
    state = fold(blank("village"), events)
    numbered = number(state, facts, by="clerk", recorded=RECORDED, command="order")
    assert [event.no for event in numbered] == list(range(len(events) + 1, len(events) + len(facts) + 1))
    assert [event.fact for event in numbered] == facts
    assert {(event.by, event.recorded, event.command) for event in numbered} <= {("clerk", RECORDED, "order")}


@given(EVENTS)
def test_a_journal_line_gives_back_its_event(event: Event) -> None:
    line = line_of(event)
    assert event_of(line) == event
    stored = json.loads(json.dumps(line.data))
    assert stored == line.data
    assert line_of(event_of(line)) == line


@given(COMMANDS)
def test_a_command_travels_as_json(command: Command) -> None:
    adapter: TypeAdapter[Command] = TypeAdapter(Command)
    plain = adapter.dump_python(command, mode="json")
    assert plain["kind"] == command.kind
    back = adapter.validate_python(json.loads(json.dumps(plain)))
    assert type(back) is type(command)
    if not isinstance(command, Report | Correct):  # their results may hold what JSON has no number for
        assert back == command


# One example is enough, and the smallest one would take long to find.
SEEK = settings(phases=[Phase.generate], max_examples=3000, database=None)


@pytest.mark.parametrize("type", facts.FACTS)
def test_facts_of_every_type_are_tried(type: str) -> None:
    assert find(FACTS, lambda fact: fact.type == type, settings=SEEK)


@pytest.mark.parametrize("type", [*get_args(commands.OfStage), *get_args(commands.OfUnit), commands.Acknowledge])
def test_commands_of_every_type_are_tried(type: type[Command]) -> None:
    assert find(COMMANDS, lambda command: isinstance(command, type), settings=SEEK)


@given(LEVELS, STREAMS)
def test_a_state_travels_as_json(level: str, events: list[Event]) -> None:
    adapter = TypeAdapter(UnitState)
    state = fold(blank(level, FULL), events)
    assert adapter.validate_json(adapter.dump_json(state, by_alias=True)) == state


@settings(max_examples=600)
@given(st.sampled_from([unit, unit, unit, blank]), LEVELS, STREAMS, COMMANDS, DAYS, SURROUNDINGS)
def test_decide_refuses_in_words_or_gives_facts(
    start: Callable[..., UnitState],
    level: str,
    events: list[Event],
    command: Command,
    today: date,
    around: Surroundings,
) -> None:
    state = fold(start(level, plan=FULL), events)
    try:
        facts = decide(state, command, today, around)
    except Refused as refused:
        for sentence in (refused.text("en"), refused.text("vi")):
            assert sentence.endswith(".")
            assert len(sentence.splitlines()) == 1
        return
    assert facts or isinstance(command, get_args(commands.OfUnit))
    for event in number(state, facts, by="clerk", recorded=RECORDED):
        assert event_of(line_of(event)) == event
        assert json.dumps(line_of(event).data, ensure_ascii=False, allow_nan=False).encode()
    if not isinstance(command, commands.Follow):  # its days were checked with the release's plan
        later = settled(taken(state, facts), today, around)
        assert next_due(later, today) is None or later.profile
        for conflict in conflicts(later):
            assert conflict.text("en").endswith(".")
            assert conflict.text("vi").endswith(".")


@given(LEVELS, STREAMS, CHANGES, NEAR_DAYS)
def test_a_change_sent_twice_is_made_once(level: str, events: list[Event], change: Command, today: date) -> None:
    state = fold(unit(level, plan=FULL), events)
    once = taken(state, decide(state, change, today))
    assert decide(once, change, today) == ()


class VillageLife(RuleBasedStateMachine):
    """A village's two stages under commands that are near enough to each other to conflict, on a clock that jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.state = blank("village")
        self.events: list[Event] = []

    def send(self, command: Command, today: date) -> UnitState | None:
        try:
            facts = decide(self.state, command, today)
        except Refused:
            return None
        self.record(facts, type(command).__name__)
        return self.state

    def record(self, facts: tuple[Fact, ...], command: str = "") -> None:
        events = number(self.state, facts, by="clerk", recorded=RECORDED, command=command)
        self.state = fold(self.state, events)
        self.events += events

    @initialize(tags=TAGS)
    def enrol(self, tags: tuple[str, ...]) -> None:
        self.send(Enrol(Profile("06664-01", "Thôn 1", "village", tags=tags)), date(2020, 1, 1))

    @rule(stage=VILLAGE_STAGES, on=NEAR, to=UNTIL, today=TODAY)
    def schedule(self, stage: str, on: date, to: date | None, today: date) -> None:
        if after := self.send(Schedule(stage, on, to), today):
            planned = after.stage(stage).scheduled
            assert planned is not None
            assert (planned.first, planned.last) == (on, to or on)

    @rule(stage=VILLAGE_STAGES, on=NEAR, to=UNTIL, today=TODAY)
    def report(self, stage: str, on: date, to: date | None, today: date) -> None:
        planned = self.state.stage(stage).scheduled
        if after := self.send(Report(stage, on, to), today):
            held = after.stage(stage).held
            assert held is not None
            assert (held.first, held.last) == (on, to or on)
            assert after.stage(stage).scheduled == planned
            with pytest.raises(Refused) as again:
                decide(after, Report(stage, on, to), today)
            assert again.value.code == "already_reported"

    @rule(stage=VILLAGE_STAGES, on=st.none() | NEAR, to=UNTIL, today=TODAY)
    def correct(self, stage: str, on: date | None, to: date | None, today: date) -> None:
        before = self.state.stage(stage).held
        if after := self.send(Correct(stage, "wrong days", on, to), today):
            held = after.stage(stage).held
            assert held is not None
            assert before is not None
            assert held != before
            assert held.first == (on or before.first)
            assert to is None or held.last == to

    @rule(stage=VILLAGE_STAGES, today=TODAY)
    def retract(self, stage: str, today: date) -> None:
        if after := self.send(Retract(stage, "void"), today):
            assert after.stage(stage).held is None

    @rule(today=TODAY)
    def pass_time(self, today: date) -> None:
        self.record(due_facts(self.state, today))
        assert due_facts(self.state, today) == ()

    @invariant()
    def no_stage_is_held_before_what_it_waits_for(self) -> None:
        cell, election = self.state.stage("cell_congress").held, self.state.stage("headman_election").held
        assert cell is None or (election is not None and election.last <= cell.first)

    @invariant()
    def the_stream_has_no_gap_and_gives_the_state(self) -> None:
        assert [event.no for event in self.events] == list(range(1, self.state.version + 1))
        assert fold(blank("village"), self.events) == self.state


TestVillageLife = VillageLife.TestCase
