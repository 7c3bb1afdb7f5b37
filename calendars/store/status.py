"""Where a campaign stands on a day: counts, margins and indicators over its units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import Connection, select

from calendars.plan.model import Indicator, Plan
from calendars.store.reading import Campaign, below, find_unit
from calendars.store.stage_lines import StageLine, living, stage_lines


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
    inside = None
    if under is not None:
        find_unit(connection, campaign, under)
        inside = frozenset(connection.scalars(select(below(campaign.name, under).c.unit)))
    lines = [
        line
        for line in living(stage_lines(connection, campaign), day, inside)
        if (among is None or line.unit in among) and (not only or line.stage in only)
    ]
    return status_of(campaign, lines, day, partly=under is not None or among is not None or bool(only))


def status_of(campaign: Campaign, lines: Iterable[StageLine], day: date, *, partly: bool = False) -> CampaignStatus:
    """Counts, margins and indicators over `lines` that all count on `day`; a part of the campaign names no stage that
    none of its units has."""
    by_stage: dict[str, list[StageLine]] = {stage.id: [] for stage in campaign.plan.stages}
    for line in lines:
        by_stage[line.stage].append(line)
    summaries = [_summary(stage.id, stage.level, by_stage[stage.id], day) for stage in campaign.plan.stages]
    if partly:
        summaries = [summary for summary in summaries if summary.units]
    indicators = [_indicator(indicator, campaign.plan, by_stage, day) for indicator in campaign.plan.indicators]
    return CampaignStatus(campaign.name, day, summaries, indicators)


def _summary(stage: str, level: str, lines: Sequence[StageLine], day: date) -> StageSummary:
    held = [line for line in lines if line.held_by(day)]
    return StageSummary(
        stage=stage,
        level=level,
        units=len(lines),
        held=len(held),
        share=len(held) / len(lines) if lines else 0.0,
        overdue=sum(line.overdue_on(day) for line in lines),
        last_held=max((line.held_last for line in held if line.held_last), default=None),
        margin_target=_spread(line.margin_target for line in held),
        margin_deadline=_spread(line.margin_deadline for line in held),
    )


def _spread(values: Iterable[int | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return Spread(min(known), median(known), max(known)) if known else None


def _indicator(indicator: Indicator, plan: Plan, by_stage: dict[str, list[StageLine]], day: date) -> IndicatorValue:
    of = [stage.id for stage in plan.stages if indicator.stage == stage.id or indicator.level == stage.level]
    stated = [
        line.results[indicator.share_of]
        for stage in of
        for line in by_stage[stage]
        if line.held_by(day) and indicator.share_of in line.results
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
