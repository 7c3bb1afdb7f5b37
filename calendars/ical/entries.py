"""The calendar entries of one unit.

No date of "today" comes in: an entry changes only with an event of its unit, and so does SEQUENCE.
"""

from __future__ import annotations

from collections.abc import Iterator

from calendars.ical.description import description
from calendars.ical.ending import called_off, pointer
from calendars.ical.entry import Entry, Kind
from calendars.ical.freezes import freezes
from calendars.ical.lead_ins import lead_ins
from calendars.ical.rollups import rollups
from calendars.ical.subject import Subject
from calendars.ical.summary import summary_of_days, summary_of_due, summary_of_opening, summary_of_put_off
from calendars.plan.model import Plan
from calendars.sequence.state import Ending, Span, UnitState
from calendars.sequence.status import opens_on


def entries(plan: Plan, state: UnitState, newest: Plan | None = None) -> tuple[Entry, ...]:
    """The entries of the unit, in the plan's order of stages.

    A stage has one entry for its days, planned, put off or held, under one UID for life; until it is held, its target,
    its deadline, the opening of its window and, once it has planned days, its lead-ins are entries of their own. A
    stage with one day for all is planned for that day from the start. A freeze stands on the unit it was ordered for.
    Of the units below there is for each month how many had held a stage, with the dates of the `newest` release, which
    a unit follows only if it concerns its own.
    A unit that ended keeps what it held, for a while what was called off with it, and one entry that says what became
    of it.
    """
    profile = state.profile
    if profile is None:
        return ()
    of_unit = (*freezes(plan, state, profile), *rollups(newest or plan, state, profile))
    subjects = [Subject.of(plan, state, profile, stage) for stage in state.rules.stages]
    if state.ended:
        kept = [entry for subject in subjects for entry in _left(subject, state.ended)]
        return (*kept, *of_unit, pointer(plan, profile, state.ended))
    return (*(entry for subject in subjects for entry in _of_stage(subject)), *of_unit)


def _left(subject: Subject, ended: Ending) -> Iterator[Entry]:
    if subject.now.held:
        yield from _of_stage(subject)
    elif ended.shown:
        yield from map(called_off, _of_stage(subject))


def _of_stage(subject: Subject) -> Iterator[Entry]:
    stage, now = subject.stage, subject.now
    text = description(subject).cleaned()
    if span := now.held or subject.planned:
        kind = Kind.HELD if now.held else Kind.SCHEDULED
        yield subject.entry(kind, span, summary_of_days(subject, span), text)
    elif span := subject.put_off:
        yield subject.entry(Kind.SCHEDULED, span, summary_of_put_off(subject, span), text)
    if now.held:
        return
    opens = opens_on(stage, subject.profile)
    if opens and not stage.on:
        yield subject.entry(Kind.OPENS, Span(opens, opens), summary_of_opening(subject, opens), text, Kind.OPENS.value)
    for kind, due in ((Kind.TARGET, stage.target), (Kind.DEADLINE, stage.deadline)):
        if due is not None:
            yield subject.entry(kind, Span(due.date, due.date), summary_of_due(subject), text, kind.value)
    yield from lead_ins(subject)
