"""What a token shows of lists, tokens that open nothing, and how often one may ask."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.house import BASE, House, house_of
from tests.web.stores import Filled

DAYS = {"stage": "grassroots_congress", "on": "2020-06-10"}
OUTSIDE = ("Huyện Đầm Hà", "Xã Tân Bình", '"06868"', '"200"')


@pytest.mark.parametrize("role", ["view", "report", "admin"])
async def test_lists_hold_nothing_from_outside_the_scope(house: House, role: str) -> None:
    whole, scoped = house.bearer(role), house.bearer(role, "193")
    for path in (f"{BASE}/units", f"{BASE}/entries", f"{BASE}/status", "/api/v1/events?limit=1000"):
        every = (await house.http.get(path, headers=whole)).text
        part = (await house.http.get(path, headers=scoped)).text
        assert "06664" in part or path.endswith("status")
        assert any(name in every for name in OUTSIDE), path
        assert not any(name in part for name in OUTSIDE), path
    status = (await house.http.get(f"{BASE}/status", headers=scoped)).json()
    assert {stage["stage"]: stage["units"] for stage in status["stages"]}["grassroots_congress"] == 1
    assert (await house.http.get(BASE, headers=scoped)).json()["top"] == "193"
    for query in ("under=200", "under=06868", "under=22"):
        answer = await house.http.get(f"{BASE}/units?{query}", headers=scoped)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_unit")


def spoilt(token: str) -> dict[str, str]:
    """Headers that are nearly the right one."""
    return {
        "truncated": f"Bearer {token[:-1]}",
        "longer": f"Bearer {token}x",
        "another case": f"Bearer {token.swapcase()}",
        "another scheme": f"Basic {token}",
        "no scheme": token,
        "nothing": "",
        "only the scheme": "Bearer",
        "twice": f"Bearer {token} {token}",
        "odd signs": "Bearer \xff\xfe",
    }


@pytest.mark.parametrize("kind", [*spoilt("x"), "missing", "feed secret", "revoked"])
@pytest.mark.parametrize(("method", "path"), [("GET", f"{BASE}/units"), ("POST", f"{BASE}/units/06664/report")])
async def test_tokens_that_open_nothing(house: House, kind: str, method: str, path: str) -> None:
    good = house.bearer()["authorization"]
    headers: dict[str, Any] = {}
    if kind == "feed secret":
        _, secret = house.filled.grant()
        headers = {"authorization": f"Bearer {secret}"}
    elif kind == "revoked":
        headers = {"authorization": good}
        house.filled.revoke_token(good.removeprefix("Bearer "))
    elif kind != "missing":
        headers = {"authorization": spoilt(good.removeprefix("Bearer "))[kind].encode("latin-1")}
    house.web.changed()
    # Nothing of the request is looked at before the token: neither its body nor its parameters.
    answer = await house.http.request(method, f"{path}?nonsense=1", headers=headers, content=b"{")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer realm="congress"')
    assert answer.json()["code"] == ("no_token" if kind == "missing" else "wrong_token")
    assert good.removeprefix("Bearer ") not in answer.text
    assert house.orders.sent == []


async def test_the_scheme_has_no_case(house: House) -> None:
    token = house.bearer()["authorization"].removeprefix("Bearer ")
    answer = await house.http.get("/api/v1/campaigns", headers={"authorization": f"bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "lich.example"])
async def test_an_open_board_is_read_without_a_token_and_acted_on_with_one(june: Filled, host: str) -> None:
    async with house_of(june, open_board=True, public_url="http://127.0.0.1:8080") as house:
        read = await house.http.get(f"{BASE}/units", headers={"host": host})
        wrong = await house.http.get(f"{BASE}/units", headers={"host": host, "authorization": "Bearer x"})
        act = await house.http.post(f"{BASE}/units/06868/report", json=DAYS, headers={"host": host})
    # A foreign site may point its name at this machine.
    assert read.status_code == (401 if host == "lich.example" else 200)
    assert (wrong.status_code, act.status_code) == (401, 401)
    assert house.orders.sent == []


async def test_the_rate_of_a_token(june: Filled) -> None:
    async with house_of(june, api_rate=3) as house:
        token, other = house.bearer(), house.bearer()
        etag = (await house.http.get(BASE, headers=token)).headers["etag"]
        codes = [(await house.http.get(BASE, headers=token)).status_code for _ in range(3)]
        hurried = await house.http.get(BASE, headers={**token, "accept-language": "en"})
        known = await house.http.get(BASE, headers={**token, "if-none-match": etag})
        unknown = await house.http.get(BASE, headers={**token, "if-none-match": '"x"'})
        acted = await house.http.post(f"{BASE}/units/06868/report", json=DAYS, headers=token)
        theirs = await house.http.get(BASE, headers=other)
    assert codes == [200, 200, 429]
    assert (hurried.status_code, hurried.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(hurried.headers["retry-after"]) <= 20
    assert [answer.status_code for answer in (known, unknown, acted, theirs)] == [304, 429, 429, 200]
