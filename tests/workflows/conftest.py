"""One real Temporal server for these tests; each test has a task queue, a store and a campaign of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.workflows.launches import named_campaign
from tests.workflows.small import write_campaign
from tests.workflows.temporal import Workbench, local_server, workbench


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """The real server, in real time."""
    async with local_server() as environment:
        yield environment


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """The folder of the small campaign."""
    return write_campaign(tmp_path)


@pytest.fixture
def name() -> str:
    """A campaign that the server has never seen, whatever other tests left there."""
    return f"small-{uuid4().hex[:12]}"


@pytest.fixture
def source(tmp_path: Path, name: str) -> Path:
    """The folder of the small campaign under that name."""
    return named_campaign(tmp_path / "source", name)


@pytest_asyncio.fixture(loop_scope="session")
async def bench(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Workbench]:
    """A worker with an empty store."""
    async with workbench(temporal, tmp_path) as made:
        yield made
