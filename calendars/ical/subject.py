"""One stage of one unit, with what all its entries look at."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.ical import wording
from calendars.ical.entry import COLOR_POSTPONED, COLORS, KIND_WORDS, Entry, Kind, uid
from calendars.ical.wording import STATUS_WORDS, Wording
from calendars.plan.model import Plan, Stage
from calendars.sequence.state import Clock, Profile, Span, StageState, Status, UnitState
from calendars.sequence.status import due_days, planned


@dataclass(frozen=True, slots=True)
class Subject:
    """A stage of an enrolled unit: `planned` are the days it is to be held, `overdue` the clocks that it is late for
    as things stand now, `status` says where it stands without a look at the day."""

    plan: Plan
    state: UnitState
    profile: Profile
    stage: Stage
    now: StageState
    title: Wording
    planned: Span | None
    overdue: tuple[Clock, ...]
    status: Status

    @classmethod
    def of(cls, plan: Plan, state: UnitState, profile: Profile, stage: Stage) -> Subject:
        """The subject that is `stage` of the unit."""
        now = state.stage(stage.id)
        days = planned(stage, now)
        running = due_days(stage, now)
        overdue = tuple(clock for clock in now.overdue if clock in running)
        title = wording.title(plan, stage, profile)
        return cls(plan, state, profile, stage, now, title, days, overdue, _status(now, days, overdue))

    @property
    def put_off(self) -> Span | None:
        """The former days of a stage that has no new ones."""
        return None if self.now.held or self.planned else self.now.postponed

    def entry(self, kind: Kind, days: Span, summary: Wording, description: Wording, part: str = "") -> Entry:
        """An entry of the stage; `part` tells it from the one for the days of the congress, which has none."""
        plan, stage = self.plan, self.stage
        put_off = not part and self.put_off is not None
        status = Status.POSTPONED if put_off else self.status
        words = [Wording.of(plan.level_titles.get(stage.level), stage.level), STATUS_WORDS[status]]
        if part:
            words.append(KIND_WORDS[kind])
        return Entry(
            key=f"{stage.id}/{part}" if part else stage.id,
            uid=uid(plan.campaign, self.profile.code, stage.id, part),
            stage=stage.id,
            level=stage.level,
            kind=kind,
            status=status,
            confirmation="TENTATIVE" if put_off else "CONFIRMED",
            first=days.first,
            last=days.last,
            summary=summary.cleaned(),
            description=description,
            categories=tuple(word.cleaned() for word in words),
            color=COLOR_POSTPONED if put_off else COLORS[kind],
            transparent=bool(part) or put_off,
            follows=uid(plan.campaign, self.profile.code, stage.after) if stage.after and not part else "",
        )


def _status(now: StageState, days: Span | None, overdue: tuple[Clock, ...]) -> Status:
    if now.held:
        return Status.HELD
    if overdue:
        return Status.OVERDUE
    if days:
        return Status.SCHEDULED
    return Status.POSTPONED if now.postponed else Status.OPEN
