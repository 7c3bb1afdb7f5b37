"""The title of an entry: where a stage stands, seen at a glance."""

from __future__ import annotations

from datetime import date

from calendars.ical import wording
from calendars.ical.subject import Subject
from calendars.ical.wording import Wording, both, join
from calendars.plan.model import Stage
from calendars.sequence.state import Clock, Span
from calendars.sequence.status import margins


def summary_of_days(subject: Subject, span: Span) -> Wording:
    """For the days on which the stage was held or is to be."""
    stage, title = subject.stage, subject.title
    said = _margins(stage, span)
    if subject.now.held:
        if not said:
            return both("✓ {}: đã tổ chức {}", "✓ {}: held {}", title, wording.dated(span))
        template = "✓ {}: {} ({})" if len(said) > 1 else "✓ {}: {}"
        return both(template, template, title, *said)
    mark = "⚠ " if subject.overdue else ""
    if Clock.DAY in subject.overdue and stage.on:
        passed = both("quá hạn từ {}", "overdue since {}", f"{stage.on:%d/%m}")
        if span == Span(stage.on, stage.on):
            return both("{}{}: {}", "{}{}: {}", mark, title, passed)
        said = [passed, *said]
    template = "{}{}: {} ({})" if said else "{}{}: {}"
    return both(template, template, mark, title, wording.days(span), join(", ", said))


def summary_of_put_off(subject: Subject, former: Span) -> Wording:
    """For the days it was put off from, while it has no new ones."""
    was = wording.days(former)
    return both("⏸ {}: hoãn, chưa có ngày mới (trước: {})", "⏸ {}: postponed, no new date (was {})", subject.title, was)


def summary_of_opening(subject: Subject, opens: date) -> Wording:
    """For the first day on which it may be held."""
    return both("▶ {}: được tổ chức từ {}", "▶ {}: may be held from {}", subject.title, f"{opens:%d/%m}")


def summary_of_due(subject: Subject) -> Wording:
    """The same for target and deadline: on either day one sees both, and which of them has passed."""
    stage, title, overdue = subject.stage, subject.title, subject.overdue
    deadline = f"{stage.deadline.date:%d/%m}" if stage.deadline else ""
    if Clock.DEADLINE in overdue:
        return both("⚠ {}: quá hạn từ {}", "⚠ {}: overdue since {}", title, deadline)
    said = []
    if stage.target:
        target = f"{stage.target.date:%d/%m}"
        passed = Clock.TARGET in overdue
        said.append(
            both("quá mục tiêu từ {}", "past its target since {}", target)
            if passed
            else both("mục tiêu {}", "target {}", target)
        )
    if stage.deadline:
        said.append(both("hạn TW {}", "central deadline {}", deadline))
    return both("{} {}: {}", "{} {}: {}", "⚠" if overdue else "⏳", title, join(", ", said))


def _margins(stage: Stage, span: Span) -> list[Wording]:
    target, deadline = margins(stage, span)
    said = [] if target is None else [wording.margin_words(target)]
    return said if deadline is None else [*said, wording.deadline_margin(deadline)]
