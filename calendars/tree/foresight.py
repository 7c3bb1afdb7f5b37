"""What a change does to the dates of units, foreseen by a dry run or found afterwards: the same comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from calendars.plan.deadlines import NONE, Instruments
from calendars.sequence.commands import Command
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts
from calendars.sequence.evolving import evolve, number
from calendars.sequence.facts import Fact
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, Span, UnitState
from calendars.sequence.status import due_days, planned
from calendars.tree.reaching import Step

# Any instant will do where events are only tried.
TRIED_AT = datetime(1970, 1, 1, tzinfo=UTC)
DATES = ("on", "opens", "target", "deadline", "pilots")


@dataclass(frozen=True, slots=True)
class Move:
    """A date of a unit's stage that changes: `field` is one of the plan's dates, "planned", or "overdue".

    Days are in ISO form, spans as an interval; empty where there is none.
    """

    unit: str
    name: str
    stage: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of a unit's stage that is worth a sentence: a conflict or a day of its own."""

    unit: str
    name: str
    stage: str
    code: str
    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a change does: the units it reaches, the dates that move, the conflicts that come, own days that stand
    against it, and how many notices of each kind follow."""

    units: int = 0
    moves: tuple[Move, ...] = ()
    conflicts: tuple[Remark, ...] = ()
    pins: tuple[Remark, ...] = ()
    notices: dict[str, int] = field(default_factory=dict)


def foresee(
    states: Mapping[str, UnitState], steps: Sequence[Step], today: date, instruments: Instruments = NONE
) -> Foresight:
    """What sending `steps` on `today` would do to the units in `states`; conflicts cite their sources by
    `instruments`."""
    after = dict(states)
    for step in steps:
        for unit, command in step.commands:
            if unit in after:
                after[unit] = _tried(after[unit], command, today)
    return compare(states, after, instruments)


def compare(
    before: Mapping[str, UnitState], after: Mapping[str, UnitState], instruments: Instruments = NONE
) -> Foresight:
    """What happened between the two, for the units that have moved on; those that are new are left out."""
    reached = [unit for unit in sorted(before) if unit in after and _differ(before[unit], after[unit])]
    moves = tuple(move for unit in reached for move in _moves(before[unit], after[unit]))
    new = tuple(remark for unit in reached for remark in _new_conflicts(before[unit], after[unit], instruments))
    pins = tuple(remark for unit in reached for remark in _pins(after[unit]))
    notices = {
        "change": len({move.unit for move in moves if move.field != "overdue"}),
        "overdue": sum(1 for move in moves if move.field == "overdue" and move.after),
    }
    return Foresight(len(reached), moves, new, pins, {kind: count for kind, count in notices.items() if count})


def _tried(state: UnitState, command: Command, today: date) -> UnitState:
    try:
        facts: tuple[Fact, ...] = decide(state, command, today)
    except Refused:
        return state
    state = _after(state, facts)
    while due := due_facts(state, today):
        state = _after(state, due)
    return state


def _after(state: UnitState, facts: Iterable[Fact]) -> UnitState:
    for event in number(state, facts, by="", recorded=TRIED_AT):
        state = evolve(state, event)
    return state


def _differ(before: UnitState, after: UnitState) -> bool:
    return before.version != after.version


def _moves(before: UnitState, after: UnitState) -> Iterator[Move]:
    profile = after.profile
    if profile is None:
        return
    for stage in after.rules.stages:
        was = before.rules.stage(stage.id)
        if was is None:
            continue
        old, new = StageDates.of(was), StageDates.of(stage)
        changes = [_change(name, getattr(old, name), getattr(new, name)) for name in DATES]
        then, now = before.stage(stage.id), after.stage(stage.id)
        if not now.held:
            changes.append(_change("planned", planned(was, then), planned(stage, now)))
            late, still = _late(then.overdue, due_days(was)), _late(now.overdue, due_days(stage))
            changes.append(("overdue", late, still))
        for name, first, second in changes:
            if first != second:
                yield Move(profile.code, profile.name, stage.id, name, first, second)


def _change(name: str, before: object, after: object) -> tuple[str, str, str]:
    return name, _shown(before), _shown(after)


def _late(clocks: Iterable[Clock], days: Mapping[Clock, date]) -> str:
    return " ".join(sorted(days[clock].isoformat() for clock in clocks if clock in days))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Span):
        return f"{value.first.isoformat()}/{value.last.isoformat()}"
    if (day := getattr(value, "date", None)) is not None:
        return str(day)
    return f"{getattr(value, 'from_', '')}/{getattr(value, 'to', '')}"


def _new_conflicts(before: UnitState, after: UnitState, instruments: Instruments) -> Iterator[Remark]:
    profile = after.profile
    known = {(conflict.stage, conflict.code) for conflict in conflicts(before)}
    for one in conflicts(after):
        if profile and (one.stage, one.code) not in known:
            said = one.cited(instruments)
            yield Remark(profile.code, profile.name, one.stage, one.code, said.text("en"), said.text("vi"))


def _pins(state: UnitState) -> Iterator[Remark]:
    profile = state.profile
    for stage in state.rules.stages:
        for clock, pin in state.stage(stage.id).pins.items():
            if profile:
                instead = pin.instead_of.date.isoformat() if pin.instead_of else ""
                en = f"keeps its own {clock.value} {pin.day}" + (f" instead of {instead}" if instead else "")
                vi = f"giữ ngày riêng {pin.day}" + (f" thay cho {instead}" if instead else "")
                yield Remark(
                    profile.code, profile.name, stage.id, clock.value, f"{en}: {pin.reason}", f"{vi}: {pin.reason}"
                )
