"""What addresses are used for: gathered without the store, written at intervals, kept while the store is away."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from calendars.errors import StoreAway
from calendars.store import grants
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.store.grants import Grant
from calendars.store.usage import USER_AGENT_CHARACTERS, Use, plain_user_agent, record_uses
from calendars.web.usage import Usage
from tests.web.conftest import Client
from tests.web.stores import START, Filled

AGENT = b"Thunderbird/128"


class Failing(Store):
    """A store that can be told to fail, and counts how often it was written to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine)
        self.error: Exception | None = None
        self.writings = 0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.writings += 1
        if self.error:
            raise self.error
        with super().writing() as connection:
            yield connection


class Watched:
    """A tally over the small province's store at a time that is set."""

    def __init__(self, store: Store) -> None:
        self.store = Failing(store)
        self.now = START
        self.filled = Filled(store)
        self.usage = self.again(timedelta(hours=1))

    def again(self, every: timedelta) -> Usage:
        return Usage(self.store, lambda: self.now, every)

    def found(self, grant: Grant) -> tuple[datetime | None, str | None, int, int]:
        with self.store.reading() as connection:
            [one] = [one for one in grants.listed(connection, grant.campaign) if one.id == grant.id]
        return one.last_used, one.user_agent, one.answered_200, one.answered_304


@pytest.fixture
def watched(store: Store) -> Watched:
    return Watched(store)


@pytest.fixture
async def grant(watched: Watched) -> AsyncIterator[Grant]:
    yield watched.filled.grant()[0]
    await watched.usage.close()


async def test_uses_of_one_interval_are_one_writing(watched: Watched, grant: Grant) -> None:
    other = watched.filled.grant()[0]
    before = watched.store.writings
    for _ in range(1_000):
        watched.usage.note(grant.id, 304, AGENT)
    watched.usage.note(other.id, 200, b"")
    assert watched.store.writings == before
    await watched.usage.write()
    assert watched.store.writings == before + 1
    assert watched.found(grant) == (START, "Thunderbird/128", 0, 1_000)
    assert watched.found(other) == (START, None, 1, 0)


async def test_the_first_use_is_written_without_waiting(watched: Watched, grant: Grant) -> None:
    usage = watched.again(timedelta(0))
    usage.note(grant.id, 200, AGENT)
    assert usage._writing is not None
    await usage._writing
    assert watched.found(grant) == (START, "Thunderbird/128", 1, 0)
    watched.now += timedelta(hours=1)
    usage.note(grant.id, 200, b"khal")
    await usage._writing
    assert watched.found(grant) == (watched.now, "khal", 2, 0)


async def test_closing_writes_what_is_left_and_does_not_wait(watched: Watched, grant: Grant) -> None:
    watched.usage.note(grant.id, 200, AGENT)
    await watched.usage.write()
    watched.usage.note(grant.id, 304, AGENT)
    await watched.usage.close()
    assert watched.found(grant) == (START, "Thunderbird/128", 1, 1)
    written = watched.store.writings
    await watched.usage.close()
    assert watched.store.writings == written


@pytest.mark.parametrize(
    "error", [StoreAway("it is away"), ProgrammingError("UPDATE", {}, Exception("permission denied"))]
)
async def test_what_the_store_cannot_take_is_kept(
    watched: Watched, grant: Grant, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    watched.store.error = error
    watched.usage.note(grant.id, 200, AGENT)
    await watched.usage.write()
    assert caplog.messages == [f"the use of 1 grants could not be recorded now ({type(error).__name__})"]
    watched.now += timedelta(minutes=5)
    watched.usage.note(grant.id, 304, b"khal")
    await watched.usage.write()
    watched.store.error = None
    assert watched.found(grant) == (None, None, 0, 0)
    await watched.usage.write()
    assert watched.found(grant) == (watched.now, "khal", 1, 1)


async def test_a_store_that_is_away_for_writing_keeps_no_feed_back(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    failing = Failing(client.filled.store)
    failing.error = StoreAway("it is away")
    client.feeds._usage._store = failing
    assert [(await client.ask()).status_code for _ in range(3)] == [200, 200, 200]
    await client.feeds.close()
    assert failing.writings > 0
    assert client.token not in caplog.text
    assert client.grant.id not in caplog.text


@pytest.fixture
def opened(database_url: str) -> Iterator[Store]:
    made = open_store(database_url)
    yield made
    made.close()


def test_uses_of_two_processes_are_added_and_the_latest_is_the_last(opened: Store) -> None:
    filled = Filled(opened)
    grant, other = filled.grant()[0], filled.grant()[0]
    later = (START + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=7)))
    with opened.writing() as connection:
        record_uses(connection, [Use(grant.id, later, "khal", 1, 5), Use(other.id, START, None, 3, 0)])
        record_uses(connection, [Use(grant.id, START, "Thunderbird", 2, 0), Use("gone", START, "khal", 1, 1)])
        record_uses(connection, [])
        found = {one.id: one for one in grants.listed(connection, grant.campaign)}
    assert set(found) == {grant.id, other.id}
    one = found[grant.id]
    assert (one.last_used, one.user_agent, one.answered_200, one.answered_304) == (later.astimezone(UTC), "khal", 3, 5)
    assert (one.idle_since, grant.idle_since) == (later, START)


def test_use_changes_no_feed(opened: Store) -> None:
    filled, feeds = Filled(opened), Feeds(opened)
    grant = filled.grant()[0]
    view = feeds.refresh()
    with opened.writing() as connection:
        record_uses(connection, [Use(grant.id, START, "khal", 1, 0)])
    assert feeds.refresh() is view


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"Mozilla/5.0 (X11) Thunderbird/128", "Mozilla/5.0 (X11) Thunderbird/128"),
        (b"", None),
        (b" \t ", None),
        (b"a\x00b\r\nc\x1b[31m\xc2\x85d", "a b c [31m d"),
        ("Lịch/1\u2028x\u202ey".encode(), "Lịch/1 x y"),
        (b"caf\xe9", "caf\ufffd"),
        (b"x" * 119 + b" yz", "x" * 119),
        (b"x" * 10_000, "x" * USER_AGENT_CHARACTERS),
    ],
)
def test_a_user_agent_is_one_printable_line(sent: bytes, kept: str | None) -> None:
    assert plain_user_agent(sent) == kept
