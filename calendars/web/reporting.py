"""What a report to the committee holds, for the page and for the workbook alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from calendars.store.feeds import FeedUnit
from calendars.store.stage_lines import StageLine
from calendars.store.status import StageSummary
from calendars.web.standing import PILOT, Standing

EARLY_NAMED = 10


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit directly below with everything below it: per stage how many units held theirs of how many, what is
    overdue, and the least margin of those that were held."""

    unit: FeedUnit
    held: dict[str, int]
    units: dict[str, int]
    overdue: int
    least_margin: int | None


@dataclass(frozen=True, slots=True)
class Early:
    """The units that were the first to hold a stage ahead of its due day: the first few of `count`. `together` is the
    one day on which all of the stage's units held it, if they did."""

    stage: StageSummary
    count: int
    named: list[StageLine]
    together: date | None


def branches(standing: Standing, children: Sequence[FeedUnit]) -> list[Branch]:
    """The units directly below, in their order, those without a stage left out."""
    top_of = {code: child.code for child in children for code in standing.view.below(child.code)}
    lines: dict[str, list[StageLine]] = {child.code: [] for child in children}
    for line in standing.lines:
        if line.unit in top_of:
            lines[top_of[line.unit]].append(line)
    return [_branch(child, lines[child.code], standing.day) for child in children if lines[child.code]]


def _branch(unit: FeedUnit, lines: Sequence[StageLine], day: date) -> Branch:
    units: dict[str, int] = {}
    held: dict[str, int] = {}
    margins = []
    for line in lines:
        units[line.stage] = units.get(line.stage, 0) + 1
        if line.held_by(day):
            held[line.stage] = held.get(line.stage, 0) + 1
            margins += [line.margin_deadline] if line.margin_deadline is not None else []
    overdue = sum(line.overdue_on(day) for line in lines)
    return Branch(unit, held, units, overdue, min(margins, default=None))


def early(standing: Standing) -> list[Early]:
    """For each stage who was early, the stages of which nobody was left out."""
    found = []
    for summary in standing.summaries:
        lines = standing.early(summary.stage)
        if lines:
            days = {line.held_last for line in lines}
            together = days.pop() if len(days) == 1 and len(lines) == summary.units > 1 else None
            found.append(Early(summary, len(lines), lines[:EARLY_NAMED], together))
    return found


def late(standing: Standing) -> list[StageLine]:
    """The stages that were held after a due day, in the plan's order of stages, the latest first."""
    return [line for summary in standing.summaries for line in standing.late(summary.stage)]


def pilots(standing: Standing) -> list[tuple[StageLine, FeedUnit]]:
    """What the units hold that go first, in the plan's order of stages, held ones first."""
    found = []
    for summary in standing.summaries:
        if standing.campaign.plan.stage(summary.stage).pilots:
            lines = [line for line in standing.by_stage[summary.stage] if PILOT in standing.view.units[line.unit].tags]
            lines.sort(key=lambda line: (line.held_last or date.max, line.unit))
            found += [(line, standing.view.units[line.unit]) for line in lines]
    return found


def piloted(standing: Standing) -> dict[str, tuple[int, int]]:
    """For each stage that units hold first, how many of them have by the day, and how many there are."""
    found: dict[str, tuple[int, int]] = {}
    for line, _ in pilots(standing):
        held, of = found.get(line.stage, (0, 0))
        found[line.stage] = held + line.held_by(standing.day), of + 1
    return found
