"""Where orders go, and how one that is sent again is known.

The API itself sends nothing to anybody's workflow; whoever wires the service hands in how it is done.
"""

from __future__ import annotations

import re
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, select

from calendars.errors import UserError
from calendars.sequence.commands import Command
from calendars.sequence.events import Line
from calendars.sequence.messages import Answer
from calendars.store.journal import line_of_row
from calendars.store.schema import journal
from calendars.tree.changes import Change, Reached
from calendars.web.api.problems import Problem

# No slash: the orders to units that follow from a change have its id, a slash and the unit.
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


class Unanswered(UserError):
    """Nobody took the order in time; whether it will be taken is not known. The same order may be sent again."""


class ChangeRefused(UserError):
    """A change that may not be made; nothing was done."""


class Orders(Protocol):
    """Takes orders. With the same `id` one may be sent again and is taken once."""

    async def send(self, campaign: str, unit: str, command: Command, *, by: str, id: str) -> Answer:
        """One unit's command. Raises `Refused` where the rules refuse it, else `Unanswered`."""

    async def change(self, campaign: str, change: Change, *, by: str, id: str) -> Reached:
        """A change of the whole campaign, made once every unit has it. Raises `ChangeRefused` or `Unanswered`."""


def order_id(key: str | None) -> str:
    """The id of an order: the key that the client gave, or one of its own. Raises `Problem` for a key that is none."""
    if key is None:
        return uuid4().hex
    # Some clients write it as a structured field's string.
    bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
    if not _KEY.fullmatch(bare):
        raise Problem(400, "bad_key", field="Idempotency-Key")
    return bare


def standing(connection: Connection, campaign: str, unit: str, id: str) -> tuple[Line, ...]:
    """What the journal has of an order in the stream of the unit: its events' lines, none where it has not taken it."""
    query = (
        select(journal)
        .where(journal.c.campaign == campaign, journal.c.unit == unit, journal.c.command == id)
        .order_by(journal.c.no)
    )
    return tuple(line_of_row(row) for row in connection.execute(query))
