"""The envelope in which facts are journalled.

An event's `recorded` is the instant the service learnt the fact, in UTC; the fact's `effective` the day it became true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from calendars.sequence.facts import FACTS, Fact

# Built at once: the sandbox of a workflow hides the modules that the annotations name.
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(fact) for name, fact in FACTS.items()}


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
    data: dict[str, Any] = _ADAPTERS[event.fact.type].dump_python(event.fact, mode="json")
    del data["effective"]
    return Line(event.no, event.fact.type, event.fact.effective, event.recorded, event.by, data, event.command)


def event_of(line: Line) -> Event:
    """The event that `line_of` wrote. Raises `KeyError` for a type this version does not know."""
    fact: Fact = _ADAPTERS[line.type].validate_python({"effective": line.effective, **line.data})
    return Event(line.no, line.recorded, line.by, fact, line.command)
