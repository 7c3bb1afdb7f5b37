"""How long the history of one village becomes: both stages reported on their day, its superior told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from calendars.sequence.messages import unit_workflow_id
from tests.benchmarks.figures import Figure
from tests.workflows.gated import CELL, CELLS_MET, ELECTED, ELECTION, gated_campaign, of_type
from tests.workflows.launches import edit, launched
from tests.workflows.temporal import skipping_server, workbench

VILLAGE = "100-01"
START = date(2019, 12, 3)  # early enough for every reminder of both stages
BEFORE = "before: [30, 14, 7, 1]"


async def history(folder: Path) -> list[Figure]:
    """The events of a village's real workflow, on the server whose clock can be moved, without and with reminders."""
    return [
        await _measured(folder / "plain", "plain-2020", "before: []", 0, 26),
        await _measured(folder / "reminded", "reminded-2020", BEFORE, 8, 80),
    ]


async def _measured(folder: Path, name: str, before: str, reminders: int, goal: int) -> Figure:
    source = gated_campaign(folder, name)
    edit(source / "plan.yaml", BEFORE, before)
    async with skipping_server() as environment, workbench(environment, folder) as bench:
        await launched(bench, source, START, await environment.get_current_time())
        congress = bench.congress(name)
        for day in range((CELLS_MET - START).days + 1):
            today = START + timedelta(days=day)
            if today == ELECTED:
                await congress.report(VILLAGE, ELECTION, today, by="benchmark")
            elif today == CELLS_MET:
                await congress.report(VILLAGE, CELL, today, by="benchmark")
            else:
                await environment.sleep(timedelta(days=1))
                continue
            await environment.sleep(timedelta(days=1))
        workflow_id = unit_workflow_id(name, VILLAGE)
        events = (await environment.client.get_workflow_handle(workflow_id).describe()).history_length
        fell_due = len(of_type(bench, name, VILLAGE, "reminder_due"))
    assert fell_due == reminders, f"{fell_due} reminders fell due"
    what = f"history of a village, both stages reported, {reminders or 'no'} reminders due"
    return Figure(what, f"<= {goal}", f"{events}", events <= goal, "events")
