"""What one unit's life is made of: its profile, its rules, and per stage what is planned, held and overdue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from calendars.plan.model import Plan, Stage

ResultValue = bool | int | float | str
Results = dict[str, ResultValue]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the unit is. `parent` is empty for the root; `parent_name` tells a village from its namesakes."""

    code: str
    name: str
    level: str
    parent: str = ""
    parent_name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The part of a plan's release that concerns one level: carried by the unit, so a unit decides alone."""

    campaign: str
    from_: date
    until: date
    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, plan: Plan, level: str) -> Rules:
        """The rules of `plan` for units of `level`."""
        return cls(plan.campaign, plan.from_, plan.until, plan.stages_of(level))

    def stage(self, stage_id: str) -> Stage | None:
        """The stage with this id, or None when units of this level have no such stage."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days of a congress, first and last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many calendar days it takes, both ends included."""
        return (self.last - self.first).days + 1


class Clock(StrEnum):
    """The days a stage can be overdue against: the one day for all, the local target, the central deadline."""

    DAY = "on"
    TARGET = "target"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage of one unit: the planned days, the days it was held with its results, the clocks it ran past."""

    scheduled: Span | None = None
    held: Span | None = None
    results: Results = field(default_factory=dict)
    overdue: tuple[Clock, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit after `version` events. `profile` is None before it was enrolled.

    `rules_version` names the release of the plan it follows; `commands` the last commands it took, newest last, so
    that a command sent twice is taken once.
    """

    rules: Rules
    profile: Profile | None = None
    version: int = 0
    rules_version: int = 1
    stages: dict[str, StageState] = field(default_factory=dict)
    commands: tuple[str, ...] = ()

    def stage(self, stage_id: str) -> StageState:
        """The state of a stage; a stage nothing happened to is an empty one."""
        return self.stages.get(stage_id, EMPTY)


EMPTY = StageState()


class Status(StrEnum):
    """Where a stage stands on a day."""

    WAITING = "waiting"
    OPEN = "open"
    SCHEDULED = "scheduled"
    HELD = "held"
    OVERDUE = "overdue"
