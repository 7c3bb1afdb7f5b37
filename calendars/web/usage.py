"""Uses of addresses, gathered in memory and written at intervals: no request waits for it, whatever the store does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from calendars.errors import StoreAway
from calendars.store.database import Store
from calendars.store.usage import Use, plain_user_agent, record_uses

WRITE_EVERY = timedelta(minutes=1)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What one grant was used for since the last writing. The User-Agent is as it was sent, cleaned only when kept."""

    at: datetime
    agent: bytes
    answered_200: int = 0
    answered_304: int = 0


class Usage:
    """The uses of every grant, of which there are never more tallies than grants.

    The first use after a quiet time is written at once and what follows `write_every` later, in one transaction for
    all grants. What a store that is away cannot take now is kept for the next time.
    """

    def __init__(self, store: Store, now: Callable[[], datetime], write_every: timedelta = WRITE_EVERY) -> None:
        self._store = store
        self._now = now
        self._every = write_every.total_seconds()
        self._tallies: dict[str, Tally] = {}
        self._closing = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def note(self, grant_id: str, status: int, agent: bytes) -> None:
        """One request that was answered with 200 or 304."""
        tally = self._tallies.get(grant_id)
        if tally is None:
            tally = self._tallies[grant_id] = Tally(self._now(), agent)
        else:
            tally.at, tally.agent = self._now(), agent
        if status == 304:
            tally.answered_304 += 1
        else:
            tally.answered_200 += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_at_intervals())

    async def write(self) -> None:
        """Writes what was gathered so far, or keeps it if that is not possible now."""
        taken, self._tallies = self._tallies, {}
        try:
            await asyncio.to_thread(self._record, taken)
        except (StoreAway, SQLAlchemyError) as error:
            self._put_back(taken)
            _log.warning("the use of %d grants could not be recorded now (%s)", len(taken), type(error).__name__)

    async def close(self) -> None:
        """Writes what is left, once nothing is served any more."""
        self._closing.set()
        if self._writing is not None:
            await self._writing
        if self._tallies:
            await self.write()

    async def _write_at_intervals(self) -> None:
        while self._tallies and not self._closing.is_set():
            await self.write()
            # Nobody cancels a writing half-way: it could neither be put back nor be taken for done.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._every)

    def _record(self, taken: dict[str, Tally]) -> None:
        uses = [
            Use(grant_id, tally.at, plain_user_agent(tally.agent), tally.answered_200, tally.answered_304)
            for grant_id, tally in taken.items()
        ]
        with self._store.writing() as connection:
            record_uses(connection, uses)

    def _put_back(self, taken: dict[str, Tally]) -> None:
        for grant_id, tally in taken.items():
            newer = self._tallies.setdefault(grant_id, tally)
            if newer is not tally:
                newer.answered_200 += tally.answered_200
                newer.answered_304 += tally.answered_304
