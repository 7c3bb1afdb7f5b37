"""The API over a filled store, with a command side that journals what the rules decide."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx

from calendars.campaigns.tables import Received
from calendars.campaigns.units import read_units
from calendars.sequence.commands import Command
from calendars.sequence.deciding import decide
from calendars.sequence.facts import Enrolled
from calendars.sequence.messages import Answer
from calendars.sequence.state import Profile
from calendars.store.grants import Role
from calendars.store.reading import read_campaign, unit_rows, unit_state
from calendars.tree.changes import Change, Reached
from calendars.web.app import WebApplication, create_app
from calendars.web.orders import Added
from tests.web.conftest import over
from tests.web.stores import START, Filled

CAMPAIGN = "quang-ninh-2020"
BASE = f"/api/v1/campaigns/{CAMPAIGN}"
DAY = date(2020, 6, 11)
"""Once everything in the small province is held."""


class FakeOrders:
    """Decides as a unit's workflow does and journals what follows, at once. `answer` is given or raised instead;
    `meanwhile` happens before."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.answer: Any = None
        self.meanwhile: Callable[[], None] = lambda: None
        self.sent: list[tuple[str, Any, str, str]] = []
        self.web: WebApplication | None = None

    async def send(self, campaign: str, unit: str, command: Command, *, by: str, id: str) -> Answer:
        self.sent.append((unit, command, by, id))
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, Answer):
            return self.answer
        with self.filled.store.reading() as connection:
            state = unit_state(connection, read_campaign(connection, campaign), unit)
        facts = decide(state, command, DAY)
        self.filled.happen(unit, facts, by=by, command=id)
        assert self.web is not None
        self.web.changed()
        return Answer(state.version + 1, state.version + len(facts))

    async def change(self, campaign: str, change: Change, *, by: str, id: str) -> Reached:
        self.sent.append(("@campaign", change, by, id))
        if isinstance(self.answer, Exception):
            raise self.answer
        return Reached(2, 6)

    async def add(self, campaign: str, file: Received, *, by: str, told: Callable[[int, int], None]) -> Added:
        self.sent.append(("@units", file, by, ""))
        if isinstance(self.answer, Exception):
            raise self.answer
        with self.filled.store.reading() as connection:
            there = unit_rows(connection, read_campaign(connection, campaign))
        tree = read_units(file, self.filled.plan.levels, there)
        names = {unit.code: unit.name for unit in tree}
        known = {unit.code for unit in there}
        new = [unit for unit in tree if unit.code not in known]
        for unit in new:
            profile = Profile(unit.code, unit.name, unit.level, unit.parent, names[unit.parent], unit.tags)
            self.filled.happen(unit.code, [Enrolled(DAY, profile)], by=by, command="")
        told(len(tree), len(tree))
        assert self.web is not None
        self.web.changed()
        return Added(len(new), len(tree))


class House:
    """A filled store, its API and the orders that were sent."""

    def __init__(self, filled: Filled, orders: FakeOrders, http: httpx.AsyncClient, web: WebApplication) -> None:
        self.filled, self.orders, self.http, self.web = filled, orders, http, web

    def bearer(self, role: str = "admin", scope: str = "22", label: str = "") -> dict[str, str]:
        """The header of a new token."""
        token = self.filled.api_token(Role(role), scope, label or f"{role} of {scope}")
        self.web.changed()
        return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def house_of(filled: Filled, **settings: Any) -> AsyncIterator[House]:
    """The API of a service that strangers reach, unless the settings say otherwise."""
    orders = FakeOrders(filled)
    given: dict[str, Any] = {"public_url": "https://lich.example", "open_board": False, "orders": orders, **settings}
    web = create_app(filled.store, today=lambda campaign: DAY, now=lambda: START, **given)
    orders.web = web
    async with over(web) as http:
        yield House(filled, orders, http, web)
