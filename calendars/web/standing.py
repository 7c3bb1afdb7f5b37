"""Where a part of a campaign stands on a day, from its stages: who is late, who is early, and how it came about.

Pure: the campaign's day is handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate

from calendars.plan.model import Indicator, Stage
from calendars.store.changes import OrderedFreeze
from calendars.store.feeds import CampaignView, FeedUnit
from calendars.store.freezes import freezes_on
from calendars.store.neighbourhood import UnitConflict
from calendars.store.reading import Campaign
from calendars.store.stage_lines import StageLine, living
from calendars.store.status import CampaignStatus, IndicatorValue, StageSummary, status_of
from calendars.web.figures import Progress
from calendars.web.gathered import Facts

PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class Curve:
    """How many units had held a stage, day by day: `steps` are the days on which that grew, with the count after them.

    `pilots` are the steps of the units that went first; `target` and `deadline` are the plan's, `on` its one day for
    all.
    """

    stage: str
    level: str
    units: int
    held: int
    steps: tuple[tuple[date, int], ...]
    pilots: tuple[tuple[date, int], ...]
    on: date | None
    target: date | None
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many units held a stage how many days before (+) or after (-) the central deadline, or the local target where
    there is no deadline."""

    stage: str
    level: str
    against_deadline: bool
    counts: tuple[tuple[int, int], ...]

    @property
    def held(self) -> int:
        """The units that it tells of."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A stage that a unit has not held though it was `due`, and for how many days it has been late."""

    unit: FeedUnit
    stage: str
    due: date
    days: int


class Standing:
    """The units below `under`, itself included, on `day`. `under` is the top of the tree for the whole campaign."""

    def __init__(self, facts: Facts, campaign: Campaign, view: CampaignView, day: date, under: str) -> None:
        self.campaign = campaign
        self.view = view
        self.day = day
        self.under = under
        self._facts = facts
        self.inside: Collection[str] = view.below(under)
        self.whole = len(self.inside) == len(view.units)
        # The facts may be newer than the view and have units that it does not know yet.
        self.lines = living(facts.lines, day, self.inside)

    def name(self, code: str) -> str:
        """The unit's name, with its superior's where that is another one than these pages are about: villages of
        different communes share their names."""
        unit = self.view.units[code]
        superior = self.view.units.get(unit.parent)
        return f"{unit.name} ({superior.name})" if superior and self._deep(unit) else unit.name

    def _deep(self, unit: FeedUnit) -> bool:
        return self.under not in {unit.code, unit.parent}

    @cached_property
    def status(self) -> CampaignStatus:
        """Counts, margins and indicators, as the command line has them."""
        return status_of(self.campaign, self.lines, self.day, partly=not self.whole)

    @cached_property
    def summaries(self) -> list[StageSummary]:
        """The stages that some unit here has, in the plan's order."""
        return [summary for summary in self.status.stages if summary.units]

    @property
    def alone(self) -> dict[str, str]:
        """The name of the unit, for each stage that only one here has and several in the campaign."""
        levels = Counter(unit.level for unit in self.view.units.values())
        of_stage = {one.stage: self.by_stage[one.stage] for one in self.summaries if levels[one.level] > 1}
        return {stage: self.view.units[lines[0].unit].name for stage, lines in of_stage.items() if len(lines) == 1}

    @property
    def indicators(self) -> list[tuple[Indicator, IndicatorValue]]:
        """The plan's indicators with their values; in a part of the campaign those of which it has the level."""
        rules = {indicator.id: indicator for indicator in self.campaign.plan.indicators}
        there = {summary.stage for summary in self.summaries} | {summary.level for summary in self.summaries}
        found = [(rules[value.id], value) for value in self.status.indicators]
        return [(rule, value) for rule, value in found if {rule.stage, rule.level} & there]

    @cached_property
    def by_stage(self) -> dict[str, list[StageLine]]:
        """The lines of each stage."""
        found: dict[str, list[StageLine]] = {stage.id: [] for stage in self.campaign.plan.stages}
        for line in self.lines:
            found[line.stage].append(line)
        return found

    @cached_property
    def overdue(self) -> list[Overdue]:
        """What is overdue, the longest first."""
        found = [
            Overdue(self.view.units[line.unit], line.stage, line.due, (self.day - line.due).days)
            for line in self.lines
            if line.due is not None and line.overdue_on(self.day)
        ]
        return sorted(found, key=lambda one: (-one.days, one.unit.code, one.stage))

    @property
    def conflicts(self) -> list[UnitConflict]:
        """What stands against the rules now, whatever the day: the past is not searched for it."""
        return [one for one in self._facts.conflicts if one.unit in self.inside]

    @cached_property
    def freezes(self) -> list[OrderedFreeze]:
        """The suspensions known on the day that reach any unit here."""
        above = {"", *(unit.code for unit in self.view.upward(self.under))}
        known = freezes_on(self.campaign.plan, self._facts.freezing, self.day)
        return [one for one in known if one.under in above or one.under in self.inside]

    def covers_all(self, freeze: OrderedFreeze) -> bool:
        """Whether the suspension reached every unit here."""
        return freeze.under in {"", *(unit.code for unit in self.view.upward(self.under))}

    def curve(self, summary: StageSummary) -> Curve:
        """How the stage was held over time, up to the day."""
        stage, lines = self.campaign.plan.stage(summary.stage), self.by_stage[summary.stage]
        steps = _steps(lines, self.day)
        count_on = dict(steps)
        piloted = {
            line.held_last
            for line in lines
            if line.held_last is not None and line.held_by(self.day) and self._went_first(stage, line)
        }
        return Curve(
            stage=stage.id,
            level=stage.level,
            units=summary.units,
            held=summary.held,
            steps=steps,
            pilots=tuple((day, count_on[day]) for day in sorted(piloted)),
            on=stage.on,
            target=stage.target.date if stage.target else None,
            deadline=stage.deadline.date if stage.deadline else None,
        )

    def distribution(self, summary: StageSummary) -> Distribution | None:
        """The margins of the stage; None while none was held, or where it has no due date."""
        stage = self.campaign.plan.stage(summary.stage)
        against_deadline = stage.deadline is not None
        margins = (
            line.margin_deadline if against_deadline else line.margin_target
            for line in self.by_stage[stage.id]
            if line.held_by(self.day)
        )
        counts = Counter(margin for margin in margins if margin is not None)
        if not counts:
            return None
        return Distribution(stage.id, stage.level, against_deadline, tuple(sorted(counts.items())))

    def late(self, stage: str) -> list[StageLine]:
        """The units that held the stage after their target or deadline, the latest first."""
        found = [line for line in self.by_stage[stage] if line.held_by(self.day) and min(_margins(line), default=0) < 0]
        return sorted(found, key=lambda line: (min(_margins(line)), line.unit))

    def early(self, stage: str) -> list[StageLine]:
        """The units that held the stage before the central deadline, or before the local target where there is no
        deadline, the earliest first."""
        found = [line for line in self.by_stage[stage] if line.held_by(self.day) and (_margin(line) or 0) > 0]
        return sorted(found, key=lambda line: (-(_margin(line) or 0), line.unit))

    def progress(self, units: Iterable[FeedUnit]) -> dict[str, Progress]:
        """The stages of each of the units, which stand beside each other, and of everything below it."""
        tops = {unit.code for unit in units}
        below = {code: top for top in tops for code in self.view.below(top)}
        totals: dict[str, list[int]] = {}
        for line in self.lines:
            if line.unit in below:
                total = totals.setdefault(below[line.unit], [0, 0, 0])
                total[0] += 1
                total[1] += line.held_by(self.day)
                total[2] += line.overdue_on(self.day)
        return {code: Progress(*total) for code, total in totals.items()}

    def _went_first(self, stage: Stage, line: StageLine) -> bool:
        if stage.pilots is None or line.held_last is None or PILOT not in self.view.units[line.unit].tags:
            return False
        return stage.pilots.from_ <= line.held_last <= stage.pilots.to


def _steps(lines: Sequence[StageLine], day: date) -> tuple[tuple[date, int], ...]:
    per_day = Counter(line.held_last for line in lines if line.held_last is not None and line.held_by(day))
    days = sorted(per_day)
    return tuple(zip(days, accumulate(per_day[one] for one in days), strict=True))


def _margin(line: StageLine) -> int | None:
    return line.margin_deadline if line.margin_deadline is not None else line.margin_target


def _margins(line: StageLine) -> list[int]:
    return [margin for margin in (line.margin_target, line.margin_deadline) if margin is not None]
