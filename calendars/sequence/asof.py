"""A unit as it was on a past day, told with what is known now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from calendars.sequence.events import Event
from calendars.sequence.evolving import evolve
from calendars.sequence.facts import Corrected, Enrolled, Held, Retracted
from calendars.sequence.state import UnitState


def as_of(blank: UnitState, events: Sequence[Event], day: date) -> UnitState:
    """The unit as it was on `day` (that day included), folded onto the `blank` state of its rules.

    A report counts from the last day of its congress, whenever it came in. Corrections and retractions act back on the
    report they amend: a corrected one counts with its corrected days and results, from its corrected last day; a
    retracted one never counts. All else, such as dates that were set, clocks that ran out, gates and releases, counts
    from the day it took effect, in the order of the stream. Enrolment always counts. The version is that of the whole
    stream, for every event of it has a say in the answer.
    """
    state = blank
    reports: dict[str, Event] = {}
    for event in events:
        match event.fact:
            case Held(stage=stage):
                reports[stage] = event
            case Corrected(stage=stage, first=first, last=last, results=results):
                reports[stage] = replace(event, fact=Held(last, stage, first, last, results))
            case Retracted(stage=stage):
                reports.pop(stage, None)
            case Enrolled():
                state = evolve(state, event)
            case fact if fact.effective <= day:
                state = evolve(state, event)
    for report in reports.values():
        if isinstance(report.fact, Held) and report.fact.last <= day:
            state = evolve(state, report)
    return replace(state, version=events[-1].no) if events else state
