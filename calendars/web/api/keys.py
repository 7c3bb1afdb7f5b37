"""The ids of orders, as the clients of the API give them."""

from __future__ import annotations

import re
from uuid import uuid4

from calendars.web.api.problems import Problem

# No slash: the orders to units that follow from a change have its id, a slash and the unit.
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def order_id(key: str | None) -> str:
    """The id of an order: the key that the client gave, or one of its own. Raises `Problem` for a key that is none."""
    if key is None:
        return uuid4().hex
    # Some clients write it as a structured field's string.
    bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
    if not _KEY.fullmatch(bare):
        raise Problem(400, "bad_key", field="Idempotency-Key")
    return bare
