"""The newest view of the store for an event loop: asked for at most every 20 ms, however many requests come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from calendars.errors import StoreAway
from calendars.store.feeds import Feeds, View

CHECK_SECONDS = 0.02


class Freshness:
    """Hands out views that are at most 20 ms behind other processes and never behind this one's own commits.

    A store that is away is remembered as long, so that waiting requests do not each wait for its timeout.
    """

    def __init__(self, feeds: Feeds, clock: Callable[[], float] = time.monotonic) -> None:
        self._feeds = feeds
        self._clock = clock
        self._lock = asyncio.Lock()
        self._changed = clock()
        self._began = self._changed - CHECK_SECONDS  # when the newest check that is done began
        self._found: View | StoreAway = View({}, {})

    def changed(self) -> None:
        """Says that something was committed; every view asked for from now on has it. Call it from any thread."""
        self._changed = self._clock()

    async def view(self) -> View:
        """The view. Raises `StoreAway` when the store does not answer."""
        arrived = self._clock()
        if not self._suffices(arrived):
            async with self._lock:
                if self._began < arrived and not self._suffices(arrived):
                    await self._check()
        if isinstance(self._found, StoreAway):
            raise StoreAway(str(self._found)) from self._found
        return self._found

    def _suffices(self, arrived: float) -> bool:
        return self._began > self._changed and arrived - self._began < CHECK_SECONDS

    async def _check(self) -> None:
        began = self._clock()  # what is committed while it is answered is not in the answer
        try:
            self._found = await asyncio.to_thread(self._feeds.refresh)
        except StoreAway as error:
            self._found = error
        self._began = began
