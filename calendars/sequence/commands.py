"""What people and the service ask of one unit. `kind` tells them apart in a message; it is part of the wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from calendars.sequence.state import Profile, Results


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


Command = Annotated[Enrol | Schedule | Report | Correct | Retract, Field(discriminator="kind")]
