"""Who is signed in to the board. A link opens once and leaves a session; both are secrets kept as hashes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from calendars.errors import UserError
from calendars.store.grants import Grant, known, new_token, token_hash
from calendars.store.schema import sessions, sign_ins

LINK_OPENS = timedelta(days=7)
# One working day, and the longest pause within it.
LONGEST = timedelta(hours=12)
PAUSE = timedelta(hours=4)
RENEWED_AFTER = timedelta(minutes=30)
# Pages that were asked for before a renewal still come with the former secret.
OVERLAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in by a grant. The id stays while secrets change, and is shown to nobody. Instants are UTC."""

    id: str
    grant: Grant
    began: datetime
    renewed: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether it should get another secret."""
        return now - self.renewed >= RENEWED_AFTER


def issue_link(connection: Connection, grant_id: str, now: datetime, opens: timedelta = LINK_OPENS) -> str:
    """The secret of a link that opens the board once, as the grant allows, for as long as it `opens`.

    Raises `UserError` for an id that is unknown, has ended, or is an address that somebody made for themselves.
    """
    grant = known(connection, grant_id)
    if grant.parent is not None:
        raise UserError(
            f"Grant {grant_id} is an address that {grant.label} made, expected that of the person, {grant.parent}."
        )
    if grant.revoked is not None:
        raise UserError(f"Grant {grant_id} ({grant.label}) has ended, expected one that still opens something.")
    token = new_token()
    connection.execute(delete(sign_ins).where(sign_ins.c.until <= now))
    connection.execute(sign_ins.insert().values(hash=token_hash(token), grant=grant_id, until=now + opens))
    return token


def whose_link(connection: Connection, token: str, now: datetime) -> Grant | None:
    """Whom a link signs in; None for one that was used, is too old, or never was."""
    found = connection.scalar(
        select(sign_ins.c.grant).where(sign_ins.c.hash == token_hash(token), sign_ins.c.until > now)
    )
    return known(connection, found) if found else None


def begin(connection: Connection, token: str, now: datetime) -> tuple[Grant, str] | None:
    """Uses a link up: whom it signs in, and the secret of the new session. None for a link that does not open."""
    grant = whose_link(connection, token, now)
    # The deletion decides: of two who use the link at once the second finds none.
    used = connection.execute(delete(sign_ins).where(sign_ins.c.hash == token_hash(token))).rowcount == 1
    if grant is None or not used:
        return None
    connection.execute(delete(sessions).where(_over(now)))
    secret = new_token()
    connection.execute(
        sessions.insert().values(
            id=secrets.token_hex(16), grant=grant.id, hash=token_hash(secret), began=now, renewed=now
        )
    )
    return grant, secret


def find(connection: Connection, secret: str, now: datetime) -> Session | None:
    """The session with this secret, or that had it until a moment ago."""
    digest = token_hash(secret)
    former = (sessions.c.former_hash == digest) & (sessions.c.renewed > now - OVERLAP)
    query = select(sessions).where(or_(sessions.c.hash == digest, former), ~_over(now))
    row = connection.execute(query).one_or_none()
    return Session(row.id, known(connection, row.grant), row.began, row.renewed) if row else None


def renew(connection: Connection, session: Session, now: datetime) -> str | None:
    """Gives the session another secret; None where somebody else just did."""
    secret = new_token()
    renewing = (
        update(sessions)
        .where(sessions.c.id == session.id, sessions.c.renewed == session.renewed)
        .values(hash=token_hash(secret), former_hash=sessions.c.hash, renewed=now)
    )
    return secret if connection.execute(renewing).rowcount == 1 else None


def end(connection: Connection, session: Session, *, everywhere: bool) -> None:
    """Ends the session; `everywhere` all those of the same grant, and its links that were not used yet."""
    if everywhere:
        connection.execute(delete(sessions).where(sessions.c.grant == session.grant.id))
        connection.execute(delete(sign_ins).where(sign_ins.c.grant == session.grant.id))
    else:
        connection.execute(delete(sessions).where(sessions.c.id == session.id))


def _over(now: datetime) -> Any:
    return or_(sessions.c.began <= now - LONGEST, sessions.c.renewed <= now - PAUSE)
