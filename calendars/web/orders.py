"""Where orders go, and how one that is sent again is known: for forms of the board and for the API.

The web app itself sends nothing to anybody's workflow; whoever wires the service hands in how it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, distinct, func, select

from calendars.campaigns.tables import Received
from calendars.errors import UserError
from calendars.sequence.commands import Command
from calendars.sequence.events import Line
from calendars.sequence.messages import Answer
from calendars.store.journal import line_of_row
from calendars.store.schema import journal
from calendars.tree.changes import Change, Reached


class Unanswered(UserError):
    """Nobody took the order in time; whether it will be taken is not known. The same order may be sent again."""


class ChangeRefused(UserError):
    """A change that may not be made; nothing was done."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a units file: how many units are `new`, how many the campaign has now, and what the contacts named
    beside them did to those that were there."""

    new: int
    units: int
    contacts_added: int = 0
    contacts_changed: int = 0


class Orders(Protocol):
    """Takes orders. With the same `id` one may be sent again and is taken once."""

    async def send(self, campaign: str, unit: str, command: Command, *, by: str, id: str) -> Answer:
        """One unit's command. Raises `Refused` where the rules refuse it, else `Unanswered`."""

    async def change(self, campaign: str, change: Change, *, by: str, id: str) -> Reached:
        """A change of the whole campaign, made once every unit has it. Raises `ChangeRefused` or `Unanswered`."""

    async def add(self, campaign: str, file: Received, *, by: str, told: Callable[[int, int], None]) -> Added:
        """The units of a file, once readers see them; those that are there already are left alone. `told` hears how
        many of how many were started. Raises `Problems` with every mistake of the file, and then adds nothing, else
        `Unanswered`."""


def standing(connection: Connection, campaign: str, unit: str, id: str) -> tuple[Line, ...]:
    """What the journal has of an order in the stream of the unit: its events' lines, none where it has not taken it."""
    query = (
        select(journal)
        .where(journal.c.campaign == campaign, journal.c.unit == unit, journal.c.command == id)
        .order_by(journal.c.no)
    )
    return tuple(line_of_row(row) for row in connection.execute(query))


def taken(connection: Connection, campaign: str, id: str) -> int:
    """How many orders of an import the journal has: their ids begin with its own."""
    mine = journal.c.command.startswith(f"{id}/", autoescape=True)
    query = select(func.count(distinct(journal.c.command))).where(journal.c.campaign == campaign, mine)
    return connection.scalar(query) or 0
