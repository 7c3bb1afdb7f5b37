"""How far the journal has come, told to everybody who waits for it to go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import select

from calendars.store.database import Store
from calendars.store.schema import counter

PAUSE = 0.1


class Tide:
    """The journal's newest position. However many wait, the store is asked ten times a second at most."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = asyncio.Lock()
        self._looked = clock() - PAUSE
        self._position = 0
        self.ebbed = asyncio.Event()

    def close(self) -> None:
        """Lets everybody go who waits: the service ends."""
        self.ebbed.set()

    async def position(self) -> int:
        """The newest position, at most a tenth of a second old. Raises `StoreAway`."""
        async with self._lock:
            if self._clock() - self._looked >= PAUSE:
                looked = self._clock()
                self._position = await asyncio.to_thread(self._read)
                self._looked = looked
            return self._position

    async def beyond(self, position: int, seconds: float) -> bool:
        """Waits until the journal is beyond the position, at most so many seconds. Whether it is."""
        until = self._clock() + seconds
        while await self.position() <= position:
            left = until - self._clock()
            if left <= 0 or self.ebbed.is_set():
                return False
            try:
                await asyncio.wait_for(self.ebbed.wait(), min(PAUSE, left))
            except TimeoutError:
                continue
        return True

    def _read(self) -> int:
        with self._store.reading() as connection:
            return connection.scalar(select(counter.c.position)) or 0
