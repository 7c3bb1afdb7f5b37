"""What one unit's life is made of: its profile, and per stage what is planned, held, permitted and overdue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from calendars.plan.model import Due
from calendars.sequence.rules import Rules

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


class Gate(StrEnum):
    """Whether what must have been held below a unit was: waived by a superior, or held against it (a conflict)."""

    OPEN = "open"
    CLOSED = "closed"
    WAIVED = "waived"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Pin:
    """A due day of the unit's own, which releases leave alone, and the day it stands instead of."""

    day: date
    reason: str
    instead_of: Due | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """A freeze of the unit: nothing is held from `first` to `last`, both included; no `last` while it is not ended.

    `under` is the unit it was ordered for, with all below it; empty where that is not known. One of the plan's stands
    here once it was ended for the unit otherwise than the plan says, and at the top of the tree once it is known.
    """

    id: str
    first: date
    last: date | None = None
    reason: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a unit ended on the day `on`: `how` is "merged" or "dissolved"; a merged one has a successor.

    Until the day `shown` calendars show what was called off with it; None when they do not, or not any more.
    """

    on: date
    how: str
    successor: str = ""
    successor_name: str = ""
    reason: str = ""
    shown: date | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the units below that have the stage had held it."""

    stage: str
    held: int
    of: int


@dataclass(frozen=True, slots=True)
class Rollup:
    """The last figure of a month: what had been held of a stage below the unit by the end of the day `on`."""

    stage: str
    on: date
    held: int
    of: int


def month_of(stage: str, day: date) -> str:
    """Under which name the figure of a stage and of the month of `day` is kept."""
    return f"{stage}/{day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage of one unit: the planned days, the days it was held with its results, the clocks it ran past.

    `postponed` are the days it was last put off from, for good or until it is scheduled again, and `put_off` why;
    `waived` is the reason for which a superior lifted the gate; `done` the lead-ins ticked off, with their days;
    `consents` the bodies that agreed, with the days; `reviewed` the day the lessons of a pilot were recorded;
    `sealed` that the superior's congress rests on it; `pins` the unit's own due days; `reminded` per kind of date
    the last day that was looked at; `taken` the freeze that put the postponed days off, empty where people did. Of a
    clock that ran out, `pressed` is the last day on which that was said again, `climbed` how many superiors heard of
    it and `climbed_on` when the last of them did, `acknowledged` the day on which somebody answered for it.
    """

    scheduled: Span | None = None
    held: Span | None = None
    results: Results = field(default_factory=dict)
    overdue: tuple[Clock, ...] = ()
    postponed: Span | None = None
    gate: Gate | None = None
    waived: str = ""
    done: dict[str, date] = field(default_factory=dict)
    consents: dict[str, date] = field(default_factory=dict)
    reviewed: date | None = None
    sealed: bool = False
    pins: dict[Clock, Pin] = field(default_factory=dict)
    reminded: dict[str, date] = field(default_factory=dict)
    taken: str = ""
    put_off: str = ""
    pressed: dict[Clock, date] = field(default_factory=dict)
    climbed: dict[Clock, int] = field(default_factory=dict)
    climbed_on: dict[Clock, date] = field(default_factory=dict)
    acknowledged: dict[Clock, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit after `version` events. `profile` is None before it was enrolled.

    `rules_version` names the release of the plan it follows; its own due days (pins) stand in `rules` already.
    `commands` are the last commands it took, newest last, so that a command sent twice is taken once. `since` is
    the campaign's day on which it joined, `superior` the days of the superior's congresses that seal stages of it,
    `placed` the day since which it stands under its superior, `moves` how often it came under another one. `digest` is
    the day of its last summary of the units below it, `awaited` how many of them were open then. `rollups` are the
    figures that calendars show of the units below, by stage and month.
    """

    rules: Rules
    profile: Profile | None = None
    version: int = 0
    rules_version: int = 1
    stages: dict[str, StageState] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    since: date | None = None
    freezes: tuple[Suspension, ...] = ()
    superior: dict[str, Span] = field(default_factory=dict)
    ended: Ending | None = None
    placed: date | None = None
    moves: int = 0
    digest: date | None = None
    awaited: int = 0
    rollups: dict[str, Rollup] = field(default_factory=dict)

    def stage(self, stage_id: str) -> StageState:
        """The state of a stage; a stage nothing happened to is an empty one."""
        return self.stages.get(stage_id, EMPTY)


EMPTY = StageState()


class Status(StrEnum):
    """Where a stage stands on a day."""

    WAITING = "waiting"
    OPEN = "open"
    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    HELD = "held"
    OVERDUE = "overdue"
    ENDED = "ended"
