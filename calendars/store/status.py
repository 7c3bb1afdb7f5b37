"""Where a campaign stands on a day: counts, margins and indicators over its units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from calendars.plan.model import Indicator, Plan
from calendars.store.reading import Campaign, below, find_unit
from calendars.store.schema import stages, units


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


def campaign_status(
    connection: Connection,
    campaign: Campaign,
    day: date,
    under: str | None = None,
    *,
    among: Collection[str] | None = None,
    only: Collection[str] = (),
) -> CampaignStatus:
    """Counts, margins and indicators on `day`, by what is known now: a report counts from its last day on, a unit until
    the day before it ends.

    `under` narrows it to a unit and what is below it, `among` to units with these codes, `only` to these stages.
    Raises `UserError` for an unknown unit.
    """
    columns = ("unit", "stage", "held_last", "due", "margin_target", "margin_deadline", "results")
    query = (
        select(*(stages.c[name] for name in columns))
        .join(units, (units.c.campaign == stages.c.campaign) & (units.c.unit == stages.c.unit))
        .where(stages.c.campaign == campaign.name, or_(units.c.ended.is_(None), units.c.ended > day))
    )
    if under is not None:
        find_unit(connection, campaign, under)
        query = query.where(stages.c.unit.in_(select(below(campaign.name, under).c.unit)))
    by_stage: dict[str, list[Any]] = {stage.id: [] for stage in campaign.plan.stages}
    for row in connection.execute(query):
        if (among is None or row.unit in among) and (not only or row.stage in only):
            by_stage[row.stage].append(row)
    summaries = [_summary(stage.id, stage.level, by_stage[stage.id], day) for stage in campaign.plan.stages]
    if under is not None or among is not None or only:
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
