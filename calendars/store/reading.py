"""Where a campaign stands on a day: counts, margins and indicators, by level and by unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, select

from calendars.errors import UserError
from calendars.plan.model import Indicator, Plan
from calendars.sequence.asof import as_of
from calendars.sequence.events import event_of
from calendars.sequence.messages import CampaignClock
from calendars.sequence.state import Profile, Rules, Span, UnitState
from calendars.sequence.status import margins, stage_status
from calendars.store.journal import stream
from calendars.store.projecting import load_state
from calendars.store.schema import campaigns, stages, units


@dataclass(frozen=True, slots=True)
class Campaign:
    """A launched campaign: its plan as launched, its day at the launch, and how it tells its day."""

    name: str
    plan: Plan
    launched_on: date
    clock: CampaignClock


@dataclass(frozen=True, slots=True)
class Spread:
    """The smallest, middle and largest of some margins, in days; + is early."""

    min: int
    median: float
    max: int


@dataclass(frozen=True, slots=True)
class StageSummary:
    """One stage over all its units: how many held it by the day, how many are past the day they were due."""

    stage: str
    level: str
    units: int
    held: int
    share: float
    overdue: int
    last_held: date | None
    margin_target: Spread | None
    margin_deadline: Spread | None


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """An indicator on the day: `value` is a share of the reports that state the result, or a number of units;
    None while no report states it."""

    id: str
    value: float | int | None
    target: float | int | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """Where a campaign stands on the day `as_of`."""

    campaign: str
    as_of: date
    stages: list[StageSummary]
    indicators: list[IndicatorValue]


@dataclass(frozen=True, slots=True)
class UnitStage:
    """One stage of one unit on a day. `gate` is None while no gate applies."""

    stage: str
    status: str
    scheduled: Span | None
    held: Span | None
    target: date | None
    deadline: date | None
    margin_target: int | None
    margin_deadline: int | None
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """A unit and its stages on a day."""

    unit: str
    name: str
    level: str
    parent: str | None
    stages: list[UnitStage] = field(default_factory=list)


def campaign_names(connection: Connection) -> list[str]:
    """The launched campaigns, the last launched one last."""
    return list(connection.scalars(select(campaigns.c.campaign).order_by(campaigns.c.position)))


def read_campaign(connection: Connection, name: str | None = None) -> Campaign:
    """A campaign by name; without a name the last launched one. Raises `UserError` when there is none."""
    names = campaign_names(connection)
    if not names:
        raise UserError("No campaign is launched here; start one with `congress launch NAME`.")
    chosen = name or names[-1]
    row = connection.execute(select(campaigns).where(campaigns.c.campaign == chosen)).one_or_none()
    if row is None:
        raise UserError(f"There is no campaign {chosen} here, expected one of {', '.join(names)}.")
    plan = Plan.model_validate(row.plan)
    clock = CampaignClock(row.timezone, row.shift_days, plan.reminders.jitter_minutes * 60)
    return Campaign(row.campaign, plan, row.today, clock)


def campaign_status(connection: Connection, campaign: Campaign, day: date, under: str | None = None) -> CampaignStatus:
    """Counts, margins and indicators on `day`, by what is known now: a report counts from its last day on.

    `under` narrows it to a unit and what is below it. Raises `UserError` for an unknown unit.
    """
    query = select(
        stages.c.stage,
        stages.c.held_last,
        stages.c.due,
        stages.c.margin_target,
        stages.c.margin_deadline,
        stages.c.results,
    ).where(stages.c.campaign == campaign.name)
    if under is not None:
        find_unit(connection, campaign, under)
        query = query.where(stages.c.unit.in_(select(below(campaign.name, under).c.unit)))
    by_stage: dict[str, list[Any]] = {stage.id: [] for stage in campaign.plan.stages}
    for row in connection.execute(query):
        by_stage[row.stage].append(row)
    summaries = [_summary(stage.id, stage.level, by_stage[stage.id], day) for stage in campaign.plan.stages]
    if under is not None:
        summaries = [summary for summary in summaries if summary.units]
    indicators = [_indicator(indicator, campaign.plan, by_stage, day) for indicator in campaign.plan.indicators]
    return CampaignStatus(campaign.name, day, summaries, indicators)


def _summary(stage: str, level: str, rows: Sequence[Row[Any]], day: date) -> StageSummary:
    held = [row for row in rows if row.held_last is not None and row.held_last <= day]
    overdue = sum(
        1 for row in rows if row.due is not None and row.due < day and (row.held_last is None or row.held_last > day)
    )
    return StageSummary(
        stage=stage,
        level=level,
        units=len(rows),
        held=len(held),
        share=len(held) / len(rows) if rows else 0.0,
        overdue=overdue,
        last_held=max((row.held_last for row in held), default=None),
        margin_target=_spread(row.margin_target for row in held),
        margin_deadline=_spread(row.margin_deadline for row in held),
    )


def _spread(values: Iterable[int | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return Spread(min(known), median(known), max(known)) if known else None


def _indicator(indicator: Indicator, plan: Plan, by_stage: dict[str, list[Any]], day: date) -> IndicatorValue:
    of = [stage.id for stage in plan.stages if indicator.stage == stage.id or indicator.level == stage.level]
    stated = [
        row.results[indicator.share_of]
        for stage in of
        for row in by_stage[stage]
        if row.held_last is not None and row.held_last <= day and indicator.share_of in row.results
    ]
    reached = sum(1 for value in stated if value is True)
    target = indicator.at_least if indicator.at_least is not None else indicator.target
    value: float | int | None = (
        reached if indicator.at_least is not None else (reached / len(stated) if stated else None)
    )
    if not stated:
        value = None
    met = None if value is None or target is None else value >= target
    return IndicatorValue(indicator.id, value, target, met)


def below(campaign: str, unit: str) -> Any:
    """A recursive table expression of `unit` and every unit below it."""
    root = select(units.c.unit).where(units.c.campaign == campaign, units.c.unit == unit)
    tree = root.cte("below", recursive=True)
    return tree.union(
        select(units.c.unit).join(tree, units.c.parent == tree.c.unit).where(units.c.campaign == campaign)
    )


def find_unit(connection: Connection, campaign: Campaign, unit: str) -> Row[Any]:
    """The row of a unit. Raises `UserError` when the campaign has none with this code."""
    row = connection.execute(select(units).where(units.c.campaign == campaign.name, units.c.unit == unit)).one_or_none()
    if row is None:
        raise UserError(f"There is no unit {unit} in campaign {campaign.name}.")
    return row


def unit_profiles(connection: Connection, campaign: Campaign) -> list[Profile]:
    """Every unit of the campaign, in the order of their codes."""
    query = select(units).where(units.c.campaign == campaign.name).order_by(units.c.unit)
    rows = list(connection.execute(query))
    names = {row.unit: row.name for row in rows}
    return [
        Profile(row.unit, row.name, row.level, row.parent, names.get(row.parent, ""), tuple(row.tags)) for row in rows
    ]


def unit_state(connection: Connection, campaign: Campaign, unit: str, day: date | None = None) -> UnitState:
    """The unit as it is, or as it was on `day` by what is known now. Raises `UserError` for an unknown unit."""
    row = find_unit(connection, campaign, unit)
    rules = Rules.of(campaign.plan, row.level)
    if day is None:
        return load_state(row.state, rules)
    events = [event_of(line) for line in stream(connection, campaign.name, unit)]
    return as_of(UnitState(rules), events, day)


def unit_states(connection: Connection, campaign: Campaign) -> list[UnitState]:
    """Every unit of the campaign as it is, in the order of their codes."""
    rules = {level: Rules.of(campaign.plan, level) for level in campaign.plan.levels}
    query = select(units.c.level, units.c.state).where(units.c.campaign == campaign.name).order_by(units.c.unit)
    return [load_state(row.state, rules[row.level]) for row in connection.execute(query)]


def unit_status(connection: Connection, campaign: Campaign, unit: str, day: date) -> UnitStatus:
    """The stages of one unit on `day`. Raises `UserError` for an unknown unit."""
    return status_of(unit_state(connection, campaign, unit, day), day)


def status_of(state: UnitState, day: date) -> UnitStatus:
    """The stages of a unit in `state`, looked at on `day`."""
    profile = state.profile
    assert profile is not None, "units are stored enrolled"
    found = UnitStatus(profile.code, profile.name, profile.level, profile.parent or None)
    for stage in state.rules.stages:
        now = state.stage(stage.id)
        margin_target, margin_deadline = margins(stage, now.held) if now.held else (None, None)
        found.stages.append(
            UnitStage(
                stage=stage.id,
                status=stage_status(state, stage, day).value,
                scheduled=now.scheduled,
                held=now.held,
                target=stage.target.date if stage.target else None,
                deadline=stage.deadline.date if stage.deadline else None,
                margin_target=margin_target,
                margin_deadline=margin_deadline,
            )
        )
    return found
