"""What the addresses of grants were used for, added to what is known of them. Nothing rebuilds it from the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, or_, update

from calendars.store.schema import grants

USER_AGENT_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Use:
    """Some requests for one grant's feed: the instant (UTC) and User-Agent of the last one, and how many were answered
    with 200 and with 304."""

    grant: str
    at: datetime
    user_agent: str | None
    answered_200: int
    answered_304: int


def record_uses(connection: Connection, uses: Iterable[Use]) -> None:
    """Adds uses to their grants. Of several processes that serve one address the latest use counts as the last."""
    # In one order, so that two processes never wait for each other's rows.
    rows = [
        {
            "grant": use.grant,
            "at": use.at,
            "agent": use.user_agent,
            "whole": use.answered_200,
            "unchanged": use.answered_304,
        }
        for use in sorted(uses, key=lambda use: use.grant)
    ]
    if rows:
        connection.execute(_RECORD, rows)


_AT = bindparam("at", type_=grants.c.last_used.type)
_IS_LATEST = or_(grants.c.last_used.is_(None), grants.c.last_used <= _AT)
_RECORD = (
    update(grants)
    .where(grants.c.id == bindparam("grant"))
    .values(
        last_used=case((_IS_LATEST, _AT), else_=grants.c.last_used),
        user_agent=case((_IS_LATEST, bindparam("agent", type_=grants.c.user_agent.type)), else_=grants.c.user_agent),
        answered_200=grants.c.answered_200 + bindparam("whole"),
        answered_304=grants.c.answered_304 + bindparam("unchanged"),
    )
)


def plain_user_agent(sent: bytes) -> str | None:
    """A User-Agent as it is kept: one line that can be printed, cut to what fits, or None where none was sent."""
    text = "".join(character if character.isprintable() else " " for character in sent.decode(errors="replace"))
    return " ".join(text.split())[:USER_AGENT_CHARACTERS].rstrip() or None
