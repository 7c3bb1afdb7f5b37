"""What differs between two days, two releases, two units or two campaigns: the same measures, before and after.

Pure: days are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from calendars.plan.deadlines import margin
from calendars.plan.model import Plan, Stage
from calendars.plan.releases import Release
from calendars.store.reading import Campaign
from calendars.store.stage_lines import StageLine, living
from calendars.store.status import StageSummary, status_of
from calendars.web.standing import Standing

Shown = Literal["number", "share", "days", "day"]
Value = float | date | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of both sides: of a `stage`, or else of an `indicator`. `name` says what is measured, `shown` how its
    values are written."""

    name: str
    shown: Shown
    before: Value
    after: Value
    stage: str = ""
    level: str = ""
    indicator: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two sides are not the same."""
        return self.before != self.after

    @property
    def change(self) -> float | None:
        """The second less the first, in days between two dates; None where one of them is missing."""
        match self.before, self.after:
            case date() as before, date() as after:
                return (after - before).days
            case (int() | float()) as before, (int() | float()) as after:
                return after - before
        return None


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of units between two days: who held a stage, who fell overdue, who is overdue no longer."""

    held: list[StageLine]
    overdue: list[StageLine]
    caught_up: list[StageLine]


def of_days(before: Standing, after: Standing) -> list[Measure]:
    """The stages and indicators of the same units on two days."""
    earlier = {one.stage: one for one in before.summaries}
    found: list[Measure] = []
    for stage in after.summaries:
        found += _progress(earlier.get(stage.stage), stage)
    values = {value.id: value.value for _, value in before.indicators}
    for rule, value in after.indicators:
        shown: Shown = "share" if rule.at_least is None else "number"
        found.append(Measure("value", shown, values.get(rule.id), value.value, indicator=rule.id))
    return found


def turned(before: Standing, after: Standing) -> Turned:
    """The units in the order of their codes."""
    first, last = before.day, after.day
    return Turned(
        [line for line in after.lines if line.held_by(last) and not line.held_by(first)],
        [line for line in after.lines if line.overdue_on(last) and not line.overdue_on(first)],
        [line for line in after.lines if line.overdue_on(first) and line.held_by(last)],
    )


def of_units(one: Standing, other: Standing) -> list[Measure]:
    """The stages that the units below either of two units have, on the same day."""
    sides = [{stage.stage: stage for stage in side.summaries} for side in (one, other)]
    found: list[Measure] = []
    for rule in one.campaign.plan.stages:
        if rule.id in sides[0] or rule.id in sides[1]:
            found += _beside(sides[0].get(rule.id), sides[1].get(rule.id), rule)
    return found


def of_releases(before: Release, after: Release, lines: Iterable[StageLine], day: date) -> list[Measure]:
    """The dates that two releases of a plan set, and what either makes of what was held by `day`: how many units are
    overdue, and the least margins. Own dates of units count for neither."""
    by_stage: dict[str, list[StageLine]] = {}
    for line in lines:
        by_stage.setdefault(line.stage, []).append(line)
    known = {stage.id: stage for stage in before.plan.stages}
    found: list[Measure] = []
    for stage in after.plan.stages:
        sides = (known.get(stage.id), stage)
        for name, get in _DATES.items():
            days = [get(side) if side else None for side in sides]
            if any(days):
                found.append(Measure(name, "day", days[0], days[1], stage.id, stage.level))
        effects = [_effects(side, by_stage.get(stage.id, ()), day) if side else {} for side in sides]
        for name, shown in _EFFECTS.items():
            values = [effect.get(name) for effect in effects]
            if values != [None, None]:
                found.append(Measure(name, shown, values[0], values[1], stage.id, stage.level))
    return found


def of_campaigns(this: Standing, other: Campaign, lines: Sequence[StageLine], other_today: date) -> list[Measure]:
    """The stages of another campaign, each before that of this one which has its id or else its level, on the day that
    is as far from its due day there as the shown day is here, but not after the other campaign's today."""
    found: list[Measure] = []
    for summary in this.summaries:
        rule = this.campaign.plan.stage(summary.stage)
        then_rule = _counterpart(rule, other.plan)
        if then_rule is None:
            continue
        here, there = _anchor(rule, this.campaign.plan), _anchor(then_rule, other.plan)
        day = min(there + (this.day - here), other_today)
        of_stage = [line for line in living(lines, day) if line.stage == then_rule.id]
        then = next(one for one in status_of(other, of_stage, day).stages if one.stage == then_rule.id)
        found += _beside(then, summary, rule)
    return found


_DATES: dict[str, Callable[[Stage], date | None]] = {
    "on": lambda stage: stage.on,
    "opens": lambda stage: stage.opens,
    "pilots_from": lambda stage: stage.pilots.from_ if stage.pilots else None,
    "pilots_to": lambda stage: stage.pilots.to if stage.pilots else None,
    "target": lambda stage: stage.target.date if stage.target else None,
    "deadline": lambda stage: stage.deadline.date if stage.deadline else None,
}
_EFFECTS: dict[str, Shown] = {"overdue": "number", "least_target": "days", "least_deadline": "days"}


def _effects(stage: Stage, lines: Iterable[StageLine], day: date) -> dict[str, int | None]:
    target = stage.target.date if stage.target else None
    deadline = stage.deadline.date if stage.deadline else None
    due = min((one for one in (stage.on, target, deadline) if one), default=None)
    held = [line.held_last for line in lines if line.held_last is not None and line.held_by(day)]
    last = max(held, default=None)
    still = sum(not line.held_by(day) for line in lines)
    return {
        "overdue": still if due is not None and due < day else 0,
        "least_target": margin(target, last) if last else None,
        "least_deadline": margin(deadline, last) if last else None,
    }


def _progress(before: StageSummary | None, after: StageSummary) -> list[Measure]:
    return [
        Measure("held", "number", before.held if before else 0, after.held, after.stage, after.level),
        Measure("overdue", "number", before.overdue if before else 0, after.overdue, after.stage, after.level),
        Measure("last_held", "day", before.last_held if before else None, after.last_held, after.stage, after.level),
    ]


def _beside(one: StageSummary | None, other: StageSummary | None, rule: Stage) -> list[Measure]:
    def both(name: str, shown: Shown, get: Callable[[StageSummary], Value]) -> Measure:
        return Measure(name, shown, get(one) if one else None, get(other) if other else None, rule.id, rule.level)

    return [
        both("share_held", "share", lambda side: side.share),
        both("overdue", "number", lambda side: side.overdue),
        both("least_deadline", "days", lambda side: side.margin_deadline.min if side.margin_deadline else None),
        both("median_deadline", "days", lambda side: side.margin_deadline.median if side.margin_deadline else None),
        both("units", "number", lambda side: side.units),
    ]


def _counterpart(rule: Stage, plan: Plan) -> Stage | None:
    same = [stage for stage in plan.stages if stage.id == rule.id]
    level = [stage for stage in plan.stages if stage.level == rule.level and stage.deadline]
    return next(iter(same or (level if rule.deadline else [])), None)


def _anchor(rule: Stage, plan: Plan) -> date:
    due = rule.deadline or rule.target
    return due.date if due else rule.on or plan.until
