"""Who is told of a unit. Personal data: no event has it, and of a channel only its kind is ever shown or logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.campaigns.contacts import EMAIL_CHANNEL, SUPERIOR, ContactRow, identity, reference
from calendars.errors import UserError
from calendars.notices.transports.channels import key_of
from calendars.store.reading import TreeUnit, below
from calendars.store.schema import contacts, stages, units

# What an import leaves as it is: who came when, and what the person chose.
KEPT = ("id", "muted", "added")


class Effect(StrEnum):
    """What an import does with a contact."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or office of a unit. `role`, `language`, `quiet` and `digest` are what `calendars.campaigns.contacts`
    says; `muted` are the `channels` that the person unsubscribed; `gone` is since when it is no contact any more."""

    id: str
    campaign: str
    unit: str
    name: str
    role: str
    language: str
    email: str
    channels: tuple[str, ...]
    muted: tuple[str, ...]
    digest: str
    quiet: str
    source: str
    added: datetime
    gone: datetime | None = None

    @property
    def open_channels(self) -> tuple[str, ...]:
        """The channels that messages may go to, in the contact's order; none once it is gone."""
        return () if self.gone else tuple(channel for channel in self.channels if channel not in self.muted)

    @property
    def reachable(self) -> bool:
        """Whether a message can go anywhere."""
        return bool(self.open_channels)

    @property
    def mail_only(self) -> bool:
        """Whether a message goes by e-mail or not at all."""
        return self.open_channels == (EMAIL_CHANNEL,)

    def channel(self, key: str) -> str | None:
        """The channel that `key_of` gives this key for, None where the contact has it no more."""
        return next((channel for channel in self.channels if key_of(channel) == key), None)


def contact_id(campaign: str, unit: str, role: str, email: str, channels: Iterable[str]) -> str:
    """The id of a contact, 16 hexadecimal digits that are the same at every import."""
    key = "\0".join((campaign, unit, role, identity(email, channels)))
    return sha256(key.encode()).hexdigest()[:16]


def put(connection: Connection, campaign: str, rows: Iterable[ContactRow], now: datetime) -> tuple[int, int, int]:
    """Makes the contacts of these rows as the rows say, and leaves all others alone; gives how many were added, changed
    and the same. One that was removed comes back (and counts as changed); what a person unsubscribed stays so."""
    found = _effects(connection, campaign, rows, now)
    writing = [one for one, effect in found if effect != Effect.SAME]
    if writing:
        connection.execute(_upsert(connection.dialect.name), [_values(one) for one in writing])
    counts = Counter(effect for _, effect in found)
    return counts[Effect.NEW], counts[Effect.CHANGED], counts[Effect.SAME]


def effects(connection: Connection, campaign: str, rows: Iterable[ContactRow], now: datetime) -> list[Effect]:
    """What `put` would do with each of these rows."""
    return [effect for _, effect in _effects(connection, campaign, rows, now)]


def _effects(
    connection: Connection, campaign: str, rows: Iterable[ContactRow], now: datetime
) -> list[tuple[Contact, Effect]]:
    known = {one.id: one for one in _found(connection, select(contacts).where(contacts.c.campaign == campaign))}
    found: dict[str, tuple[Contact, Effect]] = {}
    for wanted in (_contact_of(campaign, row, now) for row in rows):
        there = known.get(wanted.id)
        same = there is not None and _said(wanted) == _said(there)
        found[wanted.id] = wanted, Effect.SAME if same else Effect.CHANGED if there else Effect.NEW
    return list(found.values())


def missing_rows(connection: Connection, campaign: str, rows: Iterable[ContactRow]) -> list[ContactRow]:
    """Those of the rows whose contact the store never had. One that was removed, or is otherwise there, is known."""
    known = set(connection.scalars(select(contacts.c.id).where(contacts.c.campaign == campaign)))
    return [row for row in rows if contact_id(campaign, row.unit, row.role, row.email, row.channels) not in known]


def of_units(connection: Connection, campaign: str, codes: Collection[str]) -> dict[str, list[Contact]]:
    """The living contacts of each of these units, reachable or not, in the order in which they came; none, an empty
    list."""
    found: dict[str, list[Contact]] = {code: [] for code in codes}
    for row in connection.execute(_OF_UNITS, {"of_campaign": campaign, "codes": list(found)}):
        found[row.unit].append(_contact(row))
    return found


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Contact]:
    """The living contacts with these ids."""
    return {one.id: one for one in _found(connection, _LIVING.where(contacts.c.id.in_(sorted(ids))))}


def listed(connection: Connection, campaign: str, unit: str = "") -> list[Contact]:
    """The living contacts of a unit, or of the whole campaign, by unit and in the order in which they came."""
    return _found(connection, _living(campaign).where(contacts.c.unit == unit if unit else true()))


def kept_channels(found: Iterable[Contact]) -> dict[str, str]:
    """The channels of these contacts besides e-mail, by what stands for each in files that we give out."""
    channels = {channel for one in found for channel in one.channels if channel != EMAIL_CHANNEL}
    return {reference(channel): channel for channel in channels}


def find(connection: Connection, contact_id: str) -> Contact | None:
    """The contact with this id, gone or not."""
    return next(iter(_found(connection, select(contacts).where(contacts.c.id == contact_id))), None)


def remove(connection: Connection, campaign: str, unit: str, who: str, now: datetime) -> list[Contact]:
    """Ends the contacts of the unit that have the id or e-mail address `who`: nothing is sent to them any more.

    Raises `UserError` when the unit has none.
    """
    living = listed(connection, campaign, unit)
    ending = [one for one in living if who == one.id or (one.email and who.lower() == one.email.lower())]
    if not ending:
        raise UserError(
            f"Unit {unit} has no contact with this id or e-mail address, expected one that "
            f"`congress contacts list {unit}` shows."
        )
    ids = [one.id for one in ending]
    connection.execute(update(contacts).where(contacts.c.id.in_(ids)).values(gone=now))
    return ending


def mute(connection: Connection, contact_id: str, channel: str) -> None:
    """Nothing more goes to this channel of the contact. Safe to repeat; an unknown contact is left alone."""
    _change_muted(connection, contact_id, lambda muted: [*muted, channel] if channel not in muted else muted)


def unmute(connection: Connection, contact_id: str, channel: str) -> None:
    """Messages go to this channel of the contact again. Safe to repeat; an unknown contact is left alone."""
    _change_muted(connection, contact_id, lambda muted: [one for one in muted if one != channel])


def missing(connection: Connection, campaign: str, under: str = "") -> list[TreeUnit]:
    """The living units, of the campaign or from `under` down, that have stages in the plan and nobody who is told, in
    the order of their codes."""
    inside = units.c.unit.in_(select(below(campaign, under).c.unit)) if under else true()
    return unreached(connection, campaign, inside)


def unreached(connection: Connection, campaign: str, among: ColumnElement[bool]) -> list[TreeUnit]:
    """The same among the units that the condition holds for. Who watches from the superior is told of escalations only,
    so the unit still needs somebody of its own."""
    walks = select(stages.c.unit).where(stages.c.campaign == campaign, stages.c.unit == units.c.unit).exists()
    columns = (units.c.unit, units.c.name, units.c.level, units.c.parent, units.c.tags)
    query = select(*columns).where(units.c.campaign == campaign, units.c.ended.is_(None), walks, among)
    found = [TreeUnit(*row[:4], tuple(row.tags)) for row in connection.execute(query.order_by(units.c.unit))]
    theirs = select(units.c.unit).where(units.c.campaign == campaign, among)
    told = _found(connection, _living(campaign).where(contacts.c.unit.in_(theirs), contacts.c.role != SUPERIOR))
    reached = {contact.unit for contact in told if contact.reachable}
    return [unit for unit in found if unit.code not in reached]


_ORDER = (contacts.c.unit, contacts.c.added, contacts.c.role, contacts.c.id)
_LIVING = select(contacts).where(contacts.c.gone.is_(None)).order_by(*_ORDER)
# Made once: asked for in every transaction that writes notices.
_OF_UNITS = _LIVING.where(
    contacts.c.campaign == bindparam("of_campaign"), contacts.c.unit.in_(bindparam("codes", expanding=True))
)


def _living(campaign: str) -> Select[Any]:
    return _LIVING.where(contacts.c.campaign == campaign)


def _found(connection: Connection, query: Select[Any]) -> list[Contact]:
    return [_contact(row) for row in connection.execute(query)]


def _contact(row: Row[Any]) -> Contact:
    values = row._asdict()
    return Contact(**{**values, "channels": tuple(row.channels), "muted": tuple(row.muted)})


def _contact_of(campaign: str, row: ContactRow, now: datetime) -> Contact:
    return Contact(
        contact_id(campaign, row.unit, row.role, row.email, row.channels),
        campaign,
        row.unit,
        row.name,
        row.role,
        row.language,
        row.email,
        row.channels,
        (),
        row.digest,
        row.quiet,
        row.source,
        now,
    )


def _values(contact: Contact) -> dict[str, Any]:
    return {column.name: getattr(contact, column.name) for column in contacts.c}


def _said(contact: Contact) -> dict[str, Any]:
    """What a row says of a contact."""
    return {name: value for name, value in _values(contact).items() if name not in KEPT}


@cache
def _upsert(dialect: str) -> Any:
    """Written so that somebody who unsubscribes at the same moment is not overruled."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(contacts)
    said = {column.name: statement.excluded[column.name] for column in contacts.c if column.name not in KEPT}
    return statement.on_conflict_do_update(index_elements=["id"], set_=said)


def _change_muted(connection: Connection, contact_id: str, change: Callable[[list[str]], list[str]]) -> None:
    muted = connection.scalar(select(contacts.c.muted).where(contacts.c.id == contact_id).with_for_update())
    if muted is not None:
        connection.execute(update(contacts).where(contacts.c.id == contact_id).values(muted=change(muted)))
