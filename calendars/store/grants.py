"""Who may read what. A grant is a secret in a feed's address; the store keeps only its hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from calendars.errors import UserError
from calendars.store.schema import grants, sessions, sign_ins

DAY = timedelta(days=1)


class Role(StrEnum):
    """What a grant allows within its scope: read, report as well, or everything."""

    VIEW = "view"
    REPORT = "report"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant without its secret. `scope` is the unit whose subtree it opens; instants are UTC.

    `replaces` is the id of the grant that this one took the place of: an address is never given to two secrets.
    `user_agent` is that of the last use; of the requests that opened the feed `answered_200` got it whole, and
    `answered_304` had it already. `parent` is the grant whose person made this one for themselves: it ends with that.
    `contact` is the id of the contact whose it is, who may be mailed links to sign in.
    """

    id: str
    campaign: str
    scope: str
    role: Role
    label: str
    created: datetime
    revoked: datetime | None = None
    last_used: datetime | None = None
    replaces: str | None = None
    user_agent: str | None = None
    answered_200: int = 0
    answered_304: int = 0
    parent: str | None = None
    contact: str | None = None

    @property
    def idle_since(self) -> datetime:
        """When it was last used, or granted where it never was."""
        return self.last_used or self.created


def create(
    connection: Connection,
    *,
    campaign: str,
    scope: str,
    role: Role,
    label: str,
    created: datetime,
    replaces: str | None = None,
    parent: str | None = None,
    contact: str | None = None,
    token: str = "",
) -> tuple[Grant, str]:
    """A new grant and its secret of 256 bits, which nobody can read again; `token` if it is given. The unit need not
    exist yet."""
    grant = Grant(
        secrets.token_hex(4),
        campaign,
        scope,
        role,
        label,
        created,
        replaces=replaces,
        parent=parent,
        contact=contact,
    )
    token = token or new_token()
    connection.execute(
        grants.insert().values(
            id=grant.id,
            campaign=campaign,
            scope=scope,
            role=role.value,
            label=label,
            token_hash=token_hash(token),
            created=created,
            replaces=replaces,
            parent=parent,
            contact=contact,
        )
    )
    return grant, token


def new_token() -> str:
    """A secret of 256 bits."""
    # A leading dash would pass for an option on a command line.
    while (token := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return token


def token_hash(token: str) -> str:
    """What is stored of a secret. It is random enough that neither salt nor a slow hash adds anything."""
    return sha256(token.encode(errors="replace")).hexdigest()


def listed(connection: Connection, campaign: str) -> list[Grant]:
    """The grants of a campaign, revoked ones too, oldest first."""
    query = select(grants).where(grants.c.campaign == campaign).order_by(grants.c.created, grants.c.id)
    return [_grant(row) for row in connection.execute(query)]


def issue_api_token(connection: Connection, grant_id: str) -> str:
    """The token of the grant for the API, which nobody can read again; for another one the grant is rotated.

    It opens no feed, and the secret of the feed no API. Raises `UserError` for an id that is unknown, has ended, or
    has a token.
    """
    token = new_token()
    free = (grants.c.id == grant_id, grants.c.revoked.is_(None), grants.c.api_hash.is_(None))
    issuing = update(grants).where(*free)
    if connection.execute(issuing.values(api_hash=token_hash(token))).rowcount == 0:
        there = known(connection, grant_id)
        raise UserError(f"Grant {grant_id} ({there.label}) has ended or has a token, expected one without.")
    return token


def by_api_hash(connection: Connection) -> dict[str, Grant]:
    """The grants that have a token for the API, under its hash."""
    query = select(grants).where(grants.c.api_hash.is_not(None))
    return {row.api_hash: _grant(row) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Fetching:
    """How many subscribers fetched last within a day, within a week, before that, and never."""

    day: int = 0
    week: int = 0
    older: int = 0
    never: int = 0


def fetching(connection: Connection, campaign: str, now: datetime) -> Fetching:
    """When those whose address still opens something last fetched: a change reaches calendars with their next fetch."""
    counts = dict.fromkeys(("day", "week", "older", "never"), 0)
    for one in listed(connection, campaign):
        if one.revoked is None:
            counts[_since(one.last_used, now)] += 1
    return Fetching(**counts)


def _since(last: datetime | None, now: datetime) -> str:
    if last is None:
        return "never"
    return "day" if now - last <= DAY else "week" if now - last <= 7 * DAY else "older"


def by_hash(connection: Connection) -> dict[str, Grant]:
    """Every grant of every campaign under the hash of its secret."""
    return {row.token_hash: _grant(row) for row in connection.execute(select(grants))}


def find(connection: Connection, token: str) -> Grant | None:
    """The grant of a secret, revoked or not."""
    row = connection.execute(select(grants).where(grants.c.token_hash == token_hash(token))).one_or_none()
    return _grant(row) if row else None


def revoke(connection: Connection, grant_id: str, at: datetime) -> Grant:
    """Ends a grant and the addresses that its person made; one that has ended stays as it is.

    Raises `UserError` for an unknown id.
    """
    _end(connection, grant_id, at)
    return known(connection, grant_id)


def rotate(connection: Connection, grant_id: str, at: datetime) -> tuple[Grant, str]:
    """Ends a grant and makes another of the same campaign, scope, role and label, with a new secret.

    Two grants rather than one with another hash: what was done with the former address stays told apart from what is
    done with the new one. Raises `UserError` for an id that is unknown or has ended.
    """
    # The update decides: of two who rotate at once the second finds a grant that has ended.
    ended_now = _end(connection, grant_id, at)
    former = known(connection, grant_id)
    if not ended_now:
        newer = successor(connection, grant_id)
        hint = f"; grant {newer.id} took its place" if newer else ", expected one that still opens something"
        raise UserError(f"Grant {grant_id} ({former.label}) has ended{hint}.")
    return create(
        connection,
        campaign=former.campaign,
        scope=former.scope,
        role=former.role,
        label=former.label,
        created=at,
        replaces=former.id,
        parent=former.parent,
        contact=former.contact,
    )


def successor(connection: Connection, grant_id: str) -> Grant | None:
    """The grant that took the place of this one, if any did."""
    row = connection.execute(select(grants).where(grants.c.replaces == grant_id)).one_or_none()
    return _grant(row) if row else None


def known(connection: Connection, grant_id: str) -> Grant:
    """The grant with this id, ended or not. Raises `UserError` when there is none."""
    row = connection.execute(select(grants).where(grants.c.id == grant_id)).one_or_none()
    if row is None:
        raise UserError(f"There is no grant {grant_id}, expected an id that `congress access list` shows.")
    return _grant(row)


def _end(connection: Connection, grant_id: str, at: datetime) -> bool:
    for table in (sign_ins, sessions):
        connection.execute(delete(table).where(table.c.grant == grant_id))
    ending = update(grants).where(grants.c.revoked.is_(None)).values(revoked=at)
    ended = connection.execute(ending.where(grants.c.id == grant_id)).rowcount == 1
    connection.execute(ending.where(grants.c.parent == grant_id))
    return ended


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        row.id,
        row.campaign,
        row.scope,
        Role(row.role),
        row.label,
        row.created,
        row.revoked,
        row.last_used,
        row.replaces,
        row.user_agent,
        row.answered_200,
        row.answered_304,
        row.parent,
        row.contact,
    )
