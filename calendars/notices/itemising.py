"""From notices in the outbox to what their message says, as the read model stands when it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from calendars.ical.entry import uid
from calendars.notices.claiming import Parcel
from calendars.notices.digest import read_digest
from calendars.notices.items import Digest, FeedEntry, Item, NoticeKind
from calendars.notices.links import Links
from calendars.notices.phrases import DATES
from calendars.plan.model import Plan, Stage, Text
from calendars.plan.sources import citation
from calendars.sequence.notices import DAYS, current
from calendars.sequence.reminding import LEAD_IN, dates_of
from calendars.sequence.state import UnitState
from calendars.sequence.status import planned
from calendars.store.outbox_statements import SENT
from calendars.store.reading import unit_state
from calendars.store.schema import entries, outbox
from calendars.store.states import read_plans

ACKNOWLEDGED = (NoticeKind.OVERDUE, NoticeKind.ESCALATION)


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about, from the outbox or from what is yet to come. `said` is what a change says: `former`,
    `reason` and `source`."""

    kind: NoticeKind
    unit: str
    stage: str
    anchor: str
    day: date
    offset: int
    said: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row[Any]) -> About:
        """What a row of the outbox is about."""
        return cls(NoticeKind(row.kind), row.unit, row.stage, row.anchor, row.anchor_date, row.offset, row.data)


def items(connection: Connection, parcel: Parcel, today: date, links: Links) -> tuple[Item, ...]:
    """The notices of a parcel that is no digest."""
    plans = read_plans(connection, parcel.campaign.name)
    states: dict[str, UnitState] = {}
    found = []
    for row in parcel.rows:
        if row.unit not in states:
            states[row.unit] = unit_state(connection, parcel.campaign, row.unit)
        state = states[row.unit]
        plan = plans.plan(state.rules_version)
        found.append(item(connection, plan, state, About.of(row), today, links, parcel.contact.id))
    return tuple(found)


def digest(connection: Connection, parcel: Parcel, links: Links) -> Digest:
    """The summary of a parcel that is one."""
    row = parcel.rows[0]
    url = links.unit(parcel.campaign.name, row.unit)
    # As of the day it was due, whenever it goes out: the next one begins there.
    return read_digest(connection, parcel.campaign, row.unit, last_digest(connection, row), row.day, url)


def last_digest(connection: Connection, row: Row[Any]) -> date | None:
    """The day of the last summary that went to the same person."""
    of = {"in_campaign": row.campaign, "of_unit": row.unit, "to": row.contact, "as": row.kind, "before": row.id}
    found: date | None = connection.scalar(_LAST, of)
    return found


_LAST = (
    select(outbox.c.day)
    .where(
        outbox.c.campaign == bindparam("in_campaign"),
        outbox.c.unit == bindparam("of_unit"),
        outbox.c.stage == "",
        outbox.c.contact == bindparam("to"),
        outbox.c.kind == bindparam("as"),
        outbox.c.id < bindparam("before"),
        outbox.c.status == SENT,
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
)


def item(
    connection: Connection, plan: Plan, state: UnitState, about: About, today: date, links: Links, contact: str
) -> Item:
    """One notice as a message to `contact` says it on `today`."""
    assert state.profile is not None, "units are stored enrolled"
    stage = state.rules.stage(about.stage) or plan.stage(about.stage)
    now, campaign, is_change = state.stage(stage.id), plan.campaign, about.kind is NoticeKind.CHANGE
    former = about.said.get("former")
    acknowledge = links.acknowledge(campaign, about.unit, contact) if about.kind in ACKNOWLEDGED else ""
    return Item(
        kind=about.kind,
        unit=state.profile,
        stage=stage.id,
        stage_title=stage.title or Text(vi=stage.id, en=stage.id),
        anchor=about.anchor,
        anchor_title=_anchor_title(stage, about.anchor),
        day=current(state, stage.id, about.anchor) if is_change else about.day,
        today=today,
        planned=planned(stage, now) if about.anchor in DAYS else None,
        former=date.fromisoformat(former) if former else None,
        reason=citation(about.said.get("reason"), plan.instruments) or "",
        source=citation(about.said.get("source"), plan.instruments) or "",
        step=about.offset if about.kind is NoticeKind.ESCALATION else 0,
        target=stage.target.date if stage.target else None,
        deadline=stage.deadline.date if stage.deadline else None,
        lead_ins=tuple(one for one in _lead_ins(state, stage) if one[1] >= today),
        unit_url=links.unit(campaign, about.unit),
        acknowledge_url=acknowledge,
        entry=_entry(connection, uid(campaign, about.unit, stage.id, _part(about.anchor)), campaign),
        ended=state.ended,
    )


def _lead_ins(state: UnitState, stage: Stage) -> Iterator[tuple[Text, date]]:
    dates = dates_of(state.rules, stage, state.stage(stage.id))
    for lead_in in stage.lead_ins:
        if day := dates.get(LEAD_IN + lead_in.id):
            yield lead_in.title or Text(vi=lead_in.id, en=lead_in.id), day


def _anchor_title(stage: Stage, anchor: str) -> Text:
    if anchor.startswith(LEAD_IN):
        name = anchor.removeprefix(LEAD_IN)
        return next((one.title for one in stage.lead_ins if one.id == name and one.title), Text(vi=name, en=name))
    return DATES[anchor]


def _part(anchor: str) -> str:
    """What tells the entry of a date from the others of its stage."""
    return "" if anchor in DAYS else anchor


def _entry(connection: Connection, name: str, campaign: str) -> FeedEntry | None:
    row = connection.execute(select(entries).where(entries.c.campaign == campaign, entries.c.uid == name)).one_or_none()
    if row is None:
        return None
    return FeedEntry(row.uid, row.facts, row.sequence, row.created, row.modified)
