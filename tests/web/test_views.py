"""Grants and the view of the store that feeds are served from, on both databases and across processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from calendars.errors import StoreAway, UserError
from calendars.store import grants
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds, View
from calendars.store.grants import Role
from calendars.web.bodies import Bodies, compressed
from calendars.web.conditional import wants_gzip
from calendars.web.freshness import CHECK_SECONDS, Freshness
from tests.databases import Postgres
from tests.web.conftest import Client
from tests.web.stores import START, Filled

NAME = "quang-ninh-2020"


@pytest.fixture
def stores(database_url: str) -> Iterator[tuple[Store, Store]]:
    """One database, opened twice as two processes would."""
    one, other = open_store(database_url), open_store(database_url)
    yield one, other
    one.close()
    other.close()


def test_a_view_follows_another_process(stores: tuple[Store, Store]) -> None:
    feeds = Feeds(stores[1])
    assert feeds.refresh() == View({}, {})
    filled = Filled(stores[0])
    first = feeds.refresh()
    assert first is feeds.refresh()
    filled.hold("06664", "grassroots_congress", "2020-05-18")
    second = feeds.refresh()
    assert second is not first
    before, after = first.campaigns[NAME], second.campaigns[NAME]
    assert set(before.pieces) - set(after.pieces) == {
        f"{NAME}.06664.grassroots_congress.{part}@congress-calendars" for part in ("opens", "target", "deadline")
    }
    assert set(after.pieces) - set(before.pieces) == {f"{NAME}.06664.grassroots_congress@congress-calendars"}
    moved = {code for code in after.units if after.units[code] != before.units[code]}
    assert moved == {"22", "193", "06664"}
    assert {after.units[code].modified for code in moved} == {filled.recorded}
    assert after.units["22"].revision == max(unit.revision for unit in after.units.values())


def test_a_refreshed_view_equals_a_new_one(stores: tuple[Store, Store]) -> None:
    feeds = Feeds(stores[0])
    filled = Filled(stores[0])
    filled.schedule("193", "district_congress", "2020-07-21")
    feeds.refresh()
    filled.hold("06664-01", "cell_congress", "2020-01-18")
    feeds.refresh()
    filled.retract("06664-01", "cell_congress")
    feeds.refresh()
    filled.hold("193", "district_congress", "2020-07-21", "2020-07-22")
    grown, new = feeds.refresh().campaigns[NAME], Feeds(stores[0]).refresh().campaigns[NAME]
    assert grown == new
    assert list(grown.pieces) == list(new.pieces) == sorted(new.pieces)


def test_subtrees(stores: tuple[Store, Store]) -> None:
    Filled(stores[0])
    campaign = Feeds(stores[0]).refresh().campaigns[NAME]
    assert campaign.below("193") == {"193", "06664", "06664-01"}
    assert campaign.below("nowhere") == set()
    assert campaign.is_below("06664-01", "22")
    assert not campaign.is_below("22", "193")
    assert not campaign.is_below("nowhere", "22")


def test_grants(stores: tuple[Store, Store]) -> None:
    filled, feeds = Filled(stores[0]), Feeds(stores[1])
    grant, token = filled.grant("193")
    assert len(token) >= 43
    assert not token.startswith("-")
    view = feeds.refresh()
    assert view.grants[grants.token_hash(token)] == grant
    assert token not in repr(view.grants)
    with stores[0].writing() as connection:
        assert grants.find(connection, token) == grant
        assert grants.find(connection, "another") is None
        assert grants.listed(connection, NAME) == [grant]
        assert grants.listed(connection, "another") == []
        ended = grants.revoke(connection, grant.id, START)
        assert grants.revoke(connection, grant.id, START + timedelta(days=1)) == ended
        with pytest.raises(UserError, match="There is no grant nobody"):
            grants.revoke(connection, "nobody", START)
    assert ended.revoked == START
    assert ended.role is Role.VIEW
    assert feeds.refresh().grants[grants.token_hash(token)] == ended


def test_a_rotated_grant_is_another_one_in_the_place_of_the_first(stores: tuple[Store, Store]) -> None:
    filled, feeds = Filled(stores[0]), Feeds(stores[1])
    grant, former = filled.grant("193")
    feeds.refresh()
    later = START + timedelta(days=1)
    with stores[0].writing() as connection:
        made, token = grants.rotate(connection, grant.id, later)
        assert grants.successor(connection, grant.id) == made
        assert grants.successor(connection, made.id) is None
    assert token != former
    assert (made.campaign, made.scope, made.role, made.label) == (NAME, "193", Role.VIEW, grant.label)
    assert (made.created, made.replaces, made.revoked) == (later, grant.id, None)
    known = feeds.refresh().grants
    assert known[grants.token_hash(former)].revoked == later
    assert known[grants.token_hash(token)] == made


def test_a_grant_that_has_ended_is_not_rotated(stores: tuple[Store, Store]) -> None:
    filled = Filled(stores[0])
    rotated, ended = filled.grant()[0], filled.grant()[0]
    filled.revoke(ended)
    with stores[0].writing() as connection:
        made, _ = grants.rotate(connection, rotated.id, START)
    for id_, reason in {
        "nobody": "There is no grant nobody, expected an id",
        ended.id: "has ended, expected one that still opens",
        rotated.id: f"has ended; grant {made.id} took its place",
    }.items():
        with pytest.raises(UserError, match=reason), stores[0].writing() as connection:
            grants.rotate(connection, id_, START)
    with stores[0].reading() as connection:
        assert {grant.id for grant in grants.listed(connection, NAME)} == {rotated.id, ended.id, made.id}


def test_a_plan_of_the_database_replaced_by_an_older_one(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = open_store(sqlite_url)
    filled = Filled(store)
    filled.hold("06664", "grassroots_congress", "2020-05-18")
    feeds = Feeds(store)
    feeds.refresh()
    older = open_store(f"sqlite:///{tmp_path_factory.mktemp('older')}/congress.db")
    Filled(older)
    feeds._store = older
    assert feeds.refresh() == Feeds(older).refresh()
    store.close()
    older.close()


async def test_an_outage_keeps_clients_waiting_and_ends(postgres: Postgres, postgres_url: str) -> None:
    store = open_store(postgres_url)
    client = Client(Filled(store))
    async with client.http:
        before = await client.ask()
        with postgres.away():
            response = await client.ask()
            assert response.status_code == 503
            assert response.headers["retry-after"] == "30"
            assert response.headers["content-type"] == "text/plain; charset=utf-8"
        after = await client.ask()
        assert (after.status_code, after.content) == (200, before.content)
        await client.feeds.close()
    store.close()


class Counting(Feeds):
    """Counts how often it was asked, and can be away."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    def refresh(self) -> View:
        self.asked += 1
        if self.away:
            raise StoreAway("it is away")
        return View({}, {str(self.asked): None})  # type: ignore[dict-item]


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 1e-6
        return self.now


async def test_the_store_is_asked_at_most_every_20_ms() -> None:
    feeds, clock = Counting(), Clock()
    freshness = Freshness(feeds, clock)
    for _ in range(100):
        await freshness.view()
    assert feeds.asked == 1
    clock.now += CHECK_SECONDS
    await asyncio.gather(*[freshness.view() for _ in range(100)])
    assert feeds.asked == 2


async def test_a_commit_shows_at_once() -> None:
    feeds, clock = Counting(), Clock()
    freshness = Freshness(feeds, clock)
    for asked in range(1, 5):
        freshness.changed()
        assert set((await freshness.view()).campaigns) == {str(asked)}


async def test_a_commit_during_a_check_shows_at_the_next_view() -> None:
    feeds, clock = Counting(), Clock()
    freshness = Freshness(feeds, clock)
    checking = asyncio.create_task(freshness.view())
    await asyncio.sleep(0)
    freshness.changed()
    views = await asyncio.gather(*[freshness.view() for _ in range(10)])
    await checking
    assert {tuple(view.campaigns) for view in views} == {("2",)}
    assert feeds.asked == 2


async def test_an_away_store_is_not_asked_by_every_waiting_request() -> None:
    feeds, clock = Counting(), Clock()
    freshness = Freshness(feeds, clock)
    feeds.away = True
    answers = await asyncio.gather(*[freshness.view() for _ in range(50)], return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreAway}
    assert feeds.asked == 1
    feeds.away = False
    clock.now += CHECK_SECONDS
    assert (await freshness.view()).campaigns


async def test_a_body_is_made_once_for_all_who_wait() -> None:
    bodies, made = Bodies(room=100), []

    def make() -> bytes:
        made.append(1)
        return b"x" * 60

    assert await asyncio.gather(*[bodies.get("a", False, make) for _ in range(20)]) == [b"x" * 60] * 20
    assert len(made) == 1
    assert await bodies.get("a", True, make) == compressed(b"x" * 60)
    assert len(made) == 2
    await bodies.get("b", False, make)  # no room for both
    await bodies.get("a", False, make)
    assert len(made) == 4


async def test_a_failure_to_make_a_body_is_not_kept() -> None:
    bodies = Bodies()

    def fail() -> bytes:
        raise ValueError("no entry")

    for _ in range(2):
        with pytest.raises(ValueError, match="no entry"):
            await bodies.get("a", False, fail)
    assert await bodies.get("a", False, lambda: b"now") == b"now"


def test_repeated_header_fields_count_as_one() -> None:
    assert wants_gzip([(b"accept-encoding", b"br"), (b"accept-encoding", b"gzip")])
