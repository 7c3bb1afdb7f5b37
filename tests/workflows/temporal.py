"""Real Temporal servers for tests, from the binaries that the requirements bring, and workers with a real journal."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.registry import all_activities
from calendars.ical.renderer import IcalRenderer
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.store.writer import Writer
from workflows.campaign import CampaignCongress
from workflows.client import CongressClient
from workflows.conversion import DATA_CONVERTER
from workflows.unit import UnitCongress


def binary(name: str) -> str:
    """A server's binary, beside the interpreter or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is not installed; requirements-dev.txt brings it"
    return found


@asynccontextmanager
async def local_server(*dynamic: str) -> AsyncIterator[WorkflowEnvironment]:
    """The real server in real time, with dynamic configuration such as `limit.historyCount.suggestContinueAsNew=50`."""
    arguments = [part for value in dynamic for part in ("--dynamic-config-value", value)]
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"),
        dev_server_extra_args=arguments,
        dev_server_log_level="error",
        data_converter=DATA_CONVERTER,
    )
    async with environment:
        yield environment


@asynccontextmanager
async def skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """The server whose clock jumps to the next timer. One for each test: its clock is one for all workflows."""
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary("temporal-test-server"), data_converter=DATA_CONVERTER
    )
    async with environment:
        yield environment


@dataclass
class Workbench:
    """A worker on a task queue of its own, its store, and a client of it."""

    client: Client
    store: Store
    writer: Writer
    queue: str
    folder: Path

    def congress(self, campaign: str) -> CongressClient:
        """A client of a campaign."""
        return CongressClient(self.client, campaign, self.queue)

    async def history(self, workflow_id: str) -> Sequence[str]:
        """The kinds of events in a workflow's history."""
        handle = self.client.get_workflow_handle(workflow_id)
        history = await handle.fetch_history()
        return [event.event_type for event in history.events]  # type: ignore[misc]


@asynccontextmanager
async def workbench(
    environment: WorkflowEnvironment, folder: Path, url: str = "", *, queue: str = "", debug: bool = False
) -> AsyncIterator[Workbench]:
    """Runs a worker, in the sandbox, until the end of the block. A bug in a workflow fails it instead of hanging it.

    With the `folder` and the `queue` of a former one it goes on where that one stopped.
    """
    store = open_store(url or f"sqlite:///{folder / 'congress.db'}")
    renderer = IcalRenderer()
    writer = Writer(Journal(store, renderer))
    queue = queue or f"test-{uuid4()}"
    worker = Worker(
        environment.client,
        task_queue=queue,
        workflows=[UnitCongress, CampaignCongress],
        activities=all_activities(environment.client, store, writer, folder / "campaigns", queue, renderer.version),
        workflow_failure_exception_types=[AssertionError, KeyError, AttributeError, TypeError, ValueError],
        debug_mode=debug,
    )
    try:
        async with worker:
            yield Workbench(environment.client, store, writer, queue, folder)
    finally:
        await asyncio.to_thread(writer.close)
        store.close()
