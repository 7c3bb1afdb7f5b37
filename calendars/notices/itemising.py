"""From notices in the outbox to what their message says, as the read model stands when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from calendars.ical.entry import KIND_WORDS, Kind, uid
from calendars.notices.claiming import Parcel
from calendars.notices.digest import read_digest
from calendars.notices.items import Digest, FeedEntry, Item, NoticeKind
from calendars.notices.links import Links
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

DAY_WORDS = Text(vi="Ngày tổ chức", en="Day of the congress")
ACKNOWLEDGED = (NoticeKind.OVERDUE, NoticeKind.ESCALATION)


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
        found.append(_item(connection, parcel, row, state, plan, today, links))
    return tuple(found)


def digest(connection: Connection, parcel: Parcel, today: date, links: Links) -> Digest:
    """The summary of a parcel that is one."""
    row = parcel.rows[0]
    url = links.unit(parcel.campaign.name, row.unit)
    since = last_digest(connection, row)
    return read_digest(connection, parcel.campaign, row.unit, since, today, url)


def last_digest(connection: Connection, row: Row[Any]) -> date | None:
    """The day of the last summary that went to the same person."""
    found: date | None = connection.scalar(
        select(outbox.c.day)
        .where(
            outbox.c.campaign == row.campaign,
            outbox.c.unit == row.unit,
            outbox.c.stage == "",
            outbox.c.contact == row.contact,
            outbox.c.kind == row.kind,
            outbox.c.id < row.id,
            outbox.c.status == SENT,
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return found


def _item(
    connection: Connection, parcel: Parcel, row: Row[Any], state: UnitState, plan: Plan, today: date, links: Links
) -> Item:
    assert state.profile is not None, "units are stored enrolled"
    stage = state.rules.stage(row.stage) or plan.stage(row.stage)
    now, kind, campaign = state.stage(stage.id), NoticeKind(row.kind), parcel.campaign.name
    is_change = kind is NoticeKind.CHANGE
    day = current(state, stage.id, row.anchor) if is_change else row.anchor_date
    return Item(
        kind=kind,
        unit=state.profile,
        stage=stage.id,
        stage_title=stage.title or Text(vi=stage.id, en=stage.id),
        anchor=row.anchor,
        anchor_title=_anchor_title(stage, row.anchor),
        day=day,
        today=today,
        planned=planned(stage, now) if row.anchor in DAYS else None,
        former=date.fromisoformat(row.data["former"]) if is_change and row.data["former"] else None,
        reason=citation(row.data["reason"], plan.instruments) or "" if is_change else "",
        source=citation(row.data["source"], plan.instruments) or "" if is_change else "",
        step=row.offset if kind is NoticeKind.ESCALATION else 0,
        target=stage.target.date if stage.target else None,
        deadline=stage.deadline.date if stage.deadline else None,
        lead_ins=tuple(_lead_ins(state, stage)),
        unit_url=links.unit(campaign, row.unit),
        acknowledge_url=links.acknowledge(campaign, row.unit, parcel.contact.id) if kind in ACKNOWLEDGED else "",
        entry=_entry(connection, uid(campaign, row.unit, stage.id, _part(row.anchor)), campaign),
    )


def _lead_ins(state: UnitState, stage: Stage) -> Iterator[tuple[Text, date]]:
    dates = dates_of(state.rules, stage, state.stage(stage.id))
    for lead_in in stage.lead_ins:
        if day := dates.get(LEAD_IN + lead_in.id):
            yield lead_in.title or Text(vi=lead_in.id, en=lead_in.id), day


def _anchor_title(stage: Stage, anchor: str) -> Text:
    if anchor in DAYS:
        return DAY_WORDS
    if anchor.startswith(LEAD_IN):
        name = anchor.removeprefix(LEAD_IN)
        return next((one.title for one in stage.lead_ins if one.id == name and one.title), Text(vi=name, en=name))
    words = KIND_WORDS[Kind(anchor)]
    return Text(vi=words.vi, en=words.en)


def _part(anchor: str) -> str:
    """What tells the entry of a date from the others of its stage."""
    return "" if anchor in DAYS else anchor


def _entry(connection: Connection, name: str, campaign: str) -> FeedEntry | None:
    row = connection.execute(select(entries).where(entries.c.campaign == campaign, entries.c.uid == name)).one_or_none()
    if row is None:
        return None
    return FeedEntry(row.uid, row.facts, row.sequence, row.created, row.modified)
