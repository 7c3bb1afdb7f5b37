"""Tells a unit who stands around it and what was held below it, from the read model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity

from calendars.sequence.messages import AskAround, AskCounts
from calendars.sequence.state import Count
from calendars.sequence.surroundings import Surroundings
from calendars.store.database import Store
from calendars.store.neighbourhood import around
from calendars.store.reading import read_campaign
from calendars.store.status import campaign_status


class NeighbourActivities:
    """The activities behind every look around and every count. They run as local activities."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.look_around, self.count_below]

    @activity.defn
    async def look_around(self, ask: AskAround) -> Surroundings:
        """Who stands below and above the unit, and what they held. Fails while the store is away."""
        return await asyncio.to_thread(self._look, ask)

    @activity.defn
    async def count_below(self, ask: AskCounts) -> tuple[Count, ...]:
        """How many of the units below the unit had held each of the stages. Fails while the store is away."""
        return await asyncio.to_thread(self._count, ask)

    def _count(self, ask: AskCounts) -> tuple[Count, ...]:
        with self._store.reading() as connection:
            campaign = read_campaign(connection, ask.campaign)
            found = campaign_status(connection, campaign, ask.day, ask.unit, only=ask.stages)
        return tuple(Count(one.stage, one.held, one.units) for one in found.stages)

    def _look(self, ask: AskAround) -> Surroundings:
        with self._store.reading() as connection:
            return around(connection, read_campaign(connection, ask.campaign), ask.unit, ask.known)
