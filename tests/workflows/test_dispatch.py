"""One delivery at a time, whoever runs it: the real activity on a real server, and what a service does at its start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import notices
from activities.notices import NoticeActivities
from calendars.errors import StoreAway
from calendars.notices.delivering import Delivered
from calendars.store.database import open_store
from tests.notices.house import PLANNED, House, Paper, at
from workflows.dispatch import HEARTBEAT, Dispatch, keep_delivering

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOON = 0.7 * HEARTBEAT.total_seconds()  # long for a start, too short for a missing beat


@pytest.fixture
def queue() -> str:
    return f"dispatch-{uuid4().hex[:12]}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A commune whose secretary is to be reminded."""
    store = open_store(f"sqlite:///{tmp_path}/congress.db", durable=False)
    made = House(store)
    made.enrol("200")
    made.contact("200")
    made.wake(PLANNED, "200")
    yield made
    store.close()


class Shift:
    """An activity in the place of the real one, which says when it began and then neither beats nor ends."""

    def __init__(self) -> None:
        self.began = asyncio.Event()

    @activity.defn(name="deliver_notices")
    async def deliver(self) -> None:
        self.began.set()
        await asyncio.get_running_loop().create_future()


@asynccontextmanager
async def working(client: Client, queue: str, shift: Shift) -> AsyncIterator[None]:
    worker = Worker(
        client, task_queue=queue, workflows=[Dispatch], activities=[shift.deliver], max_concurrent_activities=1
    )
    async with worker:
        yield


async def run_of(client: Client, queue: str) -> str | None:
    return (await client.get_workflow_handle(f"dispatch/{queue}").describe()).run_id


async def test_a_service_that_starts_anew_waits_for_nobodys_beat(temporal: WorkflowEnvironment, queue: str) -> None:
    dead, alive = Shift(), Shift()
    async with working(temporal.client, queue, dead):
        await keep_delivering(temporal.client, queue)
        await asyncio.wait_for(dead.began.wait(), 30)
        other = await Client.connect(temporal.client.service_client.config.target_host)  # as in another process
        async with working(other, queue, alive):
            await keep_delivering(other, queue)
            await asyncio.wait_for(alive.began.wait(), SOON)


async def test_on_a_cluster_of_others_the_delivery_that_runs_goes_on(
    temporal: WorkflowEnvironment, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = Shift()
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cluster.example:7233")
    async with working(temporal.client, queue, shift):
        await keep_delivering(temporal.client, queue)
        await asyncio.wait_for(shift.began.wait(), 30)
        first = await run_of(temporal.client, queue)
        await keep_delivering(temporal.client, queue)
        assert await run_of(temporal.client, queue) == first


async def test_the_activity_delivers_until_the_worker_stops(
    temporal: WorkflowEnvironment, queue: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper, sent = Paper(), asyncio.Event()

    async def send(address: str, message: bytes) -> object:
        sent.set()
        return await Paper.send(paper, address, message)

    monkeypatch.setattr(paper, "send", send)
    monkeypatch.setattr(notices, "real_now", lambda: at(PLANNED))
    activities = NoticeActivities(house.delivery(paper)).activities
    async with Worker(temporal.client, task_queue=queue, workflows=[Dispatch], activities=activities):
        await keep_delivering(temporal.client, queue)
        await asyncio.wait_for(sent.wait(), 30)
    assert len(paper.sent) == 1
    assert house.row().status == "sent"


class Away:
    """A delivery whose store is away twice."""

    def __init__(self) -> None:
        self.calls = 0
        self.back = asyncio.Event()

    async def deliver_due(self, now: datetime, *_: object) -> Delivered:
        self.calls += 1
        if self.calls < 3:
            raise StoreAway("locked")
        self.back.set()
        return Delivered()


async def test_a_store_that_is_away_ends_no_shift(
    temporal: WorkflowEnvironment, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "IDLE_SECONDS", 0.01)
    away = Away()
    activities = NoticeActivities(away).activities  # type: ignore[arg-type]
    async with Worker(temporal.client, task_queue=queue, workflows=[Dispatch], activities=activities):
        await keep_delivering(temporal.client, queue)
        await asyncio.wait_for(away.back.wait(), 30)
        handle = temporal.client.get_workflow_handle(f"dispatch/{queue}")
        (pending,) = (await handle.describe()).raw_description.pending_activities
        assert (pending.attempt, pending.HasField("last_failure")) == (1, False)
