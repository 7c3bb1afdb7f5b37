"""Taking notices out of the outbox to send them: each is looked at once more, and leased so that nobody else sends it.

Both happen in one transaction. A report that is journalled before it withdraws the notice, one that comes after it
finds the notice on its way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, false, or_, select, update

from calendars.notices.transports.base import Outcome, Verdict
from calendars.sequence.notices import CHANGE, DIGEST, Planned, unwanted
from calendars.sequence.state import UnitState
from calendars.store.contacts import Contact, by_ids
from calendars.store.database import Store
from calendars.store.outbox_statements import HOST, PLANNED, SENT, WITHDRAWN
from calendars.store.reading import Campaign, read_campaign
from calendars.store.schema import Instant, contacts, deliveries, outbox, units
from calendars.store.states import Plans, load_state, read_plans

LEASE = timedelta(seconds=60)
TRIED = "tried"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Notices that go to one person as one message. `message` are its bytes once it was tried, and it never becomes
    another; `settled` is what the channels said, by their keys, that have it or refused it. `since` is when it was
    tried for the first time, as far as that is recorded: now, where it never was."""

    id: str
    campaign: Campaign
    contact: Contact
    rows: tuple[Row[Any], ...]
    message: bytes | None
    leased_until: datetime
    settled: dict[str, Outcome]
    since: datetime

    @property
    def numbers(self) -> list[int]:
        """The notices in it."""
        return [row.id for row in self.rows]

    @property
    def attempts(self) -> int:
        """How often it was tried, this time included."""
        return 1 + max(int(row.attempts) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim took, and how many notices it found useless."""

    parcels: tuple[Parcel, ...] = ()
    withdrawn: int = 0


def claim(store: Store, now: datetime, limit: int, *, mail: bool) -> Claimed:
    """Leases up to about `limit` notices that are due at `now`; without `mail` none that only e-mail can bring."""
    with store.writing() as connection:
        rows = _due(connection, now, limit, mail=mail)
        if not rows:
            return Claimed()
        return _Claim(connection, now).take(rows)


def next_due(connection: Connection) -> datetime | None:
    """When the next notice that waits is due."""
    found: datetime | None = connection.scalar(
        select(outbox.c.due).where(outbox.c.status == PLANNED).order_by(outbox.c.due).limit(1)
    )
    return found


def _due(connection: Connection, now: datetime, limit: int, *, mail: bool) -> list[Row[Any]]:
    waiting = [
        outbox.c.status == PLANNED,
        outbox.c.due <= now,
        or_(outbox.c.lease.is_(None), outbox.c.lease < now),
        *([] if mail else [outbox.c.mail_only == false()]),
    ]
    query = select(outbox).where(*waiting).order_by(outbox.c.due, outbox.c.id).with_for_update(skip_locked=True)
    first = list(connection.execute(query.limit(limit)))
    # Whoever gets gathered messages gets all that is due in one, and a message that was tried stays whole.
    people = {row.contact for row in first}
    tried = {row.message_id for row in first if row.attempts}
    known = {row.id for row in first}
    gathering = select(contacts.c.id).where(contacts.c.id.in_(people), contacts.c.digest != "")
    changes = and_(outbox.c.contact.in_(people), outbox.c.kind == CHANGE)
    together = or_(changes, outbox.c.contact.in_(gathering), outbox.c.message_id.in_(tried))
    more = connection.execute(query.where(together))
    return [*first, *(row for row in more if row.id not in known)]


class _Claim:
    """One transaction's look at what is due."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._campaigns: dict[str, Campaign] = {}
        self._plans: dict[str, Plans] = {}

    def take(self, rows: Sequence[Row[Any]]) -> Claimed:
        people = by_ids(self._connection, {row.contact for row in rows})
        states = dict(self._states(rows))
        written = {row.message_id for row in rows if row.message is not None}
        groups: dict[tuple[str, ...], list[Row[Any]]] = {}
        reasons: dict[int, str] = {}
        for row in rows:
            contact = people.get(row.contact)
            reasons[row.id] = self._reason(row, states[row.campaign, row.unit], contact)
            groups.setdefault(_together(row, contact, written), []).append(row)
        useless, parcels = [], []
        for (way, *_), group in groups.items():
            # A message that was tried may have arrived: it stays what it was while any of it is of use.
            whole = way == TRIED and any(not reasons[row.id] for row in group)
            kept = [row for row in group if whole or not reasons[row.id]]
            useless += [row for row in group if row not in kept]
            if kept:
                parcels.append((kept, people[kept[0].contact]))
        if useless:
            self._withdraw({row.id: reasons[row.id] for row in useless})
        return Claimed(tuple(self._lease(parcels)), len(useless))

    def _reason(self, row: Row[Any], state: UnitState, contact: Contact | None) -> str:
        if contact is None or not contact.reachable:
            return "unsubscribed"
        former = row.data.get("former")
        told = date.fromisoformat(former) if former else None
        planned = Planned(row.kind, row.stage, row.anchor, row.anchor_date, told)
        return unwanted(state, planned, self._campaign(row.campaign).clock.day_at(self._now))

    def _withdraw(self, reasons: dict[int, str]) -> None:
        tries = _tries(self._connection, list(reasons))
        values = []
        for number, reason in reasons.items():
            # What one channel has was sent, though another channel never got it.
            has = number in tries and any(one.verdict is Verdict.SENT for one in tries[number].settled.values())
            status = SENT if has else WITHDRAWN
            values.append({"of": number, "as": status, "why": "" if has else reason, "at": self._now})
        self._connection.execute(_WITHDRAW, values)

    def _lease(self, groups: Sequence[tuple[list[Row[Any]], Contact]]) -> Iterator[Parcel]:
        until = self._now + LEASE
        leased, parcels = [], []
        for rows, contact in groups:
            lead = min(rows, key=lambda row: row.id)
            message = next((row.message for row in rows if row.message is not None), None)
            name = rows[0].message_id if message is not None else _name(lead)
            leased += [{"of": row.id, "until": until, "name": name} for row in rows]
            ordered = tuple(sorted(rows, key=lambda row: row.id))
            parcels.append((name, self._campaign(lead.campaign), contact, ordered, message))
        if leased:
            self._connection.execute(_LEASE, leased)
        tries = _tries(self._connection, [row.id for rows, _ in groups for row in rows if row.attempts])
        for name, campaign, contact, ordered, message in parcels:
            of = [tries[row.id] for row in ordered if row.id in tries]
            settled = {key: said for one in of for key, said in one.settled.items()}
            since = min((one.first for one in of), default=self._now)
            yield Parcel(name, campaign, contact, ordered, message, until, settled, since)

    def _states(self, rows: Iterable[Row[Any]]) -> Iterator[tuple[tuple[str, str], UnitState]]:
        for campaign in sorted({row.campaign for row in rows}):
            codes = sorted({row.unit for row in rows if row.campaign == campaign})
            plans = self._plans.setdefault(campaign, read_plans(self._connection, campaign))
            query = select(units.c.unit, units.c.level, units.c.state).where(
                units.c.campaign == campaign, units.c.unit.in_(codes)
            )
            for row in self._connection.execute(query):
                yield (campaign, row.unit), load_state(row.state, plans, row.level)

    def _campaign(self, name: str) -> Campaign:
        if name not in self._campaigns:
            self._campaigns[name] = read_campaign(self._connection, name)
        return self._campaigns[name]


def _together(row: Row[Any], contact: Contact | None, written: Collection[str]) -> tuple[str, ...]:
    """What notices of one message have in common. `written` are the messages that were tried."""
    if row.message_id in written:
        return TRIED, row.message_id
    if row.kind == DIGEST or contact is None:
        return "alone", str(row.id)
    if contact.digest:
        return "gathered", row.campaign, row.contact
    if row.kind == CHANGE:
        return "changes", row.campaign, row.contact, row.unit, row.stage
    return "alone", str(row.id)


def _name(lead: Row[Any]) -> str:
    """What a message is called that is to be written. Another one under the lead's name may have arrived before."""
    if not lead.attempts:
        return str(lead.message_id)
    digest = hashlib.sha256(f"{lead.message_id} {lead.id} {lead.attempts}".encode()).hexdigest()[:32]
    return f"{digest}@{HOST}"


@dataclass(slots=True)
class _Tries:
    """What was recorded of a notice: since when it was tried, and what the channels said that have it or refused it."""

    first: datetime
    settled: dict[str, Outcome] = field(default_factory=dict)


def _tries(connection: Connection, numbers: list[int]) -> dict[int, _Tries]:
    found: dict[int, _Tries] = {}
    if numbers:
        query = select(deliveries).where(deliveries.c.notice.in_(numbers)).order_by(deliveries.c.id)
        for row in connection.execute(query):
            tries = found.setdefault(row.notice, _Tries(row.at))
            if row.outcome != Verdict.LATER:
                tries.settled[row.channel_key] = Outcome(Verdict(row.outcome), row.detail)
    return found


_WITHDRAW = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        status=bindparam("as"),
        reason=bindparam("why"),
        settled=bindparam("at", type_=Instant),
        lease=None,
        message=None,
    )
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(lease=bindparam("until", type_=Instant), attempts=outbox.c.attempts + 1, message_id=bindparam("name"))
)
