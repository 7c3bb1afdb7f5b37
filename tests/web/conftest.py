"""A filled store and its feeds over HTTP, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio

from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from tests.web.stores import START, Filled


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> Filled:
    return Filled(store)


class Client:
    """Asks for feeds as a calendar program does."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.now = START
        self.freshness = Freshness(Feeds(filled.store))
        self.feeds = FeedApplication(self.freshness, filled.store, now=lambda: self.now)
        self.http = over(self.feeds)
        self.grant, self.token = filled.grant()
        self.path = f"/feeds/{self.token}.ics"

    async def ask(
        self, query: str = "", headers: Mapping[str, str] | None = None, method: str = "GET", path: str = ""
    ) -> httpx.Response:
        """One request, for the client's own feed unless `path` says otherwise, after a change of the store."""
        self.freshness.changed()
        return await self.http.request(method, f"{path or self.path}{query}", headers=headers or {})


def over(application: Any) -> httpx.AsyncClient:
    """A client of an ASGI application. It asks for gzip only where a test says so."""
    transport = httpx.ASGITransport(application)
    client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
    del client.headers["accept-encoding"]
    return client


@pytest_asyncio.fixture
async def client(filled: Filled) -> AsyncIterator[Client]:
    made = Client(filled)
    async with made.http:
        yield made
    await made.feeds.close()
