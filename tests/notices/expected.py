"""Which messages a rehearsed campaign must send: a second opinion, from the campaign's files and the rules in words.

Nothing here comes from `calendars.sequence` or `calendars.store`. It covers what a rehearsal can bring about: each
stage is announced at most once and reported at most once, every contact reads single e-mails, nobody acknowledges, no
unit changes, every freeze ends. In a rehearsal the calendar speaks at 00:00, reports come at 06:00 of a congress's last
day, and at the end of each day all goes out that is due; so a stage held on a day is not spoken of on that day any
more. What moved on one day of one stage comes in one message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import ceil
from typing import NamedTuple

from calendars.campaigns.bundle import Bundle
from calendars.plan.model import LeadIn, Plan, Stage
from calendars.plan.working_days import is_working_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One message: of this kind about this unit, on a day of the campaign, to an address."""

    day: date
    kind: str
    unit: str
    address: str


@dataclass(slots=True)
class Life:
    """A stage of a unit in the rehearsed year: when its days were announced, the freeze's day that put it off, when it
    was held."""

    unit: str
    stage: Stage
    announced: date | None = None
    days: tuple[date, date] | None = None
    put_off: date | None = None
    held: tuple[date, date] | None = None

    def is_held(self, day: date) -> bool:
        return self.held is not None and self.held[1] <= day

    def is_put_off(self, day: date) -> bool:
        return self.put_off is not None and self.put_off <= day

    def clocks(self, day: date) -> list[date]:
        """The days after which the stage is overdue, as they stand on `day`, the earliest first."""
        on = None if self.is_put_off(day) else self.stage.on
        due = (of.date for of in (self.stage.target, self.stage.deadline) if of)
        return sorted({*due, *([on] if on else [])})


class Named(NamedTuple):
    """A date that people are reminded of: so many days before it, of those days that come after `known`. One
    `of_congress` falls with the days of the congress when they are put off."""

    due: date
    offsets: tuple[int, ...]
    known: date
    of_congress: bool


class Year:
    """What happens in a rehearsed year where congresses of some units come later by some days."""

    def __init__(self, bundle: Bundle, delays: Mapping[str, int]) -> None:
        assert not bundle.changes
        assert all(one.to for one in bundle.plan.freezes)
        assert all(one.channels == ("email",) and not one.quiet and not one.digest for one in bundle.contacts)
        self.plan: Plan = bundle.plan
        self.levels = {unit.code: unit.level for unit in bundle.units}
        self.parents = {unit.code: unit.parent for unit in bundle.units}
        stages = ((unit.code, stage) for unit in bundle.units for stage in bundle.plan.stages_of(unit.level))
        self.lives = {(unit, stage.id): Life(unit, stage) for unit, stage in stages}
        self.below: dict[str, list[Life]] = {unit: [] for unit in ("", *self.levels)}
        for life in self.lives.values():
            self.below[self.parents[life.unit]].append(life)
        self.told: dict[str, list[str]] = {unit: [] for unit in self.levels}
        for contact in bundle.contacts:
            if contact.role != "superior":
                self.told[contact.unit].append(contact.email)
        # The day on which each freeze became known, its first and its last.
        self.freezes = [(one.ordered or one.from_, one.from_, one.to) for one in bundle.plan.freezes if one.to]
        self.refused: set[tuple[str, str]] = set()
        self._live(bundle, delays)

    def _live(self, bundle: Bundle, delays: Mapping[str, int]) -> None:
        plan, reports = self.plan, []
        order = {stage.id: (-plan.levels.index(stage.level), no) for no, stage in enumerate(plan.stages)}
        for row in bundle.reports:
            late = delays.get(row.unit, 0) * DAY
            reports.append(((row.to or row.on) + late, order[row.stage], row.unit, row.on + late, row))
        # By day, on one day from below.
        for last, _, _, first, row in sorted(reports, key=lambda report: report[:3]):
            life = self.lives[row.unit, row.stage]
            if row.announced is not None and row.announced < first:
                life.announced, life.days = max(row.announced, plan.from_), (first, last)
            if self._frozen(first, last, last) or not self._may_be_held(life, first):
                self.refused.add((row.unit, row.stage))
            else:
                life.held = first, last
        for life in self.lives.values():
            planned = life.days or (life.stage.on and (life.stage.on, life.stage.on))
            freeze = self._frozen(*planned, plan.until) if planned else None
            if freeze and not life.is_held(freeze[0] - DAY):
                life.put_off = freeze[0]

    def _may_be_held(self, life: Life, first: date) -> bool:
        """What comes before was held, and enough below by the first day."""
        if life.stage.after and not self.lives[life.unit, life.stage.after].is_held(first):
            return False
        counted = self.counted(life)
        held = sum(one.is_held(first) for one in counted)
        return life.stage.gate is None or held >= ceil(life.stage.gate.share * len(counted))

    def counted(self, life: Life) -> list[Life]:
        """The stages below that the gate of a stage counts."""
        gate = life.stage.gate
        return [one for one in self.below[life.unit] if gate and one.stage.id == gate.children]

    def _frozen(self, first: date, last: date, today: date) -> tuple[date, date, date] | None:
        """A freeze that is known today and has one of these days."""
        return next((one for one in self.freezes if one[0] <= today and one[1] <= last and first <= one[2]), None)

    # The messages

    def messages(self) -> Counter[Message]:
        """All messages of the year."""
        found: Counter[Message] = Counter()
        for life in self.lives.values():
            own = [
                *(("reminder", day) for of in self._dates(life) for day in self._reminded(life, of)),
                *(("overdue", day) for day in self._overdue(life)),
                *(("change", day) for day in self._changed(life)),
            ]
            found.update(Message(day, kind, life.unit, to) for kind, day in own for to in self.told[life.unit])
            for above, day in self._climbed(life):
                found.update(Message(day, "escalation", life.unit, to) for to in self.told[above])
        for unit in self.levels:
            found.update(Message(day, "digest", unit, to) for day in self._digests(unit) for to in self.told[unit])
        return found

    def _dates(self, life: Life) -> Iterator[Named]:
        stage, reminders, joined = life.stage, self.plan.reminders, self.plan.from_ - DAY
        usual = reminders.before if stage.remind is None else stage.remind
        for due in (stage.target, stage.deadline):
            if due:
                yield Named(due.date, usual, joined, of_congress=False)
        if stage.on:
            yield Named(stage.on, usual, joined, of_congress=True)
        if life.days and life.announced:
            yield Named(life.days[0], usual, life.announced, of_congress=True)
        first = life.days[0] if life.days else stage.on
        for step in stage.lead_ins if first else ():
            offsets = reminders.lead_ins if step.remind is None else step.remind
            yield Named(_counted_back(step, first), offsets, life.announced or joined, of_congress=True)

    def _reminded(self, life: Life, of: Named) -> set[date]:
        """The days of messages about a date: working days before it; what a freeze withheld comes once after it."""
        days = set()
        for offset in of.offsets:
            day = of.due - offset * DAY
            if day <= of.known:
                continue
            earlier = _working(day, -DAY)
            day = self._after_freeze(earlier if earlier > of.known else day)
            if day > of.due:
                continue
            out = _working(day, DAY)
            out = day if out > of.due else out
            if not (life.is_held(out) or (of.of_congress and life.is_put_off(out)) or out > self.plan.until):
                days.add(out)
        return days

    def _after_freeze(self, day: date) -> date:
        while freeze := self._frozen(day, day, day):
            day = freeze[2] + DAY
        return day

    def _overdue(self, life: Life) -> set[date]:
        """From the first working day after a due day on, at the plan's interval, moved to working days."""
        every = self.plan.reminders.overdue_every
        weeks = range((self.plan.until - self.plan.from_).days // every + 1)
        return {
            day
            for due in life.clocks(self.plan.until)
            for no in weeks
            if self._counts(life, due, day := _working(_working(due + DAY, DAY) + no * every * DAY, DAY))
        }

    def _climbed(self, life: Life) -> Iterator[tuple[str, date]]:
        """Which superior is told on which day that the stage is overdue: one step up at each interval."""
        after = self.plan.reminders.escalate_after
        for due in life.clocks(self.plan.until):
            above, step, day = self.parents[life.unit], 1, due
            while above:
                day = _working(max(_working(due + DAY, DAY) + step * after * DAY, day + DAY), DAY)
                if self._counts(life, due, day):
                    yield above, day
                above, step = self.parents[above], step + 1

    def _counts(self, life: Life, due: date, day: date) -> bool:
        """Whether on `day` the stage is spoken of as overdue since `due`: the last date that passed."""
        if day > self.plan.until or life.is_held(day) or life.is_put_off(day) or self._frozen(day, day, day):
            return False
        return due == max(clock for clock in life.clocks(day) if clock < day)

    def _changed(self, life: Life) -> Iterator[date]:
        """A freeze put off days that people had been told: one message, whatever it was that they had been told."""
        if life.put_off and any(self._reminded(life, of) for of in self._dates(life) if of.of_congress):
            yield life.put_off

    def _digests(self, unit: str) -> Iterator[date]:
        """Each week while a gate waits for somebody below, and once more; but only with anything to say."""
        own = [self.lives[unit, stage.id] for stage in self.plan.stages_of(self.levels[unit])]
        counted = [one for life in own for one in self.counted(life)]
        since, waited = None, False
        for day in _first_working_days(self.plan.from_, self.plan.until):
            waits = any(not one.is_held(day - DAY) for one in counted)
            if (waits or waited) and any(self._is_line(one, since, day) for one in self.below[unit]):
                yield day
                since = day
            waited = waits

    def _is_line(self, life: Life, since: date | None, day: date) -> bool:
        """Whether a summary of `day` has anything of this stage: newly held, due within a fortnight, or overdue."""
        if life.held and life.is_held(day):
            return life.held[1] > (since or day - 7 * DAY)
        ahead = life.clocks(day)
        if life.days and life.announced and life.announced <= day and not life.is_put_off(day):
            first, last = life.days
            ahead.append(first if first >= day else last)
        return any(day <= due <= day + 14 * DAY for due in ahead) or any(due < day for due in life.clocks(day))


@cache
def _working(day: date, step: timedelta) -> date:
    while not is_working_day(day):
        day += step
    return day


def _counted_back(step: LeadIn, first: date | None) -> date:
    assert first
    if step.working_days is None:
        return first - (step.days or 0) * DAY
    day = first
    for _ in range(step.working_days):
        day = _working(day - DAY, -DAY)
    return day


def _first_working_days(first: date, last: date) -> Iterator[date]:
    """The first working day of each week, from Monday on, that lies between these days."""
    monday = first - first.weekday() * DAY
    while monday <= last:
        day = _working(monday, DAY)
        if first <= day <= last and day - monday < 7 * DAY:
            yield day
        monday += 7 * DAY
