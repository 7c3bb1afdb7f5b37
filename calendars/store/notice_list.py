"""Notices as evidence: what was planned, sent, refused, withdrawn or acknowledged, with the times of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from calendars.store.outbox_statements import PLANNED
from calendars.store.reading import below
from calendars.store.schema import contacts, deliveries, journal, outbox


@dataclass(frozen=True, slots=True)
class Try:
    """One try on one channel of the contact, told by its kind, and what the other side said."""

    channel: str
    outcome: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody answered for what the notice was about."""

    on: date
    recorded: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about `unit` to a contact of `recipient`, a superior where it climbed. `date` is the day it is about,
    `anchor` the kind of that day; `offset` are days before or after it, the step of a climb, or the event of a change.
    `event` is the number in the unit's stream, `due` when it goes out or is tried again, `reason` why it did not.
    """

    id: int
    unit: str
    kind: str
    stage: str
    anchor: str
    date: date
    offset: int
    event: int
    recipient: str
    contact: str
    contact_name: str
    role: str
    status: str
    reason: str
    planned: datetime
    due: datetime
    settled: datetime | None
    attempts: int
    subject: str
    message_id: str
    former: str | None = None
    acknowledged: Answered | None = None
    deliveries: tuple[Try, ...] = ()


def notices(connection: Connection, campaign: str, unit: str = "", status: str = "") -> list[Notice]:
    """The notices about a unit, or of the whole campaign, in the order in which they were planned."""
    return notices_of(connection, campaign, unit, status)


def notices_of(
    connection: Connection,
    campaign: str,
    unit: str = "",
    status: str = "",
    *,
    under: str = "",
    after: int = 0,
    most: int | None = None,
) -> list[Notice]:
    """The same, of which only those about units that are `under` or below it, and at most so many after an id."""
    of_contact = and_(contacts.c.id == outbox.c.contact)
    query = (
        select(outbox, contacts.c.name.label("contact_name"), contacts.c.role)
        .join(contacts, of_contact, isouter=True)
        .where(outbox.c.campaign == campaign, outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(most)
    )
    if unit:
        query = query.where(outbox.c.unit == unit)
    if under:
        query = query.where(outbox.c.unit.in_(select(below(campaign, under).c.unit)))
    if status:
        query = query.where(outbox.c.status == status)
    rows = connection.execute(query).all()
    last = rows[-1].id if rows else after
    answered = _answered(connection, campaign, unit)
    tries = _tries(connection, campaign, unit, after, last)
    return [
        replace(
            _notice(row),
            acknowledged=answered.get((row.unit, row.stage, row.anchor, row.anchor_date.isoformat())),
            deliveries=tuple(tries.get(row.id, ())),
        )
        for row in rows
    ]


def mark(connection: Connection, campaign: str) -> tuple[Any, ...]:
    """One cheap row that differs after everything that becomes of a campaign's notices."""
    of_campaign = outbox.c.campaign == campaign
    planned = select(func.count(), func.max(outbox.c.id), func.count(outbox.c.settled), func.sum(outbox.c.attempts))
    answered = select(func.max(journal.c.position)).where(journal.c.campaign == campaign)
    tried = select(func.max(deliveries.c.id))
    return (
        *connection.execute(planned.where(of_campaign)).one(),
        connection.scalar(answered),
        connection.scalar(tried),
    )


def counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many notices of the campaign stand where."""
    query = select(outbox.c.status, func.count()).where(outbox.c.campaign == campaign).group_by(outbox.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def waiting(connection: Connection, now: datetime) -> int:
    """How many notices are due at `now` and have not gone out."""
    query = select(func.count()).where(outbox.c.status == PLANNED, outbox.c.due <= now)
    return connection.scalar(query) or 0


def _notice(row: Any) -> Notice:
    return Notice(
        row.id,
        row.unit,
        row.kind,
        row.stage,
        row.anchor,
        row.anchor_date,
        row.offset,
        row.event,
        row.recipient,
        row.contact,
        row.contact_name or "",
        row.role or "",
        row.status,
        row.reason,
        row.planned,
        row.due,
        row.settled,
        row.attempts,
        row.subject,
        row.message_id,
        row.data.get("former"),
    )


def _answered(connection: Connection, campaign: str, unit: str) -> dict[tuple[str, ...], Answered]:
    query = select(journal).where(journal.c.campaign == campaign, journal.c.type == "acknowledged")
    if unit:
        query = query.where(journal.c.unit == unit)
    return {
        (row.unit, row.data["stage"], row.data["clock"], row.data["due"]): Answered(row.effective, row.recorded, row.by)
        for row in connection.execute(query.order_by(journal.c.position))
    }


def _tries(connection: Connection, campaign: str, unit: str, after: int, last: int) -> dict[int, list[Try]]:
    query = (
        select(deliveries)
        .join(outbox, outbox.c.id == deliveries.c.notice)
        .where(outbox.c.campaign == campaign, outbox.c.id > after, outbox.c.id <= last)
        .order_by(deliveries.c.id)
    )
    if unit:
        query = query.where(outbox.c.unit == unit)
    found: dict[int, list[Try]] = {}
    for row in connection.execute(query):
        found.setdefault(row.notice, []).append(Try(row.channel, row.outcome, row.detail, row.at))
    return found


def by_event(found: Iterable[Notice]) -> dict[int, list[Notice]]:
    """The notices of one unit by the events that caused them."""
    events: dict[int, list[Notice]] = {}
    for notice in found:
        events.setdefault(notice.event, []).append(notice)
    return events
