"""The API of the small province on 11 June 2020."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from calendars.sequence.state import Clock
from calendars.store.database import open_store
from tests.web.api.house import House, house_of
from tests.web.stores import Filled


def fill(filled: Filled) -> None:
    """What happened in the small province by 11 June 2020."""
    filled.hold("06664-01", "headman_election", "2020-01-05", turnout=93.25)
    filled.hold("06664-01", "cell_congress", "2020-01-18")
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19", direct_election=True)
    filled.pass_due("06868", "grassroots_congress", Clock.TARGET, "2020-05-31")
    filled.schedule("06868", "grassroots_congress", "2020-06-18")
    filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """The store of every test here, as a file to copy."""
    file = tmp_path_factory.mktemp("june") / "congress.db"
    store = open_store(f"sqlite:///{file}")
    filled = Filled(store)
    fill(filled)
    store.close()
    return file, filled


@pytest.fixture
def june(template: tuple[Path, Filled], tmp_path: Path) -> Iterator[Filled]:
    file, filled = template
    copy = shutil.copy(file, tmp_path / file.name)
    store = open_store(f"sqlite:///{copy}")
    yield filled.copied(store)
    store.close()


@pytest_asyncio.fixture
async def house(june: Filled) -> AsyncIterator[House]:
    async with house_of(june) as made:
        yield made
