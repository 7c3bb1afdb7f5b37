"""The calendar entries of one unit, as facts: what each VEVENT says, before any bytes and without its stamp.

No date of "today" comes in: an entry changes only with an event of its unit, and so does SEQUENCE.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calendars.ical import wording
from calendars.ical.wording import STATUS_WORDS, Wording, both, join
from calendars.plan.model import Due, Plan, Stage
from calendars.sequence.state import Clock, Profile, Span, StageState, Status, UnitState
from calendars.sequence.status import margins

UID_HOST = "congress-calendars"


class Kind(StrEnum):
    """What an entry stands for: the days of a congress, planned or held, or a day it is due by."""

    SCHEDULED = "scheduled"
    HELD = "held"
    TARGET = "target"
    DEADLINE = "deadline"


KIND_WORDS = {
    Kind.TARGET: Wording("Mục tiêu", "Local target"),
    Kind.DEADLINE: Wording("Hạn Trung ương", "Central deadline"),
}
COLORS = {  # CSS3 names, as RFC 7986 5.9 asks
    Kind.SCHEDULED: "royalblue",
    Kind.HELD: "seagreen",
    Kind.TARGET: "darkorange",
    Kind.DEADLINE: "firebrick",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT without its stamp. The days `first` to `last` are included both.

    `status` is where the stage stands (held, scheduled, open, overdue), `confirmation` the property STATUS, `follows`
    the UID of the stage this one comes after, or empty. A transparent entry leaves its days free.
    """

    key: str
    uid: str
    stage: str
    level: str
    kind: Kind
    status: Status
    confirmation: str
    first: date
    last: date
    summary: Wording
    description: Wording
    categories: tuple[Wording, ...]
    color: str
    transparent: bool
    follows: str


def facts(entry: Entry) -> str:
    """Everything that determines the entry's bytes, save its stamp, as canonical JSON."""
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=date.isoformat)


def entries(plan: Plan, state: UnitState) -> tuple[Entry, ...]:
    """The entries of the unit, in the plan's order of stages.

    A stage has one entry for its days, planned or held, under one UID for life; until it is held, its target and
    its deadline are entries of their own. A stage with one day for all is planned for that day from the start.
    """
    if state.profile is None:
        return ()
    return tuple(entry for stage in state.rules.stages for entry in _of_stage(plan, state, state.profile, stage))


def uid(campaign: str, unit: str, stage: str, part: str = "") -> str:
    """The UID of an entry: it knows no date, no title and no language, so it never changes."""
    return f"{campaign}.{unit}.{stage}{'.' if part else ''}{part}@{UID_HOST}"


def _of_stage(plan: Plan, state: UnitState, profile: Profile, stage: Stage) -> Iterator[Entry]:
    now = state.stage(stage.id)
    title = wording.title(plan, stage, profile)
    span = now.held or now.scheduled or (Span(stage.on, stage.on) if stage.on else None)
    status = _status(stage, now)
    description = _description(plan, stage, now).cleaned()

    def entry(kind: Kind, days: Span, summary: Wording, part: str = "") -> Entry:
        after = stage.after if stage.after and not part else None
        words = [Wording.of(plan.level_titles.get(stage.level), stage.level), STATUS_WORDS[status]]
        return Entry(
            key=f"{stage.id}/{part}" if part else stage.id,
            uid=uid(plan.campaign, profile.code, stage.id, part),
            stage=stage.id,
            level=stage.level,
            kind=kind,
            status=status,
            confirmation="CONFIRMED",
            first=days.first,
            last=days.last,
            summary=summary.cleaned(),
            description=description,
            categories=tuple(word.cleaned() for word in (*words, *([KIND_WORDS[kind]] if part else []))),
            color=COLORS[kind],
            transparent=bool(part),
            follows=uid(plan.campaign, profile.code, after) if after else "",
        )

    if span is not None:
        kind = Kind.HELD if now.held else Kind.SCHEDULED
        yield entry(kind, span, _summary_of_days(stage, now, span, title))
    if now.held is None:
        for kind, due in ((Kind.TARGET, stage.target), (Kind.DEADLINE, stage.deadline)):
            if due is not None:
                yield entry(kind, Span(due.date, due.date), _summary_of_due(stage, now, title), kind.value)


def _status(stage: Stage, now: StageState) -> Status:
    if now.held:
        return Status.HELD
    if now.overdue:
        return Status.OVERDUE
    return Status.SCHEDULED if now.scheduled or stage.on else Status.OPEN


def _margins(stage: Stage, span: Span) -> list[Wording]:
    target, deadline = margins(stage, span)
    said = [] if target is None else [wording.margin_words(target)]
    return said if deadline is None else [*said, wording.deadline_margin(deadline)]


def _summary_of_days(stage: Stage, now: StageState, span: Span, title: Wording) -> Wording:
    said = _margins(stage, span)
    if now.held:
        if not said:
            return both("✓ {}: đã tổ chức {}", "✓ {}: held {}", title, wording.dated(span))
        template = "✓ {}: {} ({})" if len(said) > 1 else "✓ {}: {}"
        return both(template, template, title, *said)
    mark = "⚠ " if now.overdue else ""
    if Clock.DAY in now.overdue and stage.on:
        passed = both("quá hạn từ {}", "overdue since {}", f"{stage.on:%d/%m}")
        if span == Span(stage.on, stage.on):
            return both("{}{}: {}", "{}{}: {}", mark, title, passed)
        said = [passed, *said]
    template = "{}{}: {} ({})" if said else "{}{}: {}"
    return both(template, template, mark, title, wording.days(span), join(", ", said))


def _summary_of_due(stage: Stage, now: StageState, title: Wording) -> Wording:
    """The same for target and deadline: on either day one sees both, and which of them has passed."""
    deadline = f"{stage.deadline.date:%d/%m}" if stage.deadline else ""
    if Clock.DEADLINE in now.overdue:
        return both("⚠ {}: quá hạn từ {}", "⚠ {}: overdue since {}", title, deadline)
    said = []
    if stage.target:
        target = f"{stage.target.date:%d/%m}"
        passed = Clock.TARGET in now.overdue
        said.append(
            both("quá mục tiêu từ {}", "past its target since {}", target)
            if passed
            else both("mục tiêu {}", "target {}", target)
        )
    if stage.deadline:
        said.append(both("hạn TW {}", "central deadline {}", deadline))
    return both("{} {}: {}", "{} {}: {}", "⚠" if now.overdue else "⏳", title, join(", ", said))


def _description(plan: Plan, stage: Stage, now: StageState) -> Wording:
    lines = []
    span = now.held or now.scheduled
    if now.held:
        lines.append(both("Đã tổ chức: {}", "Held: {}", wording.dated(now.held)))
    elif now.scheduled:
        lines.append(both("Lịch: {}", "Scheduled: {}", wording.dated(now.scheduled)))
    if stage.on:
        lines.append(both("Ngày chung: {}", "One day for all: {}", wording.day(stage.on)))
    target, deadline = margins(stage, span) if span else (None, None)
    if stage.target:
        lines.append(both("Mục tiêu: {}", "Local target: {}", _due(plan, stage.target, target)))
    if stage.deadline:
        lines.append(both("Hạn Trung ương: {}", "Central deadline: {}", _due(plan, stage.deadline, deadline)))
    if now.results:
        lines.append(both("Kết quả: {}", "Results: {}", wording.results(stage, now.results)))
    return join("\n", lines)


def _due(plan: Plan, due: Due, margin: int | None) -> Wording:
    said = Wording(wording.day(due.date), wording.day(due.date))
    if margin is not None:
        said = join(", ", [said, wording.margin_words(margin)])
    source = wording.source(plan, due)
    return both("{} ({})", "{} ({})", said, source) if source else said
