"""Links to sign in that are mailed: only to a contact whom a living grant names, at the contact's own address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from calendars.errors import UserError
from calendars.store import contacts, sessions
from calendars.store.contacts import Contact
from calendars.store.grants import Grant, known
from calendars.store.schema import grants, sign_ins, units

OPENS = timedelta(minutes=30)
MOST_OUT = 3  # unused links of one grant; whoever asks for more has enough in the mailbox


@dataclass(frozen=True, slots=True)
class MailedLink:
    """The secret of a link that opens the board once, within half an hour, for whom it is, and what it opens."""

    token: str
    to: Contact
    grant: Grant
    unit: str


def contact_with(connection: Connection, campaign: str, unit: str, email: str) -> Contact:
    """The living contact with this e-mail address: the unit's, or else another unit's of the campaign.

    Raises `UserError` when there is none.
    """
    found = [one for one in contacts.listed(connection, campaign) if _same(one.email, email)]
    if not found:
        raise UserError(f"No contact of {campaign} has this address, expected one that `congress contacts list` shows.")
    return min(found, key=lambda one: one.unit != unit)


def tied(connection: Connection, email: str) -> list[Grant]:
    """The living grants of contacts with this address."""
    query = select(grants.c.id, grants.c.contact).where(grants.c.contact.is_not(None), grants.c.revoked.is_(None))
    of: dict[str, str] = {row.id: row.contact for row in connection.execute(query)}
    living = contacts.by_ids(connection, set(of.values()))
    theirs = {id_ for id_, one in living.items() if _same(one.email, email)}
    return [known(connection, grant_id) for grant_id, contact in of.items() if contact in theirs]


def issue(connection: Connection, grant: Grant, now: datetime) -> MailedLink | None:
    """A link to mail; None while enough of them are out.

    Raises `UserError` for a grant that has ended, or is tied to nobody with an e-mail address.
    """
    to = contacts.by_ids(connection, {grant.contact}).get(grant.contact) if grant.contact else None
    if to is None or not to.email:
        raise UserError(
            f"Grant {grant.id} ({grant.label}) has no contact with an e-mail address, expected one that was granted "
            "with --email."
        )
    # Locked, so that two who ask at once are counted one after the other.
    connection.execute(select(grants.c.id).where(grants.c.id == grant.id).with_for_update())
    out = select(func.count()).where(
        sign_ins.c.grant == grant.id, sign_ins.c.until > now, sign_ins.c.until <= now + OPENS
    )
    if (connection.scalar(out) or 0) >= MOST_OUT:
        return None
    token = sessions.issue_link(connection, grant.id, now, OPENS)
    name = select(units.c.name).where(units.c.campaign == grant.campaign, units.c.unit == grant.scope)
    return MailedLink(token, to, grant, connection.scalar(name) or grant.scope)


def _same(one: str, other: str) -> bool:
    return bool(one) and one.strip().lower() == other.strip().lower()
