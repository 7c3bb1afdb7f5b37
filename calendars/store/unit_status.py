"""Where one unit stands on a day: its stages with all that concerns them, what it came from and what it became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from calendars.plan.deadlines import lead_in_dates
from calendars.plan.model import Plan, Stage, Text
from calendars.sequence.conflicts import conflicts
from calendars.sequence.gates import gate_now
from calendars.sequence.state import Ending, Results, Span, StageState, Suspension, UnitState
from calendars.sequence.status import margins, planned, stage_status, suspensions
from calendars.sequence.surroundings import Child, Surroundings
from calendars.store.neighbourhood import children_on
from calendars.store.reading import Campaign, unit_state
from calendars.store.schema import stages, units
from calendars.store.states import read_plans


@dataclass(frozen=True, slots=True)
class Awaited:
    """A unit that a gate waits for."""

    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate on a day: `held` of `of` children held their stage `children`, `needed` of them must have, `waiting` have
    not. `state` is open, closed, waived or conflict; over a stage that was held it counts what was held before it."""

    state: str
    children: str
    share: float
    held: int
    needed: int
    of: int
    waiting: list[Awaited] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeadInView:
    """A preparatory step: the day it is due by, how that day was found and in which source, the day it was done.

    Texts are by language, "vi" and "en".
    """

    id: str
    title: dict[str, str]
    day: date
    derivation: dict[str, str]
    source: str | None
    done: date | None


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict of a stage, with its sentence in both languages."""

    code: str
    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class PinView:
    """A due day of the unit's own, and the plan's day that it stands instead of."""

    day: date
    reason: str
    instead_of: date | None


@dataclass(frozen=True, slots=True)
class UnitStage:
    """One stage of one unit on a day. `gate` is None where no gate applies.

    `postponed` are the days it was last put off from, `waived` the reason for which a superior lifted what it waits
    for, `consents` the bodies that agreed with the days, `pins` own due days by the kind of day.
    """

    stage: str
    status: str
    scheduled: Span | None
    held: Span | None
    target: date | None
    deadline: date | None
    margin_target: int | None
    margin_deadline: int | None
    gate: GateView | None = None
    postponed: Span | None = None
    sealed: bool = False
    waived: str = ""
    consents: dict[str, date] = field(default_factory=dict)
    lead_ins: list[LeadInView] = field(default_factory=list)
    results: Results = field(default_factory=dict)
    conflicts: list[ConflictView] = field(default_factory=list)
    pins: dict[str, PinView] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportedStage:
    """A stage that a unit held."""

    stage: str
    held: Span


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A unit that was merged into this one on the day `on`, with what it had reported."""

    unit: str
    name: str
    on: date
    stages: list[ReportedStage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """A unit and its stages on a day; `freezes` are those known to it on that day, past ones as well."""

    unit: str
    name: str
    level: str
    parent: str | None
    stages: list[UnitStage] = field(default_factory=list)
    ended: Ending | None = None
    predecessors: list[Predecessor] = field(default_factory=list)
    freezes: list[Suspension] = field(default_factory=list)


def unit_status(connection: Connection, campaign: Campaign, unit: str, day: date) -> UnitStatus:
    """The stages of one unit on `day`. Raises `UserError` for an unknown unit."""
    state = unit_state(connection, campaign, unit, day)
    plan = read_plans(connection, campaign.name).plan(state.rules_version)
    children = children_on(connection, campaign, unit, state.rules.gates, day)
    return status_of(state, plan, day, children, predecessors(connection, campaign, unit, day))


def status_of(
    state: UnitState, plan: Plan, day: date, children: Mapping[str, Child], before: list[Predecessor]
) -> UnitStatus:
    """The stages of a unit in `state`, looked at on `day`, with the `plan` of its release and what stands below it."""
    profile = state.profile
    assert profile is not None, "units are stored enrolled"
    return UnitStatus(
        unit=profile.code,
        name=profile.name,
        level=profile.level,
        parent=profile.parent or None,
        stages=[_stage(state, plan, stage, day, children) for stage in state.rules.stages],
        ended=state.ended,
        predecessors=before,
        freezes=list(suspensions(state, day)),
    )


def predecessors(connection: Connection, campaign: Campaign, unit: str, day: date) -> list[Predecessor]:
    """The units that were merged into this one by `day`, with what they had held, in the order of their codes."""
    held = (stages.c.campaign == units.c.campaign) & (stages.c.unit == units.c.unit) & (stages.c.held_last <= day)
    query = (
        select(units.c.unit, units.c.name, units.c.ended, stages.c.stage, stages.c.held_first, stages.c.held_last)
        .join_from(units, stages, held, isouter=True)
        .where(units.c.campaign == campaign.name, units.c.successor == unit, units.c.ended <= day)
        .order_by(units.c.unit, stages.c.held_last, stages.c.stage)
    )
    found: dict[str, Predecessor] = {}
    for row in connection.execute(query):
        one = found.setdefault(row.unit, Predecessor(row.unit, row.name, row.ended))
        if row.stage is not None:
            one.stages.append(ReportedStage(row.stage, Span(row.held_first, row.held_last)))
    return list(found.values())


def _stage(state: UnitState, plan: Plan, stage: Stage, day: date, children: Mapping[str, Child]) -> UnitStage:
    now = state.stage(stage.id)
    margin_target, margin_deadline = margins(stage, now.held) if now.held else (None, None)
    return UnitStage(
        stage=stage.id,
        status=stage_status(state, stage, day).value,
        scheduled=now.scheduled,
        held=now.held,
        target=stage.target.date if stage.target else None,
        deadline=stage.deadline.date if stage.deadline else None,
        margin_target=margin_target,
        margin_deadline=margin_deadline,
        gate=_gate(state, stage, children),
        postponed=now.postponed,
        sealed=now.sealed,
        waived=now.waived,
        consents=now.consents,
        lead_ins=_lead_ins(plan, stage, now),
        results=now.results,
        conflicts=[
            ConflictView(one.code, one.text("en"), one.text("vi"))
            for one in (conflict.cited(plan.instruments) for conflict in conflicts(state))
            if one.stage == stage.id
        ],
        pins={
            clock.value: PinView(pin.day, pin.reason, pin.instead_of.date if pin.instead_of else None)
            for clock, pin in now.pins.items()
        },
    )


def _gate(state: UnitState, stage: Stage, children: Mapping[str, Child]) -> GateView | None:
    rule = state.rules.gate(stage.id)
    if rule is None:
        return None
    gate, counted = gate_now(state, rule, Surroundings(children))
    waiting = [Awaited(child.code, child.name) for child in counted.waiting]
    return GateView(gate.value, rule.children, rule.share, counted.held, counted.needed, counted.of, waiting)


def _lead_ins(plan: Plan, stage: Stage, now: StageState) -> list[LeadInView]:
    days = planned(stage, now)
    if days is None or now.held:
        return []
    return [
        LeadInView(
            lead_in.id,
            (lead_in.title or Text(vi=lead_in.id, en=lead_in.id)).model_dump(),
            found.day,
            found.derivation.model_dump(),
            found.source,
            now.done.get(lead_in.id),
        )
        for lead_in, found in lead_in_dates(stage, days.first, plan.instruments)
    ]
