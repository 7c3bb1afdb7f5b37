"""Who may read what. A grant is a secret in a feed's address; the store keeps only its hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select, update

from calendars.errors import UserError
from calendars.store.schema import grants


class Role(StrEnum):
    """What a grant allows within its scope: read, report as well, or everything."""

    VIEW = "view"
    REPORT = "report"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant without its secret. `scope` is the unit whose subtree it opens; instants are UTC."""

    id: str
    campaign: str
    scope: str
    role: Role
    label: str
    created: datetime
    revoked: datetime | None = None
    last_used: datetime | None = None


def create(
    connection: Connection, *, campaign: str, scope: str, role: Role, label: str, created: datetime
) -> tuple[Grant, str]:
    """A new grant and its secret of 256 bits, which nobody can read again. The unit need not exist yet."""
    grant = Grant(secrets.token_hex(4), campaign, scope, role, label, created)
    token = _token()
    connection.execute(
        grants.insert().values(
            id=grant.id,
            campaign=campaign,
            scope=scope,
            role=role.value,
            label=label,
            token_hash=token_hash(token),
            created=created,
        )
    )
    return grant, token


def _token() -> str:
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


def by_hash(connection: Connection) -> dict[str, Grant]:
    """Every grant of every campaign under the hash of its secret."""
    return {row.token_hash: _grant(row) for row in connection.execute(select(grants))}


def find(connection: Connection, token: str) -> Grant | None:
    """The grant of a secret, revoked or not."""
    row = connection.execute(select(grants).where(grants.c.token_hash == token_hash(token))).one_or_none()
    return _grant(row) if row else None


def revoke(connection: Connection, grant_id: str, at: datetime) -> Grant:
    """Ends a grant; one that has ended stays as it is. Raises `UserError` for an unknown id."""
    ending = update(grants).where(grants.c.id == grant_id, grants.c.revoked.is_(None)).values(revoked=at)
    connection.execute(ending)
    row = connection.execute(select(grants).where(grants.c.id == grant_id)).one_or_none()
    if row is None:
        raise UserError(f"There is no grant {grant_id}, expected an id that `congress access list` shows.")
    return _grant(row)


def record_use(connection: Connection, grant_id: str, at: datetime) -> None:
    """Notes that the grant was used."""
    connection.execute(update(grants).where(grants.c.id == grant_id).values(last_used=at))


def _grant(row: Row[Any]) -> Grant:
    return Grant(row.id, row.campaign, row.scope, Role(row.role), row.label, row.created, row.revoked, row.last_used)
