"""Addresses of feeds that people make for themselves, once they are signed in by a grant: grants that only show what
theirs shows, and end with it."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime

from sqlalchemy import Connection, func, select

from calendars.store import grants as all_grants
from calendars.store.grants import Grant, Role
from calendars.store.schema import grants

MOST_LIVING = 20


class TooMany(Exception):
    """The person has as many addresses as anybody may have."""


def secret_for(session: str, scope: str, order: str) -> str:
    """The secret of the address that a session orders by the form `order` for a unit: asked for twice it is the same
    one, though no store and no page keeps all that it is made of."""
    return urlsafe_b64encode(hmac.digest(session.encode(), f"{scope}:{order}".encode(), "sha256")).decode().rstrip("=")


def make(connection: Connection, of: Grant, scope: str, token: str, now: datetime) -> Grant | None:
    """The grant with this secret, which shows `scope` and what is below it; the one that is there already if it was
    made before. None where `of` has ended, or the address was withdrawn. Raises `TooMany`.

    The scope is `of`'s or below it, which only the campaign knows.
    """
    # Locked, so that two who ask at once are counted one after the other, and none is made while it is being revoked.
    living = select(grants.c.id).where(grants.c.id == of.id, grants.c.revoked.is_(None)).with_for_update()
    if connection.scalar(living) is None:
        return None
    found = all_grants.find(connection, token)
    if found is not None:
        return found if found.revoked is None else None
    made = select(func.count()).where(grants.c.parent == of.id, grants.c.revoked.is_(None))
    if (connection.scalar(made) or 0) >= MOST_LIVING:
        raise TooMany
    grant, _ = all_grants.create(
        connection,
        campaign=of.campaign,
        scope=scope,
        role=Role.VIEW,
        label=of.label,
        created=now,
        parent=of.id,
        token=token,
    )
    return grant
