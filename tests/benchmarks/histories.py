"""How long the history of one village becomes: a campaign that starts in time, both stages reported on their day."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta
from pathlib import Path

from calendars.plan.clock import campaign_today
from calendars.plan.loading import load_plan
from calendars.sequence.commands import Report
from calendars.sequence.messages import Append
from tests.benchmarks.figures import Figure
from tests.store.support import launched
from tests.workflows.small import CAMPAIGN, unit_start, write_campaign
from tests.workflows.temporal import skipping_server, workbench
from workflows.unit import UnitCongress

GOAL = 26
VILLAGE = "100-01"
START, ELECTION, CELL = date(2020, 1, 1), date(2020, 1, 5), date(2020, 1, 18)


async def history(folder: Path) -> list[Figure]:
    """The events of the history of a village's real workflow, on the server whose clock can be moved."""
    source = write_campaign(folder)
    async with skipping_server() as environment, workbench(environment, folder) as bench:
        line = launched().lines[0]
        document = {**line.data, "plan": load_plan(source / "plan.yaml").document()}
        opening = Append(CAMPAIGN, "@campaign", (dataclasses.replace(line, data=document),))
        await asyncio.wrap_future(bench.writer.submit(opening))
        today = campaign_today(await environment.get_current_time(), "Asia/Ho_Chi_Minh", 0)
        handle = await environment.client.start_workflow(
            UnitCongress.run,
            unit_start(source, VILLAGE, START, (START - today).days),
            id=f"congress/{CAMPAIGN}/{VILLAGE}",
            task_queue=bench.queue,
        )
        for stage, day, passed in (
            ("headman_election", ELECTION, ELECTION - START),
            ("cell_congress", CELL, CELL - ELECTION),
        ):
            await environment.sleep(passed - timedelta(seconds=1) if stage == "cell_congress" else passed)
            await bench.congress(CAMPAIGN).send(VILLAGE, Report(stage, day), by="benchmark")
        events = (await handle.describe()).history_length
    return [Figure("history of a village, both stages reported", f"<= {GOAL}", f"{events}", events <= GOAL, "events")]
