"""Bodies of feeds, made once for all who ask for the same and kept as long as there is room."""

from __future__ import annotations

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

ROOM = 64 * 1024 * 1024
# Level 1 takes 15 ms for a province of 9 MB where 6 takes 40 ms; a first reader waits for it after every report.
GZIP_LEVEL = 1
# Entries of one feed resemble each other, which a good level uses well; up to here it costs no time worth saving.
GZIP_SMALL = 2 * 1024 * 1024
GZIP_SMALL_LEVEL = 6

Key = tuple[str, bool]


class Bodies:
    """The least recently used body leaves first. A body larger than the room is made but not kept."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._size = 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._making: dict[Key, asyncio.Task[bytes]] = {}
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="slow-bodies")

    async def get(self, etag: str, gzip: bool, make: Callable[[], bytes], *, slow: bool = False) -> bytes:
        """The body under its ETag and coding, made in a thread if it is not there; what is `slow` to make one after the
        other in a thread of its own, so that nobody else waits for it."""
        key = etag, gzip
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(key, make, self._slow if slow else None))
        # One reader going away must not take the body from the others.
        return await asyncio.shield(task)

    async def _make(self, key: Key, make: Callable[[], bytes], thread: Executor | None) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            body = await loop.run_in_executor(thread, lambda: compressed(make()) if key[1] else make())
        finally:
            del self._making[key]
        if len(body) <= self._room:
            self._kept[key] = body
            self._size += len(body)
            while self._size > self._room:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest)
        return body

    def close(self) -> None:
        """Gives up what waits to be made."""
        self._slow.shutdown(wait=False, cancel_futures=True)


def compressed(body: bytes) -> bytes:
    """One gzip member with no time in it: the same bytes always give the same bytes."""
    level = GZIP_SMALL_LEVEL if len(body) <= GZIP_SMALL else GZIP_LEVEL
    packer = zlib.compressobj(level, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()
