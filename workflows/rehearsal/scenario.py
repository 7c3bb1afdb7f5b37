"""What is fed into a rehearsal, day by day: the reports and records of a campaign's folder, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calendars.campaigns.bundle import Bundle
from calendars.campaigns.happenings import Happening, happenings
from calendars.campaigns.opening import command_of
from calendars.campaigns.records import RecordKind
from calendars.campaigns.reports import ReportRow
from calendars.errors import UserError
from calendars.sequence.commands import OfStage, Report, Schedule

# On one day: what was agreed, then what is announced, then congresses from below, then what was learnt from them.
CONSENTS, ANNOUNCEMENTS, CONGRESSES, REVIEWS = 0, 1, 2, 100


@dataclass(frozen=True, slots=True)
class BadYear:
    """What is tried: units whose congresses come later by some days, and stages that units never hold."""

    delays: Mapping[str, int] = field(default_factory=dict)
    without: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Input:
    """A command to a unit; `rank` orders those of one day."""

    rank: int
    unit: str
    command: OfStage


@dataclass
class Day:
    """What happens on one day."""

    changes: list[Happening] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)


def check_bad_year(bundle: Bundle, bad: BadYear) -> None:
    """Raises `UserError` for a unit or a stage that the campaign does not have."""
    levels = {unit.code: unit.level for unit in bundle.units}
    levels |= {row.into or row.unit: row.level for row in bundle.changes if row.level}
    for unit in (*bad.delays, *(unit for unit, _ in bad.without)):
        if unit not in levels:
            raise UserError(f"{unit}: no unit of {bundle.plan.campaign}.")
    for unit, stage in bad.without:
        stages = [one.id for one in bundle.plan.stages_of(levels[unit])]
        if stage not in stages:
            raise UserError(f"--without {unit} {stage}: expected one of {', '.join(stages) or 'no stage at all'}.")


def scenario(bundle: Bundle, bad: BadYear) -> dict[date, Day]:
    """The days of the campaign on which something happens."""
    days: dict[date, Day] = {}
    for happening in happenings(bundle):
        days.setdefault(happening.day, Day()).changes.append(happening)
    for day, found in _inputs(bundle, bad):
        if bundle.plan.from_ <= day <= bundle.plan.until:
            days.setdefault(day, Day()).inputs.append(found)
    for of_day in days.values():
        of_day.inputs.sort(key=lambda one: (one.rank, one.unit))
    return days


def _inputs(bundle: Bundle, bad: BadYear) -> Iterator[tuple[date, Input]]:
    levels = bundle.plan.levels
    stage_levels = {stage.id: stage.level for stage in bundle.plan.stages}
    order = {stage.id: no for no, stage in enumerate(bundle.plan.stages)}
    for row in _delayed(bundle, bad):
        last = row.to or row.on
        if row.announced is not None and row.announced < row.on:
            day = max(row.announced, bundle.plan.from_)
            yield day, Input(ANNOUNCEMENTS, row.unit, Schedule(row.stage, row.on, row.to))
        # Stages of one level in the plan's order, levels from below: what is waited for comes first.
        height = len(levels) - levels.index(stage_levels[row.stage])
        rank = CONGRESSES + height * len(order) + order[row.stage]
        yield last, Input(rank, row.unit, Report(row.stage, row.on, row.to, row.results))
    for record in bundle.records:
        command = command_of(record)
        if command is not None:
            rank = REVIEWS * (1 + len(levels) * len(order)) if record.kind is RecordKind.REVIEW else CONSENTS
            yield record.on, Input(rank, record.unit, command)


def _delayed(bundle: Bundle, bad: BadYear) -> Iterator[ReportRow]:
    for row in bundle.reports:
        if (row.unit, row.stage) in bad.without:
            continue
        delay = timedelta(days=bad.delays.get(row.unit, 0))
        yield replace(row, on=row.on + delay, to=row.to + delay if row.to else None)
