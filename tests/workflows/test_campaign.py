"""The campaign's workflow: admissions one after the other, its end, and its continuation as a new run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from calendars.sequence.messages import Progress
from tests.workflows.launches import journal, launched, lines, prepared
from tests.workflows.temporal import Workbench, local_server, workbench
from workflows.campaign import CampaignCongress

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_launch_is_journalled_before_any_unit(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    first = journal(bench)[0]
    assert (first.unit, first.line.type) == ("@campaign", "launched")


async def test_an_admission_that_comes_before_the_launch_is_journalled_waits(
    bench: Workbench, source: Path, name: str
) -> None:
    start = prepared(bench, source).start
    await bench.congress(name).launch(start)
    done = await asyncio.gather(*(bench.congress(name).enrol(start) for _ in range(3)))
    assert done == [Progress(6, 6, done=True)] * 3
    assert [line.no for line in lines(bench, name, "@campaign")] == [1]


async def test_admissions_come_one_after_the_other(bench: Workbench, source: Path, name: str) -> None:
    start = prepared(bench, source).start
    await bench.congress(name).launch(start)
    await asyncio.gather(*(bench.congress(name).enrol(start) for _ in range(3)))
    history = await bench.client.get_workflow_handle(f"congress/{name}").fetch_history()
    scheduled = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert scheduled == ["describe_launch", "journal_append", *["count_units", "enrol_units", "await_enrolled"] * 3]


async def test_closed_it_ends_and_its_journal_stays(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before = journal(bench)
    handle = bench.client.get_workflow_handle(f"congress/{name}")
    await handle.signal(CampaignCongress.close)
    await handle.result()
    assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
    assert journal(bench) == before


async def test_closed_while_it_admits_it_ends_after_the_admission(bench: Workbench, source: Path, name: str) -> None:
    start = prepared(bench, source).start
    await bench.congress(name).launch(start)
    handle = bench.client.get_workflow_handle(f"congress/{name}")
    admitting = asyncio.create_task(bench.congress(name).enrol(start))
    async with asyncio.timeout(30):
        while (await bench.congress(name).progress()).units == 0:  # noqa: ASYNC110 - a query tells, no event
            await asyncio.sleep(0.01)
    await handle.signal(CampaignCongress.close)
    assert await admitting == Progress(6, 6, done=True)
    await handle.result()


async def test_a_long_life_continues_as_new_without_another_launch(tmp_path: Path, source: Path, name: str) -> None:
    async with (
        local_server("limit.historyCount.suggestContinueAsNew=40") as environment,
        workbench(environment, tmp_path) as bench,
    ):
        runs = set()
        for _ in range(3):
            assert await launched(bench, source) == Progress(6, 6, done=True)
            runs.add((await bench.client.get_workflow_handle(f"congress/{name}").describe()).run_id)
        assert len(runs) > 1
        assert [placed.line.type for placed in journal(bench)].count("enrolled") == 6
        assert len(lines(bench, name, "@campaign")) == 1
