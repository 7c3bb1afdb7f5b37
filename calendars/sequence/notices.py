"""What the events of a unit make of notices: which are wanted, which are not any more, and which dates moved.

A notice is wanted if and only if its event came. Who gets it, and when exactly, is left to whoever keeps the contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.sequence.facts import (
    Acknowledged,
    Amended,
    DigestDue,
    Ended,
    Escalated,
    Fact,
    FellOverdue,
    Pinned,
    Postponed,
    ReminderDue,
    StillOverdue,
    Unpinned,
)
from calendars.sequence.pressing import pressing_clock
from calendars.sequence.reminding import LEAD_IN, SCHEDULED, dates_of
from calendars.sequence.rules import NoticeRules
from calendars.sequence.state import Clock, Span, StageState, UnitState
from calendars.sequence.status import planned, suspended

DAY = timedelta(days=1)
REMINDER, OVERDUE, ESCALATION, CHANGE, DIGEST = "reminder", "overdue", "escalation", "change", "digest"
# What is said of a stage that is to be held; a change is said of any date that somebody was told.
OF_OPEN_STAGES = (REMINDER, OVERDUE, ESCALATION)
# Facts that say only that something was to be said: readers see nothing of them but the history, and the notice.
QUIET = frozenset(fact.type for fact in (ReminderDue, StillOverdue, Escalated, Acknowledged, DigestDue))
DAYS = (Clock.DAY.value, SCHEDULED)  # two kinds of the same thing: when the congress is to be


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice to send: `of` and `due` are the date it is about, `offset` tells it from others about the same date
    (days before or after it, or the step of a climb). `step` is who gets it: 0 the unit itself, 1 its superior."""

    kind: str
    stage: str
    of: str
    due: date
    offset: int
    day: date
    step: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A date of a stage that is not held changed: `new` is None when it was called off."""

    stage: str
    of: str
    new: date | None
    reason: str = ""
    source: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Notices that are not wanted any more: of `stage`, or of the whole unit where that is empty, of these kinds."""

    stage: str
    kinds: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What one event makes of notices: first some are dropped, then dates moved, then others are wanted."""

    dropped: tuple[Dropped, ...] = ()
    moved: tuple[Moved, ...] = ()
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice that waits to be sent. `former` is the day that a person was told, for a change."""

    kind: str
    stage: str
    of: str
    due: date
    former: date | None = None


def goes_out(notices: NoticeRules | None, wanted: Wanted) -> date:
    """The day on which a notice goes out: the first working day from the day of its event, save where a reminder would
    then come after the date it is about."""
    day = wanted.day
    while notices is not None and not notices.works(day):
        day += DAY
    return wanted.day if wanted.kind == REMINDER and day > wanted.due else day


def consequences(before: UnitState, fact: Fact, after: UnitState) -> Consequences:
    """What `fact`, which made `after` of `before`, makes of the unit's notices."""
    if after.profile is None:
        return Consequences()
    return Consequences(tuple(_dropped(before, fact, after)), tuple(_moved(before, fact, after)), tuple(_wanted(fact)))


def unwanted(state: UnitState, notice: Planned, today: date) -> str:
    """Why a notice that waits is not to be sent on `today`, or nothing."""
    if notice.kind == DIGEST:
        return "ended" if state.ended else ""
    now = state.stage(notice.stage)
    if now.held:
        return "held"
    if notice.kind == CHANGE:
        return "moved back" if notice.former == current(state, notice.stage, notice.of) else ""
    if state.ended:
        return "ended"
    if suspended(state, Span(today, today), today):
        return "frozen"
    if notice.kind == REMINDER:
        if current(state, notice.stage, notice.of) != notice.due:
            return "moved"
        return "past" if notice.due < today else ""
    stage = state.rules.stage(notice.stage)
    if stage is None or pressing_clock(stage, now, today) != (notice.of, notice.due):
        return "overtaken"
    return "acknowledged" if notice.kind == ESCALATION and notice.of in now.acknowledged else ""


def current(state: UnitState, stage_id: str, of: str) -> date | None:
    """The date of this kind as it stands; the two kinds of the days of a congress are one."""
    stage = state.rules.stage(stage_id)
    if stage is None or state.ended:
        return None
    now = state.stage(stage_id)
    if of in DAYS:
        days = planned(stage, now)
        return days.first if days else None
    return dates_of(state.rules, stage, now).get(of)


def _wanted(fact: Fact) -> Iterator[Wanted]:
    match fact:
        case ReminderDue():
            yield Wanted(REMINDER, fact.stage, fact.of, fact.due, fact.days, fact.effective)
        case FellOverdue():
            yield Wanted(OVERDUE, fact.stage, fact.clock, fact.due, 1, fact.effective)
        case StillOverdue():
            yield Wanted(OVERDUE, fact.stage, fact.clock, fact.due, fact.days, fact.effective)
        case Escalated():
            yield Wanted(ESCALATION, fact.stage, fact.clock, fact.due, fact.step, fact.effective, fact.step)
        case DigestDue():
            yield Wanted(DIGEST, "", "", fact.effective, 0, fact.effective)


def _dropped(before: UnitState, fact: Fact, after: UnitState) -> Iterator[Dropped]:
    if isinstance(fact, Ended):
        yield Dropped("", (*OF_OPEN_STAGES, DIGEST), "ended")
        return
    stage_id = getattr(fact, "stage", "")
    if not stage_id:
        return
    now, was = after.stage(stage_id), before.stage(stage_id)
    if now.held and not was.held:
        yield Dropped(stage_id, (*OF_OPEN_STAGES, CHANGE), "held")
    if isinstance(fact, Postponed) and not now.scheduled:
        yield Dropped(stage_id, OF_OPEN_STAGES[1:], "postponed")
    if now.acknowledged and now.acknowledged != was.acknowledged:
        yield Dropped(stage_id, (ESCALATION,), "acknowledged")


def _moved(before: UnitState, fact: Fact, after: UnitState) -> Iterator[Moved]:
    why = {"reason": "", "source": "", "event": fact.type}
    match fact:
        case Postponed() | Pinned() | Unpinned() | Ended():
            why["reason"] = fact.reason
        case Amended():
            why["source"] = fact.source
    if fact.type in QUIET or before.profile is None:
        return
    of_fact = getattr(fact, "stage", "")
    for stage in before.rules.stages:
        if of_fact not in ("", stage.id) or after.stage(stage.id).held or before.stage(stage.id).held:
            continue
        # What was put off is not there before its new days are set, and yet people were told of it.
        kinds = dates_of(before.rules, stage, before.stage(stage.id)) | dates_of(
            after.rules, after.rules.stage(stage.id) or stage, after.stage(stage.id)
        )
        for of in dict.fromkeys(SCHEDULED if of in DAYS else of for of in kinds):
            was, new = current(before, stage.id, of), current(after, stage.id, of)
            if was != new and not _is_over(of, was, new, fact.effective, after.stage(stage.id)):
                yield Moved(stage.id, of, new, **why)


def _is_over(of: str, was: date | None, new: date | None, today: date, now: StageState) -> bool:
    """Whether a preparatory step is done, or its day has passed and no new one is set: then there is nothing to do."""
    if not of.startswith(LEAD_IN):
        return False
    return of.removeprefix(LEAD_IN) in now.done or (was is not None and max(was, new or was) < today)
