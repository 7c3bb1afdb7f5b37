"""Long lists in parts: `limit` of them at once, and a Link header (RFC 8288) with the address of the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from calendars.web.api.asked import Asked

MOST = 1_000
USUAL = 200
LINKED = {"Link": {"schema": {"type": "string"}, "description": 'The address of the rest, rel="next".'}}


def part(asked: Asked, keys: Sequence[str], cursor: str, limit: int) -> Sequence[str]:
    """The next `limit` of the sorted keys after the cursor; says in the answer where the rest is."""
    first = bisect_right(keys, cursor) if cursor else 0
    chosen = keys[first : first + limit]
    if first + limit < len(keys):
        go_on(asked, chosen[-1])
    return chosen


def go_on(asked: Asked, cursor: str) -> None:
    """Says that there is more, after the cursor."""
    # Relative: the service may be reached under a name that it does not know.
    url = asked.request.url.include_query_params(cursor=cursor)
    asked.response.headers["link"] = f'<{url.path}?{url.query}>; rel="next"'
