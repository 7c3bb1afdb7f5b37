"""Which units right below a unit are not reached: nobody is told there, or their messages are refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from calendars.store.contacts import unreached
from calendars.store.reading import TreeUnit
from calendars.store.schema import contacts, outbox, units

SENT, REFUSED = "sent", "refused"


@dataclass(frozen=True, slots=True)
class RefusedNotice:
    """The last notice that a contact of a unit did not get: the contact's role, why, and since when that is known."""

    unit: str
    name: str
    role: str
    reason: str
    at: datetime


def unreached_children(connection: Connection, campaign: str, unit: str) -> list[TreeUnit]:
    """The living units directly below with stages in the plan and nobody who is told, in the order of their codes."""
    return unreached(connection, campaign, units.c.parent == unit)


def refused_children(connection: Connection, campaign: str, unit: str) -> list[RefusedNotice]:
    """The living contacts of living units directly below whose last notice was refused, in the order of these units'
    codes. One that got a later notice is reached again."""
    columns = (units.c.unit, units.c.name, contacts.c.id, contacts.c.role, outbox.c.reason, outbox.c.settled)
    query = (
        select(*columns)
        .join(contacts, contacts.c.id == outbox.c.contact)
        .join(units, (units.c.campaign == contacts.c.campaign) & (units.c.unit == contacts.c.unit))
        .where(
            outbox.c.status == REFUSED,
            outbox.c.campaign == campaign,
            outbox.c.settled.is_not(None),
            contacts.c.gone.is_(None),
            units.c.parent == unit,
            units.c.ended.is_(None),
        )
        .order_by(outbox.c.settled, outbox.c.id)
    )
    last = {row.id: row for row in connection.execute(query)}
    if not last:
        return []
    reached = (
        select(outbox.c.contact, func.max(outbox.c.settled, type_=outbox.c.settled.type).label("at"))
        .where(outbox.c.status == SENT, outbox.c.contact.in_(list(last)))
        .group_by(outbox.c.contact)
    )
    since = {row.contact: row.at for row in connection.execute(reached)}
    found = [row for row in last.values() if row.id not in since or row.settled > since[row.id]]
    notices = [RefusedNotice(row.unit, row.name, row.role, row.reason, row.settled) for row in found]
    return sorted(notices, key=lambda one: (one.unit, one.role))
