"""What every way out of the house has in common: the verdict on one try, what may be said of it, and the pace."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

DETAIL_LENGTH = 200
# A shorter secret is only hidden where it stands alone: hiding every "an" would leave nothing to read.
WHOLE_WORDS_BELOW = 6
EMAIL = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+")


class Verdict(StrEnum):
    """What became of one try. REFUSED is for good, about this message or this address; LATER may be tried again."""

    SENT = "sent"
    REFUSED = "refused"
    LATER = "deferred"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try of one message.

    `detail` is what the other side said, in one line that may be stored and shown: no address, no secret, at most 200
    characters. `down` says that the transport itself is away or not usable: then every message to it waits, and it is
    no fault of this one.
    """

    verdict: Verdict
    detail: str
    down: bool = False


class Transport(Protocol):
    """A way out of the house; `name` is short and fit to be shown, such as "smtp"."""

    name: str

    async def send(self, address: str, message: bytes) -> Outcome:
        """Tries once. `message` is a whole RFC 5322 message, `address` whatever this transport takes for one.

        Raises nothing for what the other side does or fails to do. A send that is cancelled raises `CancelledError`
        and leaves no half-open connection behind; whether its message arrived is then unknown.
        """

    async def close(self) -> None:
        """Waits for what is being sent, then ends all connections. A later send opens them again."""


class Pace:
    """At most `per_minute` turns a minute in order of arrival, 0 for no limit; what one second would allow may come at
    once. A turn that is cancelled while it waits takes nothing from the others."""

    def __init__(self, per_minute: int) -> None:
        if per_minute < 0:
            raise ValueError("a pace is 0 or more a minute")
        self._interval = 60 / per_minute if per_minute else 0.0
        self._ahead = (max(1, per_minute // 60) - 1) * self._interval
        self._due = 0.0
        # Its waiters are served in order, which is the fairness.
        self._lock = asyncio.Lock()

    async def turn(self) -> None:
        """Returns when the next message may go."""
        if not self._interval:
            return
        clock = asyncio.get_running_loop().time  # monotonic
        async with self._lock:
            await asyncio.sleep(max(0.0, self._due - self._ahead - clock()))
            # Counted from when it was due, so that waking late does not slow the pace down.
            self._due = max(self._due, clock()) + self._interval


def clean(said: str, *secrets: str) -> str:
    """What the other side said, as an outcome may hold it: one line of at most 200 characters, without control
    characters, e-mail addresses and `secrets`."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        pattern = re.escape(secret) if len(secret) >= WHOLE_WORDS_BELOW else rf"(?<!\w){re.escape(secret)}(?!\w)"
        line = re.sub(pattern, "(hidden)", line, flags=re.IGNORECASE)
    line = EMAIL.sub("(address)", line)
    return line if len(line) <= DETAIL_LENGTH else line[: DETAIL_LENGTH - 1] + "…"
