"""The stages of a unit drawn on one axis of days: window, planned and held days, target, deadline, steps, today.

Places are percentages of the width, so that the drawing fits every screen and its letters keep their size. Pure: the
campaign's day is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.plan.model import Plan
from calendars.sequence.state import Profile, Span
from calendars.sequence.status import is_pilot
from calendars.store.feeds import FeedUnit
from calendars.store.unit_status import UnitStage
from calendars.web.telling import common_day

DAY = timedelta(days=1)
PAD = 0.03  # of the axis, on both sides
MOST_TICKS = 6
LEAST_WIDTH = 1.2  # per cent: one day of a long campaign can still be seen
ROOM = 48  # per cent: what the longest words take on a phone
LANE = 24  # CSS pixels
HEAD = 22
FOOT = 18


@dataclass(frozen=True, slots=True)
class Axis:
    """The days from `first` to `last`, both shown whole."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where the morning of a day is, in per cent of the width."""
        return round(100 * (day - self.first).days / ((self.last - self.first).days + 1), 2)

    def holds(self, day: date) -> bool:
        """Whether the day is shown."""
        return self.first <= day <= self.last

    def ticks(self) -> list[date]:
        """First days of months, so few that their names do not touch."""
        months = [date(year, month, 1) for year, month in _months(self.first, self.last)]
        step = next(step for step in (1, 2, 3, 6, 12, 24, 60) if len(months) <= MOST_TICKS * step or step == 60)
        return [day for day in months if (day.month - 1 + 12 * (day.year % 5)) % step == 0]


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a drawing: a bar from `x` on, `width` per cent wide, or a mark in the middle of a day where that is
    0. `days` is what it stands for, `margin` how early that is; `side` says where its words find room."""

    kind: str
    x: float
    width: float
    days: Span
    y: int
    margin: int | None = None

    @property
    def side(self) -> str:
        """`start`: right of it; `end`: left of it; `over`: upon it, where neither side has room."""
        left, right = self.x, 100 - self.x - self.width
        if max(left, right) < ROOM:
            return "over"
        return "start" if right >= left else "end"

    @property
    def words_at(self) -> float:
        """Where its words begin, or end."""
        if self.side == "start":
            return self.x + self.width
        return self.x


@dataclass(frozen=True, slots=True)
class Drawing:
    """The line of one stage; `today` in per cent, None where the day is not on the axis. `one_year` says that all of
    the axis is in one, which then needs no telling beside each day."""

    stage: str
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, date], ...]
    today: float | None
    one_year: bool

    @property
    def height(self) -> int:
        """In CSS pixels."""
        return HEAD + LANE * len(self.lanes) + FOOT


def timelines(plan: Plan, unit: FeedUnit, stages: Sequence[UnitStage], day: date) -> dict[str, Drawing]:
    """The drawings of the stages that have any day, all on one axis."""
    profile = Profile(unit.code, unit.name, unit.level, tags=tuple(sorted(unit.tags)))
    found = {stage.stage: list(_days(plan, profile, stage)) for stage in stages}
    shown = [day, *(one for days in found.values() for _, span, _ in days for one in (span.first, span.last))]
    if len(shown) == 1:
        return {}
    pad = timedelta(days=max(3, round((max(shown) - min(shown)).days * PAD)))
    axis = Axis(min(shown) - pad, max(shown) + pad)
    return {stage: _drawing(stage, days, axis, day) for stage, days in found.items() if days}


_Dated = tuple[str, Span, int | None]


def _days(plan: Plan, profile: Profile, stage: UnitStage) -> Iterator[_Dated]:
    rule = plan.stage(stage.stage)
    if rule.pilots and is_pilot(profile):
        yield "window", Span(rule.pilots.from_, rule.pilots.to), None
    elif rule.opens:
        ends = [one for one in (stage.deadline, stage.target) if one and one >= rule.opens]
        yield "window", Span(rule.opens, ends[0] if ends else rule.opens), None
    common = common_day(plan, stage)
    if stage.held:
        yield "held", stage.held, None
    elif stage.scheduled:
        yield "planned", stage.scheduled, None
    elif common and not stage.postponed:
        yield "planned", Span(common, common), None
    if stage.postponed and stage.postponed not in (stage.held, stage.scheduled):
        yield "former", stage.postponed, None
    if stage.target:
        yield "target", Span(stage.target, stage.target), stage.margin_target
    if stage.deadline:
        yield "deadline", Span(stage.deadline, stage.deadline), stage.margin_deadline
    if stage.lead_ins:
        steps = sorted(step.day for step in stage.lead_ins)
        yield "steps", Span(steps[0], steps[-1]), None


def _drawing(stage: str, days: Iterable[_Dated], axis: Axis, day: date) -> Drawing:
    lanes = []
    for no, (kind, span, margin) in enumerate(days):
        middle = (axis.at(span.first) + axis.at(span.last + DAY)) / 2
        y = HEAD + LANE * no
        if kind in ("target", "deadline"):
            lanes.append(Lane(kind, round(middle, 2), 0, span, y, margin))
            continue
        width = max(axis.at(span.last + DAY) - axis.at(span.first), LEAST_WIDTH)
        lanes.append(Lane(kind, round(axis.at(span.first), 2), round(width, 2), span, y, margin))
    ticks = tuple((axis.at(tick), tick) for tick in axis.ticks() if axis.holds(tick))
    today = axis.at(day + DAY) if axis.holds(day) else None  # its end: what the page shows is as of then
    return Drawing(stage, tuple(lanes), ticks, today, axis.first.year == axis.last.year)


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
