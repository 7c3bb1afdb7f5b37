"""`congress access` beside a store, and what the addresses it gives answer, without a running service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from calendars.campaigns.contacts import ContactRow
from calendars.store import contacts, grants, own_addresses
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.store.grants import Role
from calendars.store.usage import Use, record_uses
from calendars.wallclock import real_now
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from tests.commands import Command
from tests.notices.mailserver import MailServer
from tests.web.conftest import over
from tests.web.stores import Filled

LABEL = "Văn phòng [x]"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small province in a data folder."""
    opened = open_store(f"sqlite:///{tmp_path}/congress.db")
    Filled(opened)
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def access(capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(capfd, "access")


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
    secrets = {"id": "", "feed_url": "", "sign_in_url": "", "api_token": "", "replaces": ""}
    assert {**rotated, **secrets} == {**granted, **secrets}
    assert rotated["api_token"] != granted["api_token"]
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
        f"Grant {made['id']} in place of {granted['id']} for {LABEL}: view of 193 and below. This is shown once.\n"
    )
    assert (former["id"], former["revoked"]) == (granted["id"], made["created"])
    assert (made["replaces"], made["revoked"], made["label"]) == (granted["id"], None, LABEL)
    listed = access("list")[1]
    assert token not in listed + json.dumps([former, made])
    row = next(line for line in listed.splitlines() if line.startswith(f"│ {made['id']}"))
    assert row.split()[-2] == granted["id"]


def test_addresses_that_people_made_are_listed_under_theirs_and_end_with_it(access: Command, store: Store) -> None:
    granted = access.json("grant", "193", "--label", LABEL, "--role", "report")
    with store.writing() as connection:
        of = grants.known(connection, granted["id"])
        made = own_addresses.make(connection, of, "06664", "secret", real_now())
    assert made is not None
    parents = {one["id"]: one["parent"] for one in access.json("list")}
    assert parents == {of.id: None, made.id: of.id}
    row = next(line for line in access("list")[1].splitlines() if line.startswith(f"│ {made.id}"))
    assert row.split("│")[-3].strip() == of.id
    assert access("sign-in", made.id)[::2] == (
        1,
        f"Grant {made.id} is an address that {LABEL} made, expected that of the person, {of.id}.\n",
    )
    access("revoke", of.id)
    assert all(one["revoked"] for one in access.json("list"))


def test_a_link_is_mailed_to_the_contact_of_a_grant(
    access: Command, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ContactRow("193", "Bà Lan", "secretary", "en", "lan@example.org", ("email",))
    assert access("grant", "193", "--label", LABEL, "--email", row.email)[::2] == (
        1,
        "No contact of quang-ninh-2020 has this address, expected one that `congress contacts list` shows.\n",
    )
    with store.writing() as connection:
        contacts.put(connection, "quang-ninh-2020", [row], real_now())
    theirs = access.json("grant", "193", "--label", LABEL, "--email", row.email)["id"]
    nobodys = access.json("grant", "193", "--label", LABEL)["id"]
    assert access("sign-in", theirs, "--mail") == (
        1,
        "",
        "--mail: CONGRESS_SMTP_URL names no server, so nothing was mailed.\n",
    )
    with MailServer() as server:
        monkeypatch.setenv("CONGRESS_SMTP_URL", server.url)
        said = f"A link that signs {LABEL} in once, within 30 minutes, was mailed: view of 193 and below.\n"
        assert access("sign-in", theirs, "--mail") == (0, said, "")
        [received] = server.received
        assert received.rcpt == (row.email,)
        assert b"http://127.0.0.1:8080/sign-in/" in received.content
        assert access("sign-in", nobodys, "--mail")[2].startswith(f"Grant {nobodys} ({LABEL}) has no contact with")
        server.reject_rcpt(550)
        code, _, error = access("sign-in", theirs, "--mail")
        assert (code, error.startswith(f"The link for {LABEL} was not mailed: 550"), row.email in error) == (
            1,
            True,
            False,
        )
        access("sign-in", theirs, "--mail")
        assert access("sign-in", theirs, "--mail")[2] == (
            f"Grant {theirs} ({LABEL}) has 3 links that nobody used yet; nothing was mailed.\n"
        )


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


def granted_ago(store: Store, label: str, ago: timedelta, used: timedelta | None = None) -> str:
    """The id of a grant made so long ago, and used by `khal [x]` so long ago."""
    with store.writing() as connection:
        made, _ = grants.create(
            connection,
            campaign="quang-ninh-2020",
            scope="193",
            role=Role.VIEW,
            label=label,
            created=real_now() - ago,
        )
        if used is not None:
            record_uses(connection, [Use(made.id, real_now() - used, "khal [x]", 1, 2_000)])
    return made.id


def test_the_list_says_what_an_address_is_used_for(access: Command, store: Store) -> None:
    used = granted_ago(store, "used", timedelta(days=20), timedelta(hours=1))
    never = granted_ago(store, "never", timedelta(days=1))
    one, other = access.json("list")
    assert (one["id"], one["user_agent"], one["answered_200"], one["answered_304"]) == (used, "khal [x]", 1, 2_000)
    assert (other["id"], other["last_used"], other["user_agent"], other["answered_200"]) == (never, None, None, 0)
    code, out, error = access("list")
    row = next(line for line in out.splitlines() if line.startswith(f"│ {used}"))
    assert (code, error) == (0, "")
    assert [cell.strip() for cell in row.split("│")][7:10] == ["1", "2,000", "khal [x]"]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        ("1h", ["a week", "never, 3 days", "two days"]),
        ("36h", ["a week", "never, 3 days", "two days"]),
        ("3d", ["a week", "never, 3 days"]),
        ("1w", ["a week"]),
        ("2w", []),
    ],
)
def test_stale_grants_are_living_ones_that_nobody_used_for_so_long(
    access: Command, store: Store, age: str, expected: list[str]
) -> None:
    granted_ago(store, "two days", timedelta(days=90), timedelta(days=2))
    granted_ago(store, "a week", timedelta(days=90), timedelta(days=8))
    granted_ago(store, "never, 3 days", timedelta(days=3))
    granted_ago(store, "new", timedelta(0))
    access("revoke", granted_ago(store, "revoked", timedelta(days=90)))
    assert [one["label"] for one in access.json("list", "--stale", age)] == expected


def test_stale_grants_say_for_how_long(access: Command, store: Store) -> None:
    never = granted_ago(store, "never", timedelta(days=12, minutes=1))
    used = granted_ago(store, "used", timedelta(days=90), timedelta(hours=47, minutes=1))
    found = {one["id"]: one["idle_seconds"] for one in access.json("list", "--stale", "1d")}
    assert list(found) == [never, used]
    assert 0 <= found[never] - (12 * 86_400 + 60) < 60
    rows = [line for line in access("list", "--stale", "1d")[1].splitlines() if re.match(r"│ [0-9a-f]{8} ", line)]
    assert [row.split("│")[-2].strip() for row in rows] == ["12 d, never used", "47 h"]


def test_no_stale_grant_is_a_sentence(access: Command, store: Store) -> None:
    granted_ago(store, "new", timedelta(hours=1))
    said = "No grant of quang-ninh-2020 that opens something was left unused for 9 d.\n"
    assert access("list", "--stale", "9d") == (0, said, "")
    assert access.json("list", "--stale", "9d") == []


@pytest.mark.parametrize("age", ["9", "d", "9m", "-9d", "1.5d", "9 d", "99999w", "\u0669d", "", "x" * 50])
def test_an_age_that_is_none_is_wrong_usage(access: Command, age: str) -> None:
    code, out, error = access("list", "--stale", age)
    assert (code, out) == (2, "")
    assert "is no length of time, expected hours, days or weeks as 36h, 9d or 2w" in " ".join(
        error.replace("│", " ").split()
    )
