"""How many requests wait for events at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from calendars.web.api.problems import RETRY_SECONDS, Problem

MOST_WAITING = 200
MOST_OF_ONE = 10  # with the same token


class Waiting:
    """How many wait, for each token and in all."""

    def __init__(self) -> None:
        self._of: dict[str, int] = {}

    @contextmanager
    def one_more(self, grant: str) -> Iterator[None]:
        """A place to wait in. Raises `Problem` where there is none."""
        if self._of.get(grant, 0) >= MOST_OF_ONE or sum(self._of.values()) >= MOST_WAITING:
            headers = {"retry-after": str(RETRY_SECONDS)}
            raise Problem(429, "too_many_streams", headers=headers, seconds=RETRY_SECONDS)
        self._of[grant] = self._of.get(grant, 0) + 1
        try:
            yield
        finally:
            self._of[grant] -= 1
            if not self._of[grant]:
                del self._of[grant]
