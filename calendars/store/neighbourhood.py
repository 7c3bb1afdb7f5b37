"""Who stands around a unit, and what the whole tree has against the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, or_, select

from calendars.sequence.conflicts import conflicts
from calendars.sequence.rules import GateRule
from calendars.sequence.state import Span, UnitState
from calendars.sequence.status import is_pilot
from calendars.sequence.surroundings import Child, Surroundings, child_of, superior_of
from calendars.store.reading import Campaign, find_unit, unit_states
from calendars.store.schema import stages, units
from calendars.store.states import load_state, read_plans


@dataclass(frozen=True, slots=True)
class UnitConflict:
    """A conflict of a stage of a unit, with its sentence in both languages."""

    unit: str
    name: str
    stage: str
    code: str
    en: str
    vi: str


def around(connection: Connection, campaign: Campaign, unit: str, known: Collection[str] = ()) -> Surroundings:
    """The children that stand below the unit, living or not, and those it knows of wherever they stand by now; the
    stages whose pilots beside it are through; its superior. Raises `UserError` for an unknown unit."""
    at = find_unit(connection, campaign, unit)
    plans = read_plans(connection, campaign.name)
    state = load_state(at.state, plans, at.level)
    piloted = [stage.id for stage in state.rules.stages if stage.pilots]
    near = or_(units.c.parent == unit, units.c.unit.in_(known))
    if at.parent:
        near = or_(near, units.c.unit == at.parent)
        if piloted:
            near = or_(near, and_(units.c.parent == at.parent, units.c.level == at.level, units.c.ended.is_(None)))
    columns = (units.c.unit, units.c.parent, units.c.level, units.c.state)
    children: dict[str, Child] = {}
    beside: list[UnitState] = []
    superior = None
    for row in connection.execute(select(*columns).where(units.c.campaign == campaign.name, near)):
        found = load_state(row.state, plans, row.level)
        if row.parent == unit or row.unit in known:
            children[row.unit] = child_of(found)
        if row.unit == at.parent:
            superior = superior_of(found)
        elif (row.parent, row.level) == (at.parent, at.level):
            beside.append(found)
    return Surroundings(children, pilots_through(piloted, beside), superior)


def pilots_through(piloted: Iterable[str], beside: Iterable[UnitState]) -> tuple[str, ...]:
    """Which of the stages `piloted` every pilot among the units `beside` held, with what was learnt recorded. Where
    nobody goes first, nobody is waited for."""
    pilots = [state for state in beside if is_pilot(state.profile) and not state.ended]
    return tuple(
        stage for stage in piloted if all(state.stage(stage).held and state.stage(stage).reviewed for state in pilots)
    )


def children_on(
    connection: Connection, campaign: Campaign, unit: str, gates: Iterable[GateRule], day: date
) -> dict[str, Child]:
    """The units that stand below the unit now, with what its gates count of them as it was on `day`."""
    counted = [gate.children for gate in gates]
    if not counted:
        return {}
    held = and_(
        stages.c.campaign == units.c.campaign,
        stages.c.unit == units.c.unit,
        stages.c.stage.in_(counted),
        stages.c.held_last <= day,
    )
    query = (
        select(
            *(units.c[name] for name in ("unit", "name", "level", "version", "ended", "state")),
            *(stages.c[name] for name in ("stage", "held_first", "held_last")),
        )
        .join_from(units, stages, held, isouter=True)
        .where(units.c.campaign == campaign.name, units.c.parent == unit)
    )
    children: dict[str, Child] = {}
    for row in connection.execute(query):
        living = row.ended is None or row.ended > day
        placed = date.fromisoformat(row.state["placed"]) if row.state.get("placed") else None
        made = Child(row.unit, row.name, row.level, unit, row.version, living, placed=placed)
        child = children.setdefault(row.unit, made)
        if row.stage is not None:
            child.held[row.stage] = Span(row.held_first, row.held_last)
    return children


@dataclass(frozen=True, slots=True)
class Looked:
    """The conflicts of a unit as it was at a `mark`, which differs after every change of it or of anything below it."""

    mark: tuple[int, int, datetime]
    found: tuple[UnitConflict, ...]


def conflicts_of(connection: Connection, campaign: Campaign) -> list[UnitConflict]:
    """The conflicts of all units, by the codes of the units and in the plan's order of stages."""
    return [one for looked in look_at_all(connection, campaign, {}).values() for one in looked.found]


def look_at_all(connection: Connection, campaign: Campaign, known: Mapping[str, Looked]) -> dict[str, Looked]:
    """The conflicts of all units by their codes; only those are looked at that changed since they became `known`, which
    was under the same release: a conflict is in the unit's own state."""
    columns = [units.c[name] for name in ("unit", "version", "below", "below_modified")]
    query = select(*columns).where(units.c.campaign == campaign.name).order_by(units.c.unit)
    # The instant too: a journal that was restored may reach the same version with other events.
    marks = {unit: (version, below, modified) for unit, version, below, modified in connection.execute(query)}
    changed = [code for code, mark in marks.items() if code not in known or known[code].mark != mark]
    every = len(changed) == len(marks)
    states = unit_states(connection, campaign, None if every else changed) if changed else []
    told = {state.profile.code: _told(state, campaign) for state in states if state.profile}
    return {code: Looked(mark, told[code]) if code in told else known[code] for code, mark in marks.items()}


def _told(state: UnitState, campaign: Campaign) -> tuple[UnitConflict, ...]:
    assert state.profile is not None, "units are stored enrolled"
    cited = (conflict.cited(campaign.plan.instruments) for conflict in conflicts(state))
    code, name = state.profile.code, state.profile.name
    return tuple(UnitConflict(code, name, one.stage, one.code, one.text("en"), one.text("vi")) for one in cited)
