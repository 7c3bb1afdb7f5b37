"""Role x unit x action x endpoint: the whole table, secrets that open nothing, and that no endpoint is missing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from starlette.routing import Mount, Route

from tests.web.access.asking import KINDS, ROWS, VIEWERS, Asking, Row, Spoil, asking
from tests.web.api.house import House
from tests.web.stores import Filled

SPOILT: dict[str, Spoil] = {
    "truncated": lambda secret: secret[:-1],
    "another case": lambda secret: secret.swapcase(),
    "longer": lambda secret: f"{secret}A",
    "unknown": lambda secret: "A" * 43,
}


async def wrong(asked: Asking, column: str, chosen: Iterable[Row] = ROWS) -> list[str]:
    """The rows that are answered otherwise than the table says; an order is sent on only by who may give it."""
    found = []
    for row in chosen:
        status, orders = await asked.ask(row)
        expected = row.expected[column]
        if status not in expected or (orders and status not in (200, 303)):
            found.append(f"{row}: {status}, expected {sorted(expected)}, orders: {orders}")
    return found


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_every_role(june: Filled, viewer: str) -> None:
    async with asking(june, viewer) as asked:
        assert await wrong(asked, viewer) == []


@pytest.mark.parametrize("how", SPOILT)
async def test_spoilt_secrets(june: Filled, how: str) -> None:
    async with asking(june, "province", SPOILT[how]) as asked:
        assert await wrong(asked, "stranger") == []


async def test_a_revoked_grant(june: Filled) -> None:
    async with asking(june, "province") as asked:
        asked.revoke()
        assert await wrong(asked, "revoked") == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_secret_opens_nothing_that_it_is_not_for(june: Filled, kind: str) -> None:
    async with asking(june, "province") as asked:
        asked.use_only(kind)
        assert await wrong(asked, "stranger", [row for row in ROWS if row.kind not in (kind, "")]) == []


async def test_every_endpoint_is_in_the_table(june: Filled) -> None:
    async with asking(june, "view") as asked:
        served = await endpoints(asked.house)
    assert {(row.method, row.route) for row in ROWS} >= served


async def endpoints(house: House) -> set[tuple[str, str]]:
    """Everything that is served, as the framework and the API's document tell it, and the feeds in front of both."""
    found = {("GET", "/feeds/{secret}.ics")}
    for route in house.web.framework.routes:
        if isinstance(route, Mount):
            found.add(("GET", f"{route.path}/{{asset}}"))
        elif isinstance(route, Route):
            path = route.path.replace("{token}", "{secret}")
            found |= {(method, path) for method in route.methods or () if method != "HEAD"}
    document = (await house.http.get("/api/openapi.json")).json()
    return found | {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
