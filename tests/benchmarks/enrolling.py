"""How fast units are enrolled, against empty workflows on the same server and in the same run, and what a unit costs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from activities.broadcast import AT_ONCE
from tests.benchmarks.setting import bench

_done = 0


@workflow.defn
class Empty:
    """Starts and completes."""

    @workflow.run
    async def run(self) -> None:
        """Counts itself, so that nobody has to ask the server for each."""
        global _done  # noqa: PLW0603
        _done += 1


async def empty_seconds(client: Client, count: int) -> float:
    """Seconds to start and complete so many empty workflows, as many starts under way as an enrolment has."""
    global _done  # noqa: PLW0603
    queue = f"empty-{uuid4()}"
    places = asyncio.Semaphore(AT_ONCE)

    async def begin(no: int) -> None:
        async with places:
            await client.start_workflow(Empty.run, id=f"{queue}/{no}", task_queue=queue)

    async with Worker(
        client,
        task_queue=queue,
        workflows=[Empty],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=worker.CACHED_UNITS,
        max_concurrent_workflow_tasks=worker.WORKFLOW_TASKS,
    ):
        _done = 0
        began = time.perf_counter()
        await asyncio.gather(*(begin(no) for no in range(count)))
        while _done < count:  # noqa: ASYNC110 - counted by the workflows themselves
            await asyncio.sleep(0.005)
        return time.perf_counter() - began


async def enrol_seconds(temporal: worker.Temporal, folder: Path, count: int) -> float:
    """Seconds from the launch of a campaign with so many units until readers see them all."""
    name = f"bench-{uuid4().hex[:8]}"
    async with bench(temporal, folder / name, name) as made:
        began = time.perf_counter()
        await made.enrol(name, count)
        return time.perf_counter() - began
