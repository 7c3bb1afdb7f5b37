"""How fast units are enrolled, against empty workflows on one server, and what a unit costs in larger campaigns."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from activities.broadcast import AT_ONCE
from tests.benchmarks.figures import Figure
from tests.benchmarks.setting import bench, server

ROUNDS = 2
SMALL, LARGE = 250, 1_000
RATE, GROWTH = 0.9, 1.25

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


async def enrolling(folder: Path) -> list[Figure]:
    """Enrolment as a share of the empty rate, and the seconds a unit costs in a campaign four times as large."""
    empty, small, large = [], [], []
    async with server(folder) as temporal:
        await empty_seconds(temporal.client, 100)
        for _ in range(ROUNDS):
            empty.append(await empty_seconds(temporal.client, LARGE))
            small.append(await enrol_seconds(temporal, folder, SMALL) / SMALL)
            large.append(await enrol_seconds(temporal, folder, LARGE) / LARGE)
    share = median(empty) / LARGE / median(large)
    growth = median(large) / median(small)
    rates = f"{1 / median(large):.0f} against {LARGE / median(empty):.0f} a second, {LARGE:,} units"
    costs = f"{median(small) * 1000:.1f} ms a unit of {SMALL:,}, {median(large) * 1000:.1f} ms of {LARGE:,}"
    return [
        Figure("enrolling units, of the rate of empty workflows", f">= {RATE}", f"{share:.2f}", share >= RATE, rates),
        Figure("cost per unit, campaign four times as large", f"<= {GROWTH}", f"{growth:.2f}", growth <= GROWTH, costs),
    ]
