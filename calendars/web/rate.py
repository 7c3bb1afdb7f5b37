"""How often each feed address may be asked: a generic cell rate algorithm, in memory, for this process alone."""

from __future__ import annotations

import time
from collections.abc import Callable

MINUTE = 60.0
# Sums of intervals such as 60/7 s are not exact; nobody is refused for the last bit of a number.
EXACTNESS = 1e-6


class RateLimit:
    """At most `per_minute` requests a minute for each key, 0 for no limit; a whole minute's worth may come at once.

    One number is kept for each key, and forgotten once it says no more than its absence would.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._interval = MINUTE / per_minute if per_minute else 0.0
        self._free: dict[str, float] = {}  # when everything that was taken has been earned again
        self._swept = clock()

    @property
    def remembered(self) -> int:
        """Of how many keys something is known."""
        return len(self._free)

    def take(self, key: str) -> float:
        """Takes one request if there is one to take. Gives the seconds to wait where there is none, else 0.

        A request that has to wait takes nothing, so whoever asks too often is still answered at the allowed rate.
        """
        if not self._interval:
            return 0.0
        now = self._clock()
        if now - self._swept >= MINUTE:
            self._swept = now
            self._free = {known: free for known, free in self._free.items() if free > now}
        free = max(self._free.get(key, now), now) + self._interval
        wait = free - MINUTE - now
        if wait > EXACTNESS:
            return wait
        self._free[key] = free
        return 0.0
