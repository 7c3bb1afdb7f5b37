"""What people and the service ask of one unit. `kind` tells them apart in a message; it is part of the wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, Profile, Results


@dataclass(frozen=True, slots=True)
class Enrol:
    """Take the unit into the campaign. The service sends it at launch, before anything else."""

    profile: Profile
    release: int = 1
    kind: Literal["enrol"] = "enrol"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Set or move the days of a stage. `to` defaults to `on`, `announced` (the day it became known) to today."""

    stage: str
    on: date
    to: date | None = None
    announced: date | None = None
    kind: Literal["schedule"] = "schedule"


@dataclass(frozen=True, slots=True)
class Report:
    """State that a stage was held, with the results known so far."""

    stage: str
    on: date
    to: date | None = None
    results: Results = field(default_factory=dict)
    kind: Literal["report"] = "report"


@dataclass(frozen=True, slots=True)
class Correct:
    """Replace what was reported: only what is given changes, results key by key."""

    stage: str
    reason: str
    on: date | None = None
    to: date | None = None
    results: Results = field(default_factory=dict)
    kind: Literal["correct"] = "correct"


@dataclass(frozen=True, slots=True)
class Retract:
    """Take back a report: the stage was not held."""

    stage: str
    reason: str
    kind: Literal["retract"] = "retract"


@dataclass(frozen=True, slots=True)
class Postpone:
    """Put the planned days of a stage off: to `on` (and `to`), or to days that are not known yet."""

    stage: str
    reason: str
    on: date | None = None
    to: date | None = None
    kind: Literal["postpone"] = "postpone"


@dataclass(frozen=True, slots=True)
class Waive:
    """Let the stage be held though its gate is closed or the pilots are not through; `on` defaults to today."""

    stage: str
    reason: str
    on: date | None = None
    kind: Literal["waive"] = "waive"


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """State that `body` agreed on the day `on`."""

    stage: str
    body: str
    on: date
    kind: Literal["consent"] = "consent"


@dataclass(frozen=True, slots=True)
class Review:
    """State that the superior recorded on the day `on` what was learnt from this pilot."""

    stage: str
    on: date
    text: str = ""
    kind: Literal["review"] = "review"


@dataclass(frozen=True, slots=True)
class Done:
    """Tick a preparatory step off; `on` defaults to today."""

    stage: str
    lead_in: str
    on: date | None = None
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Answer for what is overdue, of one stage or, without `stage`, of all: no further superior hears of it."""

    stage: str = ""
    kind: Literal["acknowledge"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class SetPin:
    """Give the unit a due day of its own."""

    stage: str
    clock: Clock
    day: date
    reason: str
    kind: Literal["pin"] = "pin"


@dataclass(frozen=True, slots=True)
class Unpin:
    """Let the plan's day hold again."""

    stage: str
    clock: Clock
    reason: str
    kind: Literal["unpin"] = "unpin"


@dataclass(frozen=True, slots=True)
class Reopen:
    """Let a sealed stage be corrected or retracted: an administrator's command."""

    stage: str
    reason: str
    kind: Literal["reopen"] = "reopen"


# What a change of the campaign or of the tree asks of each unit that it concerns.


@dataclass(frozen=True, slots=True)
class Follow:
    """Follow the plan's release `release`, with all dates of the stages that it changes for the unit's level."""

    release: int
    dates: tuple[StageDates, ...]
    source: str = ""
    kind: Literal["follow"] = "follow"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Suspend the unit from `first` to `last`, both included; without `last` until it is resumed."""

    freeze: str
    first: date
    last: date | None
    reason: str
    kind: Literal["freeze"] = "freeze"
    under: str = ""  # the unit it was ordered for, with all below it


@dataclass(frozen=True, slots=True)
class Resume:
    """End a suspension; `on` is the first day that is free again."""

    freeze: str
    on: date
    kind: Literal["resume"] = "resume"


@dataclass(frozen=True, slots=True)
class Move:
    """Stand under another superior from the day `on`."""

    parent: str
    parent_name: str
    on: date
    reason: str = ""
    kind: Literal["move"] = "move"


@dataclass(frozen=True, slots=True)
class Rename:
    """Be called `name` from the day `on`; `parent_name` says the superior's name where that one changed."""

    name: str
    on: date
    parent_name: str = ""
    reason: str = ""
    kind: Literal["rename"] = "rename"


@dataclass(frozen=True, slots=True)
class End:
    """End on the day `on`, merged into a successor or dissolved."""

    how: Literal["merged", "dissolved"]
    on: date
    successor: str = ""
    successor_name: str = ""
    reason: str = ""
    kind: Literal["end"] = "end"


OfStage = (
    Schedule | Report | Correct | Retract | Postpone | Waive | GiveConsent | Review | Done | SetPin | Unpin | Reopen
)
OfUnit = Enrol | Follow | Freeze | Resume | Move | Rename | End
Command = Annotated[OfStage | OfUnit | Acknowledge, Field(discriminator="kind")]
