"""What the store asks of whoever renders calendar entries. It keeps their bytes and never looks inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from calendars.plan.model import Plan
from calendars.sequence.state import UnitState


class Entry(Protocol):
    """One calendar entry of a unit, before it is rendered."""

    uid: str
    stage: str
    kind: str
    status: str
    first: date
    last: date


class Renderer(Protocol):
    """Turns a unit's state into calendar entries; `version` grows when the same state gives other bytes."""

    version: int

    def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[Any]:
        """The entries of the unit now, by the `plan` it follows; the same state always gives the same entries. `newest`
        is the newest release, for what is said of other units."""

    def facts(self, entry: Any) -> str:
        """All that determines the entry's bytes, save its stamp; equal facts, equal entry."""

    def entry_of(self, facts: str) -> Any:
        """The entry whose `facts` these are."""

    def render(self, entry: Any, *, sequence: int, created: datetime, modified: datetime, language: str) -> bytes:
        """One VEVENT."""
