"""Preparatory steps as entries of their own: each on the day it is due by, with how that day was counted."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.ical import wording
from calendars.ical.entry import Entry, Kind
from calendars.ical.subject import Subject
from calendars.ical.wording import Wording, both, join
from calendars.plan.deadlines import DerivedDate, lead_in_dates
from calendars.plan.model import LeadIn
from calendars.sequence.state import Span


def lead_ins(subject: Subject) -> Iterator[Entry]:
    """The lead-ins of a stage that has planned days and is not held; they move when its first day moves."""
    if subject.now.held or subject.planned is None or not subject.stage.lead_ins:
        return
    for lead_in, found in lead_in_dates(subject.stage, subject.planned.first, subject.plan.instruments):
        days = Span(found.day, found.day)
        text = _description(subject, lead_in, found).cleaned()
        yield subject.entry(Kind.LEAD_IN, days, _summary(subject, lead_in), text, f"{Kind.LEAD_IN}.{lead_in.id}")


def _summary(subject: Subject, lead_in: LeadIn) -> Wording:
    title = Wording.of(lead_in.title, lead_in.id)
    done = subject.now.done.get(lead_in.id)
    if done is None:
        return both("📋 {}: {}", "📋 {}: {}", title, subject.title)
    return both("✓ {}: {}, đã xong {}", "✓ {}: {}, done {}", title, subject.title, f"{done:%d/%m}")


def _description(subject: Subject, lead_in: LeadIn, found: DerivedDate) -> Wording:
    lines = [Wording(found.derivation.vi, found.derivation.en)]
    if found.source:
        lines.append(both("Căn cứ: {}", "Source: {}", found.source))
    done = subject.now.done.get(lead_in.id)
    if done:
        lines.append(both("Đã xong: {}", "Done: {}", wording.day(done)))
    return join("\n", lines)
