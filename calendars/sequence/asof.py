"""A unit as it was on a past day, told with what is known now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
    for _, state, reports in deque(_counted(blank, events, day), maxlen=1):
        return replace(_reported(state, reports, day), version=events[-1].no)
    return replace(blank, version=events[-1].no) if events else blank


def as_of_step_by_step(
    blank: UnitState, events: Sequence[Event], day: date
) -> Iterator[tuple[Event, UnitState, UnitState]]:
    """What each event of the stream that has a say on `day` made of the unit as it was on that day: the event, and
    what was known of that day without it and with it. The last of them is the unit that `as_of` gives."""
    before = blank
    for event, state, reports in _counted(blank, events, day):
        after = replace(_reported(state, reports, day), version=event.no)
        yield event, before, after
        before = after


def _counted(
    blank: UnitState, events: Sequence[Event], day: date
) -> Iterator[tuple[Event, UnitState, dict[str, Event]]]:
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
            case _:
                continue
        yield event, state, reports


def _reported(state: UnitState, reports: Mapping[str, Event], day: date) -> UnitState:
    for report in reports.values():
        if isinstance(report.fact, Held) and report.fact.last <= day:
            state = evolve(state, report)
    return state
