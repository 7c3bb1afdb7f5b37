"""The part of a plan's release that concerns one level of the tree: carried by the unit, so a unit decides alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from calendars.plan.model import Consent, Due, Freeze, Plan, Reminders, Stage, Text, Window
from calendars.plan.working_days import days_off_between

BEYOND = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class GateRule:
    """`stage` may be held once `share` of the direct children of `level` held theirs, which is called `children`."""

    stage: str
    children: str
    level: str
    title: Text
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class StageDates:
    """The dates of a stage that a release may change."""

    stage: str
    on: date | None = None
    opens: date | None = None
    target: Due | None = None
    deadline: Due | None = None
    pilots: Window | None = None

    @classmethod
    def of(cls, stage: Stage) -> StageDates:
        """The dates of `stage`."""
        return cls(stage.id, stage.on, stage.opens, stage.target, stage.deadline, stage.pilots)

    def put_into(self, stage: Stage) -> Stage:
        """`stage` with these dates."""
        dates = {"on": self.on, "opens": self.opens, "target": self.target, "deadline": self.deadline}
        return stage.model_copy(update={**dates, "pilots": self.pilots})


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What a unit needs beside the plan's reminders: how many levels stand above it and below it, and the days on which
    offices are closed or work on a weekend.

    The days are carried, not looked up: what a unit does must not change with a package of holidays.
    """

    above: int
    below: int
    off: tuple[date, ...] = ()
    make_up: tuple[date, ...] = ()

    def works(self, day: date) -> bool:
        """Whether offices work on `day`."""
        return day in self.make_up or (day.weekday() < 5 and day not in self.off)


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """What a unit needs to tell calendars in time: whether it is `top` of the tree, where what the plan orders for all
    is shown, for how many days what was called off with a unit is shown yet, whether it `rolls_up` what its children
    held, and the stages further below that it counts as well."""

    top: bool
    shown_days: int = 60
    rolls_up: bool = False
    deeper: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What units of one level go by. Units that started before a field existed have none of it and go on without.

    `gates` are what stages of the unit wait for below it, `watched` the unit's stages that its superior's gate counts,
    `seals` the unit's stages that each congress of the superior rests on.
    """

    campaign: str
    from_: date
    until: date
    stages: tuple[Stage, ...]
    gates: tuple[GateRule, ...] = ()
    watched: tuple[str, ...] = ()
    seals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    reminders: Reminders | None = None
    notices: NoticeRules | None = None
    calendar: CalendarRules | None = None

    @classmethod
    def of(cls, plan: Plan, level: str) -> Rules:
        """The rules of `plan` for units of `level`."""
        stages = plan.stages_of(level)
        ids = {stage.id for stage in stages}
        gates = tuple(_gate_rule(plan, stage) for stage in stages if stage.gate)
        seals = {
            above.id: _with_what_comes_before(stages, above.gate.children)
            for above in plan.stages
            if above.gate and above.gate.children in ids
        }
        watched = tuple(stage.id for stage in stages if any(rests[0] == stage.id for rests in seals.values()))
        consents = tuple(consent for consent in plan.consents if consent.stage in ids)
        return cls(
            plan.campaign,
            plan.from_,
            plan.until,
            stages,
            gates,
            watched,
            seals,
            consents,
            plan.freezes,
            plan.reminders,
            _notice_rules(plan, level),
            _calendar_rules(plan, level, gates),
        )

    def stage(self, stage_id: str) -> Stage | None:
        """The stage with this id, or None when units of this level have no such stage."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def gate(self, stage_id: str) -> GateRule | None:
        """What the stage waits for below the unit, or None when it waits for nothing there."""
        return next((gate for gate in self.gates if gate.stage == stage_id), None)

    def dated(self, dates: Mapping[str, StageDates]) -> Rules:
        """The same rules with the dates of some stages changed."""
        return replace(
            self,
            stages=tuple(dates[stage.id].put_into(stage) if stage.id in dates else stage for stage in self.stages),
        )


def _notice_rules(plan: Plan, level: str) -> NoticeRules:
    above = plan.levels.index(level) if level in plan.levels else 0
    below = len(plan.levels) - above - 1 if level in plan.levels else 0
    return NoticeRules(above, below, *_days_off(plan.from_, plan.until))


@lru_cache(maxsize=64)
def _days_off(first: date, last: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    # What is said after a day off, or before one, may lie beyond the campaign's days.
    return days_off_between(first - BEYOND, last + BEYOND)


def _calendar_rules(plan: Plan, level: str, gates: tuple[GateRule, ...]) -> CalendarRules:
    # Of its own children a unit hears; only the top counts what is further below, for that has to be looked up.
    top = level == plan.levels[0]
    known = {gate.children for gate in gates}
    deeper = tuple(stage.id for stage in plan.stages if top and stage.level != level and stage.id not in known)
    return CalendarRules(top, rolls_up=bool(gates or deeper), deeper=deeper)


def _gate_rule(plan: Plan, stage: Stage) -> GateRule:
    assert stage.gate is not None
    below = plan.stage(stage.gate.children)
    return GateRule(stage.id, below.id, below.level, below.title or Text(vi=below.id, en=below.id), stage.gate.share)


def _with_what_comes_before(stages: tuple[Stage, ...], last: str) -> tuple[str, ...]:
    """The stage and all that the same unit holds before it, the stage first."""
    by_id = {stage.id: stage for stage in stages}
    chain: list[str] = []
    at: str | None = last
    while at in by_id and at not in chain:
        chain.append(at)
        at = by_id[at].after
    return tuple(chain)
