"""What the store asks of a renderer, answered with iCalendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calendars.ical import entries as of_unit
from calendars.ical import entry as of_entry
from calendars.ical.entry import Entry
from calendars.ical.rendering import RENDERER, Stamp, render
from calendars.plan.model import Plan
from calendars.sequence.state import UnitState


class IcalRenderer:
    """Entries of a unit, their facts, and their VEVENTs."""

    version = RENDERER

    def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[Entry]:
        """As `calendars.ical.entries.entries`."""
        return of_unit.entries(plan, state, newest)

    def facts(self, entry: Entry) -> str:
        """As `calendars.ical.entry.facts`."""
        return of_entry.facts(entry)

    def entry_of(self, facts: str) -> Entry:
        """As `calendars.ical.entry.entry_of`."""
        return of_entry.entry_of(facts)

    def render(self, entry: Entry, *, sequence: int, created: datetime, modified: datetime, language: str) -> bytes:
        """As `calendars.ical.rendering.render`."""
        return render(entry, Stamp(sequence, created, modified), language)
