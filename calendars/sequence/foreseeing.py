"""What time will make of a unit if nobody does anything: so people see which notices are to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from calendars.sequence.digests import digest_facts, next_digest
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.evolving import evolve, number
from calendars.sequence.facts import Fact
from calendars.sequence.state import UnitState
from calendars.sequence.surroundings import Surroundings


def foreseen(state: UnitState, around: Surroundings, today: date, until: date) -> Iterator[tuple[Fact, UnitState]]:
    """The facts that fall due after `today`, up to `until` (included), each with the unit after it.

    The units around stay as they are, so summaries are foreseen as long as any unit below is open now.
    """
    day = today
    while (coming := _next(state, around, day)) is not None and coming <= until:
        day = coming
        while facts := (*due_facts(state, day), *digest_facts(state, around, day)):
            for event in number(state, facts, by="", recorded=datetime.combine(day, time(0), UTC)):
                state = evolve(state, event)
                yield event.fact, state


def _next(state: UnitState, around: Surroundings, day: date) -> date | None:
    days = next_due(state, day), next_digest(state, around, day)
    return min((found for found in days if found is not None), default=None)
