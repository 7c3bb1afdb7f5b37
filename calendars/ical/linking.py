"""The link from an entry to its unit's page. It is where the service is found, which no event says: rendered entries
are stored without it, and get it when they are read."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from calendars.ical.lines import fold

Finish = Callable[[str, str, bytes], bytes]
END = b"END:VEVENT\r\n"
UNITS_REMEMBERED = 20_000


def linking(public_url: str) -> Finish:
    """What puts the address of a unit's page below `public_url` into an entry of the unit. No address, no link."""
    if not public_url:
        return lambda campaign, unit, piece: piece

    @lru_cache(maxsize=UNITS_REMEMBERED)
    def tail(campaign: str, unit: str) -> bytes:
        address = f"{public_url.rstrip('/')}/units/{quote(unit, safe='')}?campaign={quote(campaign, safe='')}"
        return fold(f"URL:{address}".encode()) + b"\r\n" + END

    def finish(campaign: str, unit: str, piece: bytes) -> bytes:
        return piece.removesuffix(END) + tail(campaign, unit)

    return finish
