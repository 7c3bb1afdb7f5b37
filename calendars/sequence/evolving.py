"""Folding events into the state of a unit. Never refuses: what is in the journal happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from calendars.sequence.events import Event
from calendars.sequence.facts import (
    Acknowledged,
    Amended,
    Cleared,
    Consented,
    Corrected,
    DigestDue,
    Ended,
    Enrolled,
    Escalated,
    Fact,
    FellOverdue,
    Frozen,
    GateTurned,
    Held,
    LeadInDone,
    OfStage,
    Pinned,
    Postponed,
    ReminderDue,
    Renamed,
    Reopened,
    Resumed,
    Retracted,
    Reviewed,
    RolledUp,
    Scheduled,
    Sealed,
    StillOverdue,
    Transferred,
    Unpinned,
    Unsealed,
    Waived,
)
from calendars.sequence.pins import due_of, put, renewed, with_pins
from calendars.sequence.reminding import LEAD_IN, SCHEDULED, looked_through
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Clock, Ending, Pin, Rollup, Span, StageState, Suspension, UnitState, month_of
from calendars.sequence.status import due_days, plan_freeze

COMMANDS_KEPT = 20


def evolve(state: UnitState, event: Event) -> UnitState:
    """The state after `event`, of which it becomes the version. Total: stages that the rules lack are kept as well."""
    commands = state.commands
    if event.command and event.command not in commands:
        commands = (*commands, event.command)[-COMMANDS_KEPT:]
    state = replace(state, version=event.no, commands=commands)
    fact = event.fact
    if isinstance(fact, OfStage):
        return _of_stage(state, fact)
    return _of_unit(state, fact)


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


def _of_unit(state: UnitState, fact: Fact) -> UnitState:
    match fact:
        case Enrolled():
            state = replace(state, profile=fact.profile, rules_version=fact.release)
            return replace(state, since=fact.joined, placed=fact.joined)
        case Frozen():
            others = tuple(one for one in state.freezes if one.id != fact.freeze)
            frozen = Suspension(fact.freeze, fact.first, fact.last, fact.reason, fact.under)
            return replace(state, freezes=(*others, frozen))
        case Resumed():
            return replace(state, freezes=tuple(_ended(state, fact)))
        case Amended():
            return _amend(state, fact)
        case Sealed():
            sealed = {stage: replace(state.stage(stage), sealed=True) for stage in fact.stages}
            superior = {**state.superior, fact.above: fact.days}
            return replace(state, stages={**state.stages, **sealed}, superior=superior)
        case Unsealed():
            opened = {stage: replace(state.stage(stage), sealed=False) for stage in fact.stages}
            superior = {above: days for above, days in state.superior.items() if above != fact.above}
            return replace(state, stages={**state.stages, **opened}, superior=superior)
        case Transferred() if state.profile:
            profile = replace(state.profile, parent=fact.parent, parent_name=fact.parent_name)
            return replace(state, profile=profile, placed=fact.effective, moves=state.moves + 1)
        case Renamed() if state.profile:
            parent_name = fact.parent_name or state.profile.parent_name
            return replace(state, profile=replace(state.profile, name=fact.name, parent_name=parent_name))
        case Ended():
            successor = fact.successor, fact.successor_name
            return replace(state, ended=Ending(fact.effective, fact.how, *successor, fact.reason, fact.shown))
        case Cleared() if state.ended:
            return replace(state, ended=replace(state.ended, shown=None))
        case DigestDue():
            return replace(state, digest=fact.effective, awaited=fact.awaited)
        case RolledUp():
            rolled = (Rollup(count.stage, fact.effective, count.held, count.of) for count in fact.counts)
            new = {month_of(one.stage, one.on): one for one in rolled}
            return replace(state, rollups={**state.rollups, **new})
    return state


def _ended(state: UnitState, fact: Resumed) -> Iterator[Suspension]:
    for one in state.freezes:
        yield replace(one, last=fact.last) if one.id == fact.freeze else one
    if fact.freeze not in {one.id for one in state.freezes}:
        for no, freeze in enumerate(state.rules.freezes):
            if plan_freeze(no) == fact.freeze:
                yield Suspension(fact.freeze, freeze.from_, fact.last, freeze.source or "")


def _of_stage(state: UnitState, fact: OfStage) -> UnitState:  # noqa: PLR0912 - one case for each fact
    now = state.stage(fact.stage)
    match fact:
        case Scheduled():
            now = replace(_scheduled(state, now, fact), scheduled=Span(fact.first, fact.last))
        case Held() | Corrected():
            now = replace(now, held=Span(fact.first, fact.last), results=fact.results)
        case Retracted():
            now = replace(now, held=None, results={})
        case FellOverdue() if fact.clock not in now.overdue:
            now = replace(now, overdue=(*now.overdue, fact.clock))
        case ReminderDue():
            now = _looked(now, fact.of, looked_through(state.rules, fact.effective))
        case StillOverdue():
            now = replace(now, pressed={**now.pressed, fact.clock: fact.effective})
        case Escalated():
            climbed_on = {**now.climbed_on, fact.clock: fact.effective}
            now = replace(now, climbed={**now.climbed, fact.clock: fact.step}, climbed_on=climbed_on)
        case Acknowledged():
            now = replace(now, acknowledged={**now.acknowledged, fact.clock: fact.effective})
        case Postponed():
            former = Span(fact.first, fact.last)
            now = replace(now, scheduled=None, postponed=former, taken=fact.freeze, put_off=fact.reason)
        case GateTurned():
            now = replace(now, gate=fact.gate)
        case Waived():
            now = replace(now, waived=fact.reason)
        case Consented():
            now = replace(now, consents={**now.consents, fact.body: fact.effective})
        case Reviewed():
            now = replace(now, reviewed=fact.effective)
        case LeadInDone():
            now = replace(now, done={**now.done, fact.lead_in: fact.effective})
        case Reopened():
            now = replace(now, sealed=False)
        case Pinned() | Unpinned():
            return _pin(state, fact)
    return replace(state, stages={**state.stages, fact.stage: now})


def _scheduled(state: UnitState, now: StageState, fact: Scheduled) -> StageState:
    """The new days, and the steps counted back from them, are looked at from the day they were set."""
    for of in (SCHEDULED, *_steps(state.rules, fact.stage)):
        now = _looked(now, of, fact.effective)
    return now


def _steps(rules: Rules, stage_id: str) -> tuple[str, ...]:
    stage = rules.stage(stage_id)
    return tuple(LEAD_IN + lead_in.id for lead_in in stage.lead_ins) if stage and rules.notices else ()


def _looked(now: StageState, of: str, day: date) -> StageState:
    return replace(now, reminded={**now.reminded, of: day})


def _amend(state: UnitState, fact: Amended) -> UnitState:
    dates = {of.stage: of for of in fact.dates}
    plain = state.rules.dated(dates)
    stages = dict(state.stages)
    for stage in plain.stages:
        if stage.id in dates and stage.id in stages and (pins := stages[stage.id].pins):
            stages[stage.id] = replace(stages[stage.id], pins=renewed(pins, stage))
    state = _dated(state, with_pins(plain, stages), stages, fact.effective)
    return replace(state, rules_version=fact.release)


def _pin(state: UnitState, fact: Pinned | Unpinned) -> UnitState:
    stage, now = state.rules.stage(fact.stage), state.stage(fact.stage)
    pins = {clock: pin for clock, pin in now.pins.items() if clock is not fact.clock}
    former = now.pins.get(fact.clock)
    if stage is None:
        return state
    instead_of = former.instead_of if former else due_of(stage, fact.clock)
    if isinstance(fact, Pinned):
        pins[fact.clock] = Pin(fact.day, fact.reason, instead_of)
    plain = state.rules.dated({stage.id: put(StageDates.of(stage), fact.clock, instead_of)})
    stages = {**state.stages, stage.id: replace(now, pins=pins)}
    return _dated(state, with_pins(plain, stages), stages, fact.effective)


def _dated(state: UnitState, rules: Rules, stages: dict[str, StageState], day: date) -> UnitState:
    """The state under rules with other dates: a clock whose day moved has not run out, and is reminded of anew. Another
    day for all ends what was put off from the former one without a day of its own."""
    for stage in rules.stages:
        before, now = state.rules.stage(stage.id), stages.get(stage.id, StageState())
        was, days = due_days(before) if before else {}, due_days(stage)
        moved = {clock for clock in Clock if was.get(clock) != days.get(clock)}
        if moved:
            overdue = tuple(clock for clock in now.overdue if clock not in moved)
            steps = _steps(rules, stage.id) if Clock.DAY in moved and not now.scheduled else ()
            reminded = {**now.reminded, **dict.fromkeys((*(clock.value for clock in moved), *steps), day)}
            postponed = None if Clock.DAY in moved and not now.scheduled else now.postponed
            now = replace(now, overdue=overdue, reminded=reminded, postponed=postponed)
            stages[stage.id] = _forgotten(now, moved)
    return replace(state, rules=rules, stages=stages)


def _forgotten(now: StageState, moved: set[Clock]) -> StageState:
    """What was said of clocks that ran out is said of other days once they moved."""
    return replace(
        now,
        pressed={clock: day for clock, day in now.pressed.items() if clock not in moved},
        climbed={clock: step for clock, step in now.climbed.items() if clock not in moved},
        climbed_on={clock: day for clock, day in now.climbed_on.items() if clock not in moved},
        acknowledged={clock: day for clock, day in now.acknowledged.items() if clock not in moved},
    )
