"""The facts of a unit's life and the envelope they are journalled in.

A fact's `effective` is the day it became true, in the campaign's time zone (for a congress: its last day); the event's
`recorded` is the instant the service learnt it, in UTC. The type names are stored: they never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import TypeAdapter

from calendars.sequence.state import Clock, Profile, Results


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The unit joins the campaign and follows the plan's release `release`."""

    type: ClassVar[str] = "enrolled"
    effective: date
    profile: Profile
    release: int = 1


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The days of a stage were set, or moved."""

    type: ClassVar[str] = "scheduled"
    effective: date
    stage: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Held:
    """The stage was held from `first` to `last`."""

    type: ClassVar[str] = "held"
    effective: date
    stage: str
    first: date
    last: date
    results: Results = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What had been reported was wrong: these are the days and all results as they really were."""

    type: ClassVar[str] = "corrected"
    effective: date
    stage: str
    first: date
    last: date
    reason: str
    results: Results = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retracted:
    """What had been reported did not happen."""

    type: ClassVar[str] = "retracted"
    effective: date
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class FellOverdue:
    """The day `due` of a clock passed and the stage was not held. `effective` is the day after `due`."""

    type: ClassVar[str] = "overdue"
    effective: date
    stage: str
    clock: Clock
    due: date


Fact = Enrolled | Scheduled | Held | Corrected | Retracted | FellOverdue
FACTS: dict[str, type[Fact]] = {
    fact.type: fact for fact in (Enrolled, Scheduled, Held, Corrected, Retracted, FellOverdue)
}


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with its number in the unit's stream (1, 2, 3 ...), its author and the command that caused it."""

    no: int
    recorded: datetime
    by: str
    fact: Fact
    command: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An event in plain data, as it travels to the journal and stands in it: `history` and exports show these."""

    no: int
    type: str
    effective: date
    recorded: datetime
    by: str
    data: dict[str, Any]
    command: str = ""


def line_of(event: Event) -> Line:
    """The journal's form of an event."""
    data: dict[str, Any] = _adapter(event.fact.type).dump_python(event.fact, mode="json")
    del data["effective"]
    return Line(event.no, event.fact.type, event.fact.effective, event.recorded, event.by, data, event.command)


def event_of(line: Line) -> Event:
    """The event that `line_of` wrote. Raises `KeyError` for a type this version does not know."""
    fact: Fact = _adapter(line.type).validate_python({"effective": line.effective, **line.data})
    return Event(line.no, line.recorded, line.by, fact, line.command)


@lru_cache
def _adapter(type: str) -> TypeAdapter[Any]:
    return TypeAdapter(FACTS[type])
