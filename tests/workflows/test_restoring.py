"""Temporal has lost everything; the journal has not."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from calendars.errors import UserError
from calendars.sequence.commands import Correct
from calendars.sequence.messages import Progress
from calendars.sequence.refusals import Refused
from calendars.store.reading import read_campaign
from tests.workflows.launches import JUNE, journal, launched, lines
from tests.workflows.temporal import Workbench
from workflows.restoring import Restart, restart_of, restore_campaign

pytestmark = pytest.mark.asyncio(loop_scope="session")
CODES = ("22", "100", "200", "100-01", "100-02", "200-01")


def restart(bench: Workbench, name: str) -> Restart:
    with bench.store.reading() as connection:
        return restart_of(connection, read_campaign(connection, name))


async def lose(bench: Workbench, name: str) -> None:
    """Ends every workflow of the campaign without a word."""
    for workflow_id in (f"congress/{name}", *(f"congress/{name}/{code}" for code in CODES)):
        await bench.client.get_workflow_handle(workflow_id).terminate("lost")


async def restored(bench: Workbench, name: str) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    await restore_campaign(bench.congress(name), restart(bench, name), lambda *at: told.append(at))
    return told


async def test_units_go_on_from_the_journal_alone(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    await bench.congress(name).report("200-01", "headman_election", date(2020, 1, 5), by="x", results={"turnout": 91})
    before = journal(bench)
    await lose(bench, name)
    with pytest.raises(UserError, match="There is no unit 200-01 running"):
        await bench.congress(name).report("200-01", "cell_congress", date(2020, 1, 18), by="y")
    assert await restored(bench, name) == [(number, 6) for number in range(1, 7)]
    sent = await bench.congress(name).report("200-01", "cell_congress", date(2020, 1, 18), by="y")
    assert (sent.answer.first, sent.answer.last, sent.answer.visible) == (9, 9, True)
    found = journal(bench)
    assert found[:-1] == before
    assert [line.no for line in lines(bench, name, "200-01")] == list(range(1, 10))
    # What the unit knew it knows again: the results, and what had been taken.
    with pytest.raises(Refused, match="already reported"):
        await bench.congress(name).report("200-01", "headman_election", date(2020, 1, 5), by="z")
    taken = before[-1].line.command
    again = await bench.congress(name).send("200-01", Correct("headman_election", "x"), by="x", id=taken)
    assert again.answer.repeated


async def test_the_data_folder_is_not_needed(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    await lose(bench, name)
    shutil.rmtree(bench.folder / "campaigns")
    await restored(bench, name)
    sent = await bench.congress(name).report("200", "grassroots_congress", date(2020, 6, 10), by="x")
    assert (sent.answer.last, sent.answer.visible) == (5, True)


async def test_each_unit_keeps_the_campaigns_day(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    found = restart(bench, name)
    assert (found.start.today, found.start.by, found.start.reports) == (JUNE, "test", False)
    assert sorted(unit.unit for unit in found.units) == sorted(CODES)
    assert {unit.clock for unit in found.units} == {found.start.clock}
    assert all(unit.state.version == len(lines(bench, name, unit.unit)) for unit in found.units)


async def test_restoring_what_runs_changes_nothing(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    handles = [bench.client.get_workflow_handle(f"congress/{name}/{code}") for code in CODES]
    runs = [(await handle.describe()).run_id for handle in handles]
    before = journal(bench)
    await restored(bench, name)
    assert [(await handle.describe()).run_id for handle in handles] == runs
    assert journal(bench) == before


async def test_a_restored_campaign_takes_its_launch_again(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before = journal(bench)
    await lose(bench, name)
    await restored(bench, name)
    assert await launched(bench, source) == Progress(6, 6, done=True)
    assert journal(bench) == before
    running = await bench.client.get_workflow_handle(f"congress/{name}").describe()
    assert running.status == WorkflowExecutionStatus.RUNNING


async def test_a_campaign_that_is_nowhere_is_not_restored(bench: Workbench, source: Path, name: str) -> None:
    with pytest.raises(UserError, match="No campaign is launched here"):
        restart(bench, name)
    await launched(bench, source)
    with pytest.raises(UserError, match=f"There is no campaign other-2020 here, expected one of {name}"):
        restart(bench, "other-2020")
    with pytest.raises(RPCError, match="not found"):
        await bench.client.get_workflow_handle("congress/other-2020").describe()
