"""`congress access` beside a store, and what the addresses it gives answer, without a running service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from tests.web.conftest import over
from tests.web.stores import Filled
from workflows.cli import run

LABEL = "Văn phòng [x]"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small province in a data folder."""
    opened = open_store(f"sqlite:///{tmp_path}/congress.db")
    Filled(opened)
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    yield opened
    opened.close()


class Command:
    """Runs commands as a terminal does."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(["access", *arguments])
        return code, *self._capfd.readouterr()

    def json(self, *arguments: str) -> Any:
        code, out, error = self(*arguments, "--json")
        assert (code, error) == (0, "")
        return json.loads(out)


@pytest.fixture
def access(capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(capfd)


@pytest.fixture
async def web(store: Store) -> Any:
    """Feeds over HTTP, as a service beside the command line gives them."""
    feeds = FeedApplication(Freshness(Feeds(store)), store)
    async with over(feeds) as http:
        yield http
    await feeds.close()


async def test_a_rotated_address_is_gone_and_another_opens_the_same(access: Command, web: httpx.AsyncClient) -> None:
    granted = access.json("grant", "193", "--label", LABEL, "--role", "report")
    former = urlsplit(granted["feed_url"]).path
    before = await web.get(former)
    rotated = access.json("rotate", granted["id"])
    new = urlsplit(rotated["feed_url"]).path
    assert {**rotated, "id": "", "feed_url": "", "replaces": ""} == {
        **granted,
        "id": "",
        "feed_url": "",
        "replaces": "",
    }
    assert rotated["replaces"] == granted["id"]
    assert (await web.get(former)).status_code == 410
    after = await web.get(new)
    assert (after.status_code, after.content) == (200, before.content)


def test_the_new_address_is_shown_once(access: Command) -> None:
    granted = access.json("grant", "193", "--label", LABEL)
    code, out, error = access("rotate", granted["id"])
    token = out.strip().rpartition("/")[2].removesuffix(".ics")
    former, made = access.json("list")
    assert code == 0
    assert out == f"http://127.0.0.1:8080/feeds/{token}.ics\n"
    assert error == (
        f"Grant {made['id']} in place of {granted['id']} for {LABEL}: view of 193 and below. "
        "This address is shown once.\n"
    )
    assert (former["id"], former["revoked"]) == (granted["id"], made["created"])
    assert (made["replaces"], made["revoked"], made["label"]) == (granted["id"], None, LABEL)
    listed = access("list")[1]
    assert token not in listed + json.dumps([former, made])
    row = next(line for line in listed.splitlines() if line.startswith(f"│ {made['id']}"))
    assert row.split()[-2] == granted["id"]


def test_only_a_living_grant_is_rotated(access: Command) -> None:
    granted = access.json("grant", "193", "--label", LABEL)
    rotated = access.json("rotate", granted["id"])
    assert access("rotate", granted["id"]) == (
        1,
        "",
        f"Grant {granted['id']} ({LABEL}) has ended; grant {rotated['id']} took its place.\n",
    )
    access("revoke", rotated["id"])
    assert access("rotate", rotated["id"]) == (
        1,
        "",
        f"Grant {rotated['id']} ({LABEL}) has ended, expected one that still opens something.\n",
    )
    assert access("rotate", "nobody") == (
        1,
        "",
        "There is no grant nobody, expected an id that `congress access list` shows.\n",
    )


def test_revoking_the_former_grant_says_that_the_new_one_is_open(access: Command) -> None:
    granted = access.json("grant", "193", "--label", LABEL)
    rotated = access.json("rotate", granted["id"])
    code, out, error = access("revoke", granted["id"])
    assert (code, out) == (0, f"{granted['id']} {LABEL}: revoked.\n")
    assert error == f"Grant {rotated['id']} took its place and still opens 193.\n"
    access("revoke", rotated["id"])
    assert access("revoke", granted["id"])[2] == ""
