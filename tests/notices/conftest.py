"""What tests of notices share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from calendars.store.database import Store, open_store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store on each database in turn."""
    opened = open_store(database_url, durable=False)
    yield opened
    opened.close()
