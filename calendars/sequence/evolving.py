"""Folding events into the state of a unit. Never refuses: what is in the journal happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from calendars.sequence.events import Corrected, Enrolled, Event, Fact, FellOverdue, Held, Retracted, Scheduled
from calendars.sequence.state import Span, UnitState

COMMANDS_KEPT = 20


def evolve(state: UnitState, event: Event) -> UnitState:
    """The state after `event`, of which it becomes the version. Total: stages that the rules lack are kept as well."""
    commands = state.commands
    if event.command and event.command not in commands:
        commands = (*commands, event.command)[-COMMANDS_KEPT:]
    fact = event.fact
    if isinstance(fact, Enrolled):
        return replace(state, version=event.no, commands=commands, profile=fact.profile, rules_version=fact.release)
    of_stage = state.stage(fact.stage)
    match fact:
        case Scheduled():
            of_stage = replace(of_stage, scheduled=Span(fact.first, fact.last))
        case Held() | Corrected():
            of_stage = replace(of_stage, held=Span(fact.first, fact.last), results=fact.results)
        case Retracted():
            of_stage = replace(of_stage, held=None, results={})
        case FellOverdue() if fact.clock not in of_stage.overdue:
            of_stage = replace(of_stage, overdue=(*of_stage.overdue, fact.clock))
    return replace(state, version=event.no, commands=commands, stages={**state.stages, fact.stage: of_stage})


def fold(state: UnitState, events: Iterable[Event]) -> UnitState:
    """The state after all `events`, in their order."""
    for event in events:
        state = evolve(state, event)
    return state


def number(
    state: UnitState, facts: Iterable[Fact], *, by: str, recorded: datetime, command: str = ""
) -> tuple[Event, ...]:
    """The facts as the next events of the unit's stream. `recorded` is an aware instant."""
    return tuple(Event(no, recorded, by, fact, command) for no, fact in enumerate(facts, state.version + 1))
