"""What every test may ask for, and what no test may depend on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import Postgres, running_postgres

# Times on a shared machine say nothing about correctness. Examples are new ones each time, save where a failure would
# stop somebody else's change: whoever works on the project finds it here.
settings.register_profile("project", settings(deadline=None, derandomize="CI" in os.environ))
settings.load_profile("project")

# A developer's own settings must not reach a test, nor a service that a test starts.
for name in [name for name in os.environ if name.startswith(("CONGRESS_", "TEMPORAL_"))]:
    del os.environ[name]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """The one PostgreSQL server of this run, started by the first test that asks."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Postgres]:
    """The server, for a test that stops it; it runs again for the next test."""
    yield postgres_server
    postgres_server.start()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/congress.db"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, empty: what holds on one must hold on the other."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
