"""The API of the small province on 11 June 2020."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from calendars.sequence.state import Clock
from tests.web.api.house import House, house_of
from tests.web.stores import Filled


@pytest.fixture
def june(filled: Filled) -> Filled:
    filled.hold("06664-01", "headman_election", "2020-01-05", turnout=93.25)
    filled.hold("06664-01", "cell_congress", "2020-01-18")
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19", direct_election=True)
    filled.pass_due("06868", "grassroots_congress", Clock.TARGET, "2020-05-31")
    filled.schedule("06868", "grassroots_congress", "2020-06-18")
    filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")
    return filled


@pytest_asyncio.fixture
async def house(june: Filled) -> AsyncIterator[House]:
    async with house_of(june) as made:
        yield made
