"""What workers leave out changes nothing that a workflow sees."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.bridge import worker as bridge
from temporalio.client import Client
from temporalio.converter import PayloadCodec
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from workflows.conversion import DATA_CONVERTER
from workflows.overhead import WALKS, walk_payloads_rarely

pytestmark = pytest.mark.asyncio(loop_scope="session")


@activity.defn
async def greet(name: str) -> str:
    return f"Chào {name}"


@workflow.defn(sandboxed=False)
class Greeting:
    @workflow.run
    async def run(self, name: str) -> str:
        return await workflow.execute_activity(greet, name, start_to_close_timeout=timedelta(seconds=10))


class Reversed(PayloadCodec):
    """A codec that leaves nothing readable."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload(metadata={"encoding": b"x"}, data=base64.b85encode(one.SerializeToString())) for one in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [Payload.FromString(base64.b85decode(one.data)) for one in payloads]


@pytest.fixture
def sparing() -> Iterator[None]:
    before = {name: getattr(bridge, name) for name in WALKS}
    walk_payloads_rarely()
    assert all(getattr(bridge, name) is not before[name] for name in WALKS), "the pinned library has these walks"
    once = {name: getattr(bridge, name) for name in WALKS}
    walk_payloads_rarely()
    assert {name: getattr(bridge, name) for name in WALKS} == once
    yield
    for name, walk in before.items():
        setattr(bridge, name, walk)


@pytest.mark.parametrize("codec", [None, Reversed()], ids=["no codec", "a codec"])
async def test_payloads_arrive_with_and_without_a_codec(
    sparing: None, temporal: WorkflowEnvironment, codec: PayloadCodec | None
) -> None:
    config = temporal.client.config()
    config["data_converter"] = replace(DATA_CONVERTER, payload_codec=codec)
    coded = Client(**config)
    queue = uuid4().hex
    async with Worker(
        coded,
        task_queue=queue,
        workflows=[Greeting],
        activities=[greet],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await coded.start_workflow(Greeting.run, "Hạ Long", id=queue, task_queue=queue)
        assert await handle.result() == "Chào Hạ Long"
    history = (await handle.fetch_history()).events
    results = [event.activity_task_completed_event_attributes.result for event in history]
    data = b"".join(payload.data for result in results for payload in result.payloads)
    assert ("Chào Hạ Long".encode() in data) == (codec is None)
