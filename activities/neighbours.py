"""Tells a unit who stands around it, from the read model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity

from calendars.sequence.messages import AskAround
from calendars.sequence.surroundings import Surroundings
from calendars.store.database import Store
from calendars.store.neighbourhood import around
from calendars.store.reading import read_campaign


class NeighbourActivities:
    """The activity behind every look around. It runs as a local activity."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.look_around]

    @activity.defn
    async def look_around(self, ask: AskAround) -> Surroundings:
        """Who stands below and above the unit, and what they held. Fails while the store is away."""
        return await asyncio.to_thread(self._look, ask)

    def _look(self, ask: AskAround) -> Surroundings:
        with self._store.reading() as connection:
            return around(connection, read_campaign(connection, ask.campaign), ask.unit, ask.known)
