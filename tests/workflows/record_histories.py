"""Records the histories that replay tests read, from workflows that really ran: `make histories`.

A recorded history stands for units that are under way somewhere, so a file that exists is never written again: a
recording adds only the cases that have no file yet. A case is added for each way of running that a release has.

Most cases come from the service as users start it. Two need a server that the service does not start by itself: one
with a low threshold for continue-as-new, and one whose clock jumps; there a worker of the tests stands in.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus

from activities.broadcast import unit_workflow_id
from calendars.sequence.commands import Correct
from calendars.sequence.events import event_of
from calendars.sequence.evolving import fold
from calendars.sequence.messages import UnitStart
from calendars.sequence.refusals import Refused
from calendars.store.database import Store, open_store
from calendars.store.reading import read_campaign
from tests.service import Service
from tests.workflows.launches import JUNE, journalled, launched, lines, named_campaign, prepared
from tests.workflows.small import CAMPAIGN, unit_start, write_campaign
from tests.workflows.temporal import local_server, skipping_server, workbench
from workflows.admitting import stage_units
from workflows.campaign import CampaignCongress
from workflows.client import CongressClient
from workflows.connection import connect
from workflows.datafolder import DataFolder
from workflows.launching import admit
from workflows.restoring import restart_of, restore_campaign
from workflows.unit import UnitCongress

HISTORIES = Path(__file__).parents[1] / "histories"
IDENTITY = "congress"
BY = "recording"
GRASSROOTS = "grassroots_congress"
# A process on a machine, and a path from the root of a file system.
OF_A_MACHINE = re.compile(r"\d+@[\w.-]+|(?<![\w.~}-])/[A-Za-z_]+/")


def main() -> None:
    """Records what is missing and says what it recorded."""
    for name in [name for name in os.environ if name.startswith(("CONGRESS_", "TEMPORAL_"))]:
        del os.environ[name]
    recorded = asyncio.run(record(HISTORIES))
    print("\n".join(recorded) if recorded else "Every case has its history; none is recorded twice.")


async def record(folder: Path) -> list[str]:
    """Runs the scenarios of which a case is missing in `folder`; gives the cases that were added."""
    added: list[str] = []
    for scenario, cases in SCENARIOS.items():
        missing = {case for case in cases if not (folder / f"{case}.json").exists()}
        if not missing:
            continue
        with TemporaryDirectory() as temporary:
            await scenario(Recorder(folder, added), Path(temporary))
        if unrecorded := missing - set(added):
            sys.exit(f"{scenario.__name__} was to record {', '.join(sorted(unrecorded))}")
    return added


@dataclass(frozen=True)
class Recorder:
    """Keeps histories as files, `WORKFLOW/case.json`."""

    folder: Path
    added: list[str]

    async def keep(self, client: Client, workflow_id: str, case: str, run_id: str | None = None) -> None:
        """Keeps the history of a workflow as it is now, unless the case has a file."""
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        described = await handle.describe()
        if described.status == WorkflowExecutionStatus.RUNNING:
            # Answered between two tasks of the workflow: the history then ends where the workflow waits.
            query = "version" if described.workflow_type == "UnitCongress" else "progress"
            await handle.query(query)
        history = await handle.fetch_history()
        self.write(f"{described.workflow_type}/{case}", history.to_json_dict())

    def write(self, case: str, history: dict[str, Any]) -> None:
        """Writes a history without what it tells of the machine, unless the case has a file."""
        file = self.folder / f"{case}.json"
        if file.exists():
            return
        neutral = _neutral(history)
        if found := sorted(set(told_of_a_machine(neutral))):
            sys.exit(f"{case} tells of this machine: {', '.join(found)}")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as target:
            json.dump(neutral, target, ensure_ascii=False, indent=1)
            target.write("\n")
        self.added.append(case)


def told_of_a_machine(value: Any) -> Iterator[str]:
    """Paths and processes that a history names anywhere, in its payloads too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from told_of_a_machine(_decoded(inner) if key == "data" else inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told_of_a_machine(inner)
    elif isinstance(value, str):
        yield from OF_A_MACHINE.findall(value)


def _decoded(payload: Any) -> Any:
    return base64.b64decode(payload).decode("utf-8", "replace") if isinstance(payload, str) else payload


def _neutral(value: Any) -> Any:
    if isinstance(value, list):
        return [_neutral(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        return {**value, "name": f"{IDENTITY}-sticky"}
    fixed = {"identity": IDENTITY, "stackTrace": ""}
    return {key: fixed.get(key, _neutral(inner)) for key, inner in value.items()}


@dataclass
class Running:
    """The running service, as a place to launch campaigns at."""

    client: Client
    store: Store
    queue: str
    folder: Path

    def congress(self, campaign: str) -> CongressClient:
        """A client of a campaign."""
        return CongressClient(self.client, campaign, self.queue)


@asynccontextmanager
async def _service(data: Path) -> AsyncIterator[Running]:
    service = Service(data)
    try:
        await asyncio.to_thread(service.start)
        store = open_store(f"sqlite:///{data / 'congress.db'}")
        yield Running(await connect(service.temporal_address()), store, "congress", data)
        store.close()
        await asyncio.to_thread(service.stop)
    finally:
        service.end()


async def first_days(recorder: Recorder, folder: Path) -> None:
    """A campaign launched before anything was held: its units wait for their first day."""
    async with _service(folder / "data") as place:
        name = "early-2020"
        await launched(place, named_campaign(folder, name), date(2019, 12, 20))
        await recorder.keep(place.client, unit_workflow_id(name, "100-01"), "enrolled")
        await place.congress(name).schedule("100-01", "headman_election", date(2020, 1, 5), by=BY)
        await recorder.keep(place.client, unit_workflow_id(name, "100-01"), "scheduled")


async def a_campaign_under_way(recorder: Recorder, folder: Path) -> None:
    """The small campaign as of 11/06/2020 on the service, from its launch to its close."""
    source = write_campaign(folder)
    async with _service(folder / "data") as place:
        client, congress = place.client, place.congress(CAMPAIGN)

        async def keep(unit: str, case: str, run_id: str | None = None) -> None:
            await recorder.keep(client, unit_workflow_id(CAMPAIGN, unit), case, run_id)

        async def end(unit: str) -> None:
            await client.get_workflow_handle(unit_workflow_id(CAMPAIGN, unit)).terminate(BY)

        await launched(place, source)
        await recorder.keep(client, f"congress/{CAMPAIGN}", "launched")
        await keep("100-01", "opened_with_reports")
        await keep("200-01", "overdue_at_enrolment")
        await keep("22", "waiting_for_its_deadline")

        await congress.schedule("200", GRASSROOTS, date(2020, 6, 20), by=BY)
        await congress.schedule("200", GRASSROOTS, date(2020, 6, 25), date(2020, 6, 26), by=BY)
        await keep("200", "rescheduled")
        await congress.report("200", GRASSROOTS, date(2020, 6, 9), results={"direct_election": True}, by=BY)
        await congress.correct("200", Correct(GRASSROOTS, "the second day", to=date(2020, 6, 10)), by=BY)
        await congress.retract("200", GRASSROOTS, "another commune's report", by=BY)
        await keep("200", "corrected_and_retracted")

        corrections = [Correct(GRASSROOTS, f"day {day}", date(2020, 5, day)) for day in range(4, 12)]
        await asyncio.gather(*(congress.correct("100", correction, by=BY) for correction in corrections))
        await keep("100", "orders_at_once")

        with place.store.writing():
            sent = await congress.report("100-02", "cell_congress", date(2020, 1, 18), by=BY)
            assert not sent.answer.visible
            await congress.correct("100-02", Correct("cell_congress", "moved", date(2020, 1, 19)), by=BY)
        await journalled(place, CAMPAIGN, "100-02", sent.answer.last + 1)
        await keep("100-02", "store_away")

        await congress.report("200-01", "headman_election", date(2020, 1, 5), by=BY)
        await end("200-01")
        await keep("200-01", "terminated")
        shift = (await asyncio.to_thread(prepared, place, source)).start.clock.shift_days
        await congress.start_unit(unit_start(source, "200-01", JUNE, shift))
        await congress.report("200-01", "cell_congress", date(2020, 1, 18), by=BY)
        await keep("200-01", "adopted_the_journal")

        await end("100-01")
        with place.store.reading() as connection:
            restart = restart_of(connection, read_campaign(connection, CAMPAIGN))
        await restore_campaign(congress, restart, lambda done, units: None)
        await keep("100-01", "restored")
        await congress.correct("100-01", Correct("headman_election", "counted", results={"turnout": 94.5}), by=BY)
        await keep("100-01", "restored_and_corrected")

        (folder / "more.csv").write_text("code,name,level,parent\n200-02,Khu phố 2,village,200\n", encoding="utf-8")
        with place.store.reading() as connection:
            campaign = read_campaign(connection, CAMPAIGN)
            start, _ = stage_units(folder / "more.csv", DataFolder(place.folder), connection, campaign, by=BY)
        await admit(congress, start, lambda _: None)
        await recorder.keep(client, f"congress/{CAMPAIGN}", "units_imported")

        for workflow_id, signal in (
            (unit_workflow_id(CAMPAIGN, "200"), UnitCongress.close),
            (f"congress/{CAMPAIGN}", CampaignCongress.close),
        ):
            handle = client.get_workflow_handle(workflow_id)
            await handle.signal(signal)
            await handle.result()
            await recorder.keep(client, workflow_id, "closed")

        # Started again from an older state than the journal's, each meets an order before it knows.
        async def behind(start: UnitStart, known: int) -> None:
            events = [event_of(line) for line in lines(place, CAMPAIGN, start.unit)[:known]]
            await congress.start_unit(replace(start, state=fold(start.state, events), opening=()))

        await behind(unit_start(source, "200", JUNE, shift), 2)
        await congress.schedule("200", GRASSROOTS, date(2020, 6, 28), by=BY)
        await keep("200", "order_overtaken_by_adoption")
        await end("200-01")
        await behind(unit_start(source, "200-01", JUNE, shift), 3)
        with suppress(Refused):
            await congress.report("200-01", "headman_election", date(2020, 1, 5), by=BY)
        await keep("200-01", "order_refused_after_adoption")


async def long_lives(recorder: Recorder, folder: Path) -> None:
    """A unit and a campaign that continue as new, each run of theirs."""
    async with (
        local_server("limit.historyCount.suggestContinueAsNew=40") as environment,
        workbench(environment, folder) as place,
    ):
        source = write_campaign(folder)
        await launched(place, source)
        congress = place.congress(CAMPAIGN)
        unit = unit_workflow_id(CAMPAIGN, "100")
        first = {id: (await place.client.get_workflow_handle(id).describe()).run_id for id in (unit, _campaign())}
        for turn in range(12):
            await congress.correct("100", Correct(GRASSROOTS, f"turn {turn}", date(2020, 5, 10 + turn % 2)), by=BY)
        for _ in range(2):
            await launched(place, source)
        for workflow_id, run_id in first.items():
            handle = place.client.get_workflow_handle(workflow_id)
            async with asyncio.timeout(30):
                while (await handle.describe()).run_id == run_id:  # noqa: ASYNC110 - the server tells, no event
                    await asyncio.sleep(0.05)
            await recorder.keep(place.client, workflow_id, "continued_as_new", run_id)
            await recorder.keep(place.client, workflow_id, "after_continuing")


def _campaign() -> str:
    return f"congress/{CAMPAIGN}"


async def days_that_pass(recorder: Recorder, folder: Path) -> None:
    """A unit that sleeps past its target and its deadline."""
    async with skipping_server() as environment, workbench(environment, folder) as place:
        await launched(place, write_campaign(folder), date(2020, 5, 25), await environment.get_current_time())
        for _ in range(40):  # a day at a time: the server's answer to a longer sleep may come too late
            await environment.sleep(timedelta(days=1))
        await journalled(place, CAMPAIGN, "200", 3)
        await recorder.keep(place.client, unit_workflow_id(CAMPAIGN, "200"), "overdue_by_its_timers")
        await place.congress(CAMPAIGN).report("200", GRASSROOTS, date(2020, 7, 1), by=BY)
        await recorder.keep(place.client, unit_workflow_id(CAMPAIGN, "200"), "reported_late")


SCENARIOS: dict[Callable[[Recorder, Path], Awaitable[None]], tuple[str, ...]] = {
    first_days: ("UnitCongress/enrolled", "UnitCongress/scheduled"),
    a_campaign_under_way: (
        "UnitCongress/opened_with_reports",
        "UnitCongress/overdue_at_enrolment",
        "UnitCongress/waiting_for_its_deadline",
        "UnitCongress/rescheduled",
        "UnitCongress/corrected_and_retracted",
        "UnitCongress/orders_at_once",
        "UnitCongress/store_away",
        "UnitCongress/terminated",
        "UnitCongress/adopted_the_journal",
        "UnitCongress/restored",
        "UnitCongress/restored_and_corrected",
        "UnitCongress/closed",
        "UnitCongress/order_overtaken_by_adoption",
        "UnitCongress/order_refused_after_adoption",
        "CampaignCongress/launched",
        "CampaignCongress/units_imported",
        "CampaignCongress/closed",
    ),
    long_lives: (
        "UnitCongress/continued_as_new",
        "UnitCongress/after_continuing",
        "CampaignCongress/continued_as_new",
        "CampaignCongress/after_continuing",
    ),
    days_that_pass: ("UnitCongress/overdue_by_its_timers", "UnitCongress/reported_late"),
}


if __name__ == "__main__":
    main()
