"""The summary for a superior, from the read model: what the living units directly below it held, owe, and leave unsaid.

What is new: a summary is written at the plan's `reminders.at` of its day or later, and tells what was reported between
that time of the day `since` and that of `today`. So whatever day a report names, and however late it came, it is told
once; the journal knows when it came. What was reported on the day of the launch, which brings past reports along, is
told by the day it names alone, and so is all in the first summary: what was held in the last seven days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)

from calendars.errors import UserError
from calendars.ical.wording import Wording
from calendars.notices.items import Digest, DigestLine
from calendars.notices.phrases import DATES, SCHEDULED
from calendars.plan.clock import instant_of
from calendars.plan.model import Plan, Text
from calendars.sequence.facts import Held
from calendars.sequence.state import Clock, Profile
from calendars.store.reading import Campaign
from calendars.store.schema import contacts, journal, outbox, stages, units

DAY = timedelta(days=1)
FIRST_DAYS = timedelta(days=7)
AHEAD = timedelta(days=14)
REFUSED_DAYS = timedelta(days=30)
REFUSED = "refused"
_UNIT = ("unit", "name", "level", "parent", "tags", "state")
_STAGE = ("stage", "scheduled_first", "scheduled_last", "held_last", "target", "deadline", "postponed_first")
_MARGINS = ("margin_target", "margin_deadline")


def read_digest(
    connection: Connection, campaign: Campaign, unit: str, since: date | None, today: date, unit_url: str = ""
) -> Digest:
    """The summary for `unit` on the campaign's day `today`; `since` is the day of the last one, None for the first.

    `held` has what is new (see above), the newest first; `due` for each open stage the first of its dates within the
    next 14 days; `overdue` the first day that passed, whoever is longest overdue first. Silent is who neither answered
    for the last day that passed nor put the stage off; unreachable is who has no contact, or one who refused a message
    within 30 days.
    Three statements. Raises `UserError` for an unknown unit.
    """
    said = _said(connection, campaign, unit, since, today)
    return replace(
        said.digest,
        unreachable=tuple(_unreachable(connection, campaign.name, unit, said.below, today)),
        totals=tuple(_totals(said.below, campaign.plan, today)),
        unit_url=unit_url,
    )


def has_news(connection: Connection, campaign: Campaign, unit: str, since: date | None, today: date) -> bool:
    """Whether the summary of `read_digest` says anything; mostly found out without all of it."""
    said = _said(connection, campaign, unit, since, today)
    return not said.digest.is_empty or any(_unreachable(connection, campaign.name, unit, said.below, today))


@dataclass(frozen=True, slots=True)
class _Said:
    """A summary without what is missing, and the stages that it is made of."""

    digest: Digest
    below: Sequence[_Open]


def _said(connection: Connection, campaign: Campaign, unit: str, since: date | None, today: date) -> _Said:
    rows = connection.execute(_FAMILY, {"in_campaign": campaign.name, "of_unit": unit, "on": today}).all()
    superior = next((row for row in rows if row.unit == unit), None)
    if superior is None:
        raise UserError(f"There is no unit {unit} in campaign {campaign.name}.")
    below = [_Open.of(row, campaign.plan) for row in rows if row.unit != unit and row.stage is not None]
    told = _told(connection, campaign, unit, since, today) if since else {}
    news = [one.held_line() for one in below if _is_news(one, told, since, today)]
    overdue = [line for one in below if not one.is_held(today) and (line := one.overdue_line(today))]
    overdue.sort(key=lambda line: -line.days)
    digest = Digest(
        unit=_profile(superior),
        today=today,
        since=since,
        held=tuple(sorted(news, key=lambda line: line.day, reverse=True)),
        due=tuple(sorted((line for one in below if (line := one.due_line(today))), key=lambda line: line.day)),
        overdue=tuple(overdue),
        silent=tuple(line for line in overdue if not line.answered),
    )
    return _Said(digest, below)


@dataclass(frozen=True, slots=True)
class _Open:
    """A stage of a unit below: `clocks` are the days after which it is overdue, by their kinds."""

    row: Row[Any]
    title: Text
    clocks: dict[str, date] = field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()

    @classmethod
    def of(cls, row: Row[Any], plan: Plan) -> _Open:
        stage = next((stage for stage in plan.stages if stage.id == row.stage), None)
        now = (row.state.get("stages") or {}).get(row.stage) or {}
        pin = (now.get("pins") or {}).get(Clock.DAY)
        common = date.fromisoformat(pin["day"]) if pin else stage.on if stage else None
        if row.postponed_first is not None:
            common = None  # a stage put off from its one day for all is not late for that day any more
        days = {Clock.DAY.value: common, Clock.TARGET.value: row.target, Clock.DEADLINE.value: row.deadline}
        return cls(
            row,
            title_of(plan, row.stage),
            {clock: day for clock, day in days.items() if day is not None},
            frozenset(now.get("acknowledged") or ()),
        )

    def is_held(self, today: date) -> bool:
        return self.row.held_last is not None and self.row.held_last <= today

    def held_line(self) -> DigestLine:
        row = self.row
        return self._line(row.held_last, None, margin_target=row.margin_target, margin_deadline=row.margin_deadline)

    def due_line(self, today: date) -> DigestLine | None:
        if self.row.held_last is not None:
            return None
        dates = [(day, name) for name, day in self.clocks.items()]
        if self.row.scheduled_last is not None:
            # A congress of several days that has begun is ahead until its last one.
            day = self.row.scheduled_first if self.row.scheduled_first >= today else self.row.scheduled_last
            dates.insert(0, (day, SCHEDULED))
        coming = [(day, name) for day, name in dates if today <= day <= today + AHEAD]
        if not coming:
            return None
        day, name = min(coming, key=lambda found: found[0])
        return self._line(day, name, days=(day - today).days)

    def overdue_line(self, today: date) -> DigestLine | None:
        passed = sorted((day, name) for name, day in self.clocks.items() if day < today)
        if not passed:
            return None
        (day, name), (_, last) = passed[0], passed[-1]
        # Who put the stage off has answered, and is asked nothing more until it has new days.
        put_off = self.row.postponed_first is not None and self.row.scheduled_first is None
        return self._line(day, name, days=(today - day).days, answered=put_off or last in self.acknowledged)

    def _line(self, day: date, anchor: str | None, **more: Any) -> DigestLine:
        row = self.row
        return DigestLine(row.unit, row.name, self.title, day, DATES[anchor] if anchor else None, **more)


def title_of(plan: Plan, stage_id: str) -> Text:
    """The title of a stage, or its identifier in readable form."""
    found = next((stage.title for stage in plan.stages if stage.id == stage_id), None)
    words = Wording.of(found, stage_id)
    return Text(vi=words.vi, en=words.en)


def _is_news(one: _Open, told: dict[tuple[str, str], bool], since: date | None, today: date) -> bool:
    held: date | None = one.row.held_last
    if held is None or held > today:
        return False
    if since is None:
        return held > today - FIRST_DAYS
    return told.get((one.row.unit, one.row.stage), held > since)


def _told(
    connection: Connection, campaign: Campaign, unit: str, since: date, today: date
) -> dict[tuple[str, str], bool]:
    """Of each report that came since the last summary, whether it came in time for this one; else it is the next's."""
    first, last = (_cut(campaign, day) for day in (since, today))
    after_launch = _instant(campaign, campaign.launched_on + DAY, time.min)
    of = {"in_campaign": campaign.name, "of_unit": unit, "after": max(first, after_launch)}
    newest: dict[tuple[str, str], datetime] = {}
    for row in connection.execute(_REPORTED, of):
        key = row.unit, str(row.data.get("stage"))
        newest[key] = max(newest.get(key, row.recorded), row.recorded)
    return {key: recorded <= last for key, recorded in newest.items()}


def _cut(campaign: Campaign, day: date) -> datetime:
    return _instant(campaign, day, campaign.plan.reminders.at)


def _instant(campaign: Campaign, day: date, at: time) -> datetime:
    return instant_of(day, at, campaign.clock.timezone, campaign.clock.shift_days)


def _unreachable(
    connection: Connection, campaign: str, unit: str, below: Sequence[_Open], today: date
) -> Iterator[tuple[str, str]]:
    """Code and name of each unit with an open stage whom no message reaches."""
    of = {"in_campaign": campaign, "of_unit": unit, "after": today - REFUSED_DAYS}
    reached: set[str] = set()
    refusing: set[str] = set()
    for row in connection.execute(_REACHED, of):
        (refusing if row.refused else reached).add(row.unit)
    names = {one.row.unit: one.row.name for one in below if not one.is_held(today)}
    for code, name in names.items():
        if code in refusing or code not in reached:
            yield code, name


def _totals(below: Sequence[_Open], plan: Plan, today: date) -> Iterator[tuple[Text, int, int]]:
    """Stage, how many of the units directly below held it, and of how many; in the plan's order."""
    for stage in plan.stages:
        of = [one for one in below if one.row.stage == stage.id]
        if of:
            yield title_of(plan, stage.id), sum(one.is_held(today) for one in of), len(of)


def _profile(row: Row[Any]) -> Profile:
    known = row.state.get("profile") or {}
    return Profile(row.unit, row.name, row.level, row.parent, known.get("parent_name") or "", tuple(row.tags))


# Made once: building a statement costs more than running it.
_CHILDREN = select(units.c.unit).where(
    units.c.campaign == bindparam("in_campaign"), units.c.parent == bindparam("of_unit")
)


def _family() -> Select[Any]:
    """The unit, and the stages of the living units directly below it, in the order of their codes."""
    living = or_(units.c.ended.is_(None), units.c.ended > bindparam("on"))
    same = (stages.c.campaign == units.c.campaign) & (stages.c.unit == units.c.unit)
    columns = [*(units.c[name] for name in _UNIT), *(stages.c[name] for name in (*_STAGE, *_MARGINS))]
    of_unit: BindParameter[str] = bindparam("of_unit")
    return (
        select(*columns)
        .join_from(units, stages, same, isouter=True)
        .where(
            units.c.campaign == bindparam("in_campaign"),
            or_(units.c.unit == of_unit, and_(units.c.parent == of_unit, living)),
        )
        .order_by(units.c.unit, stages.c.stage)
    )


def _reached() -> CompoundSelect[Any]:
    """The units below that have a contact, and those of which one refused a message."""
    campaign: BindParameter[str] = bindparam("in_campaign")
    there = contacts.c.gone.is_(None)
    living = select(contacts.c.unit, literal(False).label("refused")).where(
        contacts.c.campaign == campaign, contacts.c.unit.in_(_CHILDREN), there
    )
    refused = (
        select(outbox.c.recipient, literal(True))
        .join_from(outbox, contacts, contacts.c.id == outbox.c.contact, isouter=True)
        .where(
            outbox.c.status == REFUSED,
            outbox.c.campaign == campaign,
            outbox.c.recipient.in_(_CHILDREN),
            outbox.c.day > bindparam("after"),
            there,  # whoever refused and left since is no obstacle any more
        )
    )
    return union_all(living, refused)


_FAMILY = _family()
_REACHED = _reached()
_REPORTED = select(journal.c.unit, journal.c.data, journal.c.recorded).where(
    journal.c.campaign == bindparam("in_campaign"),
    journal.c.unit.in_(_CHILDREN),
    journal.c.type == Held.type,
    journal.c.recorded > bindparam("after"),
)
