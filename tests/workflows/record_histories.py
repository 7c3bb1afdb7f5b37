"""Records the histories that replay tests read, from workflows that really ran: `make histories`.

A recorded history stands for units that are under way somewhere, so a file that exists is never written again: a
recording adds only the cases that have no file yet. A case is added for each way of running that a release has.

Most cases come from the service as users start it. Two need a server that the service does not start by itself: one
with a low threshold for continue-as-new, and one whose clock jumps; there a worker of the tests stands in.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from calendars.errors import UserError
from calendars.sequence.commands import Acknowledge, Correct, Reopen, SetPin, Waive
from calendars.sequence.events import event_of
from calendars.sequence.evolving import fold
from calendars.sequence.messages import UnitStart, unit_workflow_id
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock
from calendars.store.database import Store, open_store
from calendars.store.reading import read_campaign
from calendars.tree.changes import Add, Amend, Lift, Merge, Suspend
from tests.service import Service
from tests.workflows.gated import CELL, GRASSROOTS, gated_campaign, journalled_type, report_cells, state
from tests.workflows.launches import JUNE, journalled, launched, lines, named_campaign, prepared
from tests.workflows.recording import HISTORIES, Recorder
from tests.workflows.small import CAMPAIGN, unit_start, write_campaign
from tests.workflows.temporal import local_server, skipping_server, workbench
from workflows.admitting import stage_units
from workflows.campaign import CampaignCongress
from workflows.client import CongressClient
from workflows.connection import connect
from workflows.datafolder import DataFolder
from workflows.dispatch import Dispatch, keep_delivering
from workflows.launching import admit
from workflows.restoring import restart_of, restore_campaign
from workflows.unit import UnitCongress

BY = "recording"
QUEUE = "congress"
MAY = date(2020, 5, 20)
CAMPAIGN_ID = f"congress/{CAMPAIGN}"


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
        yield Running(await connect(service.temporal_address()), store, QUEUE, data)
        store.close()
        await asyncio.to_thread(service.stop)
    finally:
        service.end()


async def _keep_unit(recorder: Recorder, client: Client, unit: str, case: str, run_id: str | None = None) -> None:
    await recorder.keep(client, unit_workflow_id(CAMPAIGN, unit), case, run_id)


async def first_days(recorder: Recorder, folder: Path) -> None:
    """A campaign launched before anything was held: its units wait for their first day."""
    async with _service(folder / "data") as place:
        name = "early-2020"
        source = named_campaign(folder, name)
        await launched(place, source, date(2019, 12, 20))
        await recorder.keep(place.client, unit_workflow_id(name, "100-01"), "enrolled")
        await place.congress(name).schedule("100-01", "headman_election", date(2020, 1, 5), by=BY)
        await recorder.keep(place.client, unit_workflow_id(name, "100-01"), "scheduled")
        start = (await asyncio.to_thread(prepared, place, source, date(2019, 12, 20))).start
        await asyncio.gather(*(place.congress(name).enrol(start) for _ in range(3)))
        await recorder.keep(place.client, f"congress/{name}", "admissions_at_once")


async def a_campaign_under_way(recorder: Recorder, folder: Path) -> None:
    """The small campaign as of 11/06/2020, from its launch to its close."""
    source = write_campaign(folder)
    async with _service(folder / "data") as place:
        client, congress = place.client, place.congress(CAMPAIGN)
        keep = partial(_keep_unit, recorder, client)

        await launched(place, source)
        await recorder.keep(client, CAMPAIGN_ID, "launched")
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

        (folder / "more.csv").write_text("code,name,level,parent\n200-02,Khu phố 2,village,200\n", encoding="utf-8")
        with place.store.reading() as connection:
            campaign = read_campaign(connection, CAMPAIGN)
            start, _ = stage_units(folder / "more.csv", DataFolder(place.folder), connection, campaign, by=BY)
        await admit(congress, start, lambda _: None)
        await recorder.keep(client, CAMPAIGN_ID, "units_imported")

        for workflow_id, signal in (
            (unit_workflow_id(CAMPAIGN, "200"), UnitCongress.close),
            (CAMPAIGN_ID, CampaignCongress.close),
        ):
            handle = client.get_workflow_handle(workflow_id)
            await handle.signal(signal)
            await handle.result()
            await recorder.keep(client, workflow_id, "closed")


async def mishaps(recorder: Recorder, folder: Path) -> None:
    """The store is away for a while, and Temporal loses workflows, or their last days."""
    source = write_campaign(folder)
    async with _service(folder / "data") as place:
        congress = place.congress(CAMPAIGN)
        keep = partial(_keep_unit, recorder, place.client)
        await launched(place, source)
        shift = (await asyncio.to_thread(prepared, place, source)).start.clock.shift_days

        with place.store.writing():
            sent = await congress.report("100-02", "cell_congress", date(2020, 1, 18), by=BY)
            assert not sent.answer.visible
            await congress.correct("100-02", Correct("cell_congress", "moved", date(2020, 1, 19)), by=BY)
        await journalled(place, CAMPAIGN, "100-02", sent.answer.last + 1)
        await keep("100-02", "store_away")

        async def again(unit: str, known: int = 0) -> None:
            """Ends the unit and starts it with the first `known` of its events, or as at the launch."""
            await place.client.get_workflow_handle(unit_workflow_id(CAMPAIGN, unit)).terminate(BY)
            start = unit_start(source, unit, JUNE, shift)
            events = [event_of(line) for line in lines(place, CAMPAIGN, unit)[:known]]
            if events:
                start = replace(start, state=fold(start.state, events), opening=())
            await congress.start_unit(start)

        first = await place.client.get_workflow_handle(unit_workflow_id(CAMPAIGN, "200-01")).describe()
        await congress.report("200-01", "headman_election", date(2020, 1, 5), by=BY)
        await again("200-01")
        await keep("200-01", "terminated", first.run_id)
        await congress.report("200-01", "cell_congress", date(2020, 1, 18), by=BY)
        await keep("200-01", "adopted_the_journal")
        await again("200-01", known=3)
        with suppress(Refused):
            await congress.report("200-01", "headman_election", date(2020, 1, 5), by=BY)
        await keep("200-01", "order_refused_after_adoption")
        await congress.schedule("200", GRASSROOTS, date(2020, 6, 20), by=BY)
        await again("200", known=2)
        await congress.schedule("200", GRASSROOTS, date(2020, 6, 28), by=BY)
        await keep("200", "order_overtaken_by_adoption")

        await place.client.get_workflow_handle(unit_workflow_id(CAMPAIGN, "100-01")).terminate(BY)
        with place.store.reading() as connection:
            restart = restart_of(connection, read_campaign(connection, CAMPAIGN))
        await restore_campaign(congress, restart, lambda done, units: None)
        await keep("100-01", "restored")
        await congress.correct("100-01", Correct("headman_election", "counted", results={"turnout": 94.5}), by=BY)
        await keep("100-01", "restored_and_corrected")


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
        handles = [place.client.get_workflow_handle(workflow_id) for workflow_id in (unit, CAMPAIGN_ID)]
        first = [(await handle.describe()).run_id for handle in handles]
        for turn in range(12):
            await congress.correct("100", Correct(GRASSROOTS, f"turn {turn}", date(2020, 5, 10 + turn % 2)), by=BY)
        for _ in range(2):
            await launched(place, source)
        for handle, run_id in zip(handles, first, strict=True):
            async with asyncio.timeout(30):
                while (await handle.describe()).run_id == run_id:  # noqa: ASYNC110 - the server tells, no event
                    await asyncio.sleep(0.05)
            await recorder.keep(place.client, handle.id, "continued_as_new", run_id)
            await recorder.keep(place.client, handle.id, "after_continuing")


async def days_that_pass(recorder: Recorder, folder: Path) -> None:
    """A unit that sleeps past its target and its deadline."""
    async with skipping_server() as environment, workbench(environment, folder) as place:
        await launched(place, write_campaign(folder), date(2020, 5, 25), await environment.get_current_time())
        for _ in range(40):  # a day at a time: the server's answer to a longer sleep may come too late
            await environment.sleep(timedelta(days=1))
        await journalled(place, CAMPAIGN, "200", 3)
        await _keep_unit(recorder, place.client, "200", "overdue_by_its_timers")
        await place.congress(CAMPAIGN).report("200", GRASSROOTS, date(2020, 7, 1), by=BY)
        await _keep_unit(recorder, place.client, "200", "reported_late")
        name = "reminded-2020"
        day = environment.get_current_time
        await launched(place, gated_campaign(folder / "reminded", name), date(2020, 1, 1), await day())
        await place.client.get_workflow_handle(unit_workflow_id(name, "100")).terminate(BY)
        for _ in range(6):
            await environment.sleep(timedelta(days=1))
        # Its superior is gone: what it has to tell stays owed, and is told again ever more rarely.
        await place.congress(name).report("100-01", "headman_election", date(2020, 1, 5), by=BY)
        for _ in range(13):
            await environment.sleep(timedelta(days=1))
        await place.congress(name).report("100-01", CELL, date(2020, 1, 18), by=BY)
        for _ in range(4):
            await environment.sleep(timedelta(days=1))
        await recorder.keep(place.client, unit_workflow_id(name, "100-02"), "reminded_by_its_timers")
        await recorder.keep(place.client, unit_workflow_id(name, "100-01"), "news_repeated")


async def a_tree_that_holds(recorder: Recorder, folder: Path) -> None:
    """Gates from below, seals from above, a superior that cannot be told, and units that look around themselves."""
    name = "gated-2020"
    source = gated_campaign(folder, name)
    async with _service(folder / "data") as place:
        congress, client = place.congress(name), place.client
        await launched(place, source)

        async def keep(unit: str, case: str) -> None:
            await recorder.keep(client, unit_workflow_id(name, unit), case)

        async def lose(unit: str) -> None:
            await client.get_workflow_handle(unit_workflow_id(name, unit)).terminate(BY)

        with suppress(Refused):
            await congress.report("200", GRASSROOTS, MAY, by=BY)
        await keep("200", "refused_by_its_gate")
        await report_cells(place, name, "200-01")
        await journalled_type(place, name, "200", "gate")
        await congress.report("200", GRASSROOTS, MAY, by=BY)
        await journalled_type(place, name, "200-01", "sealed")
        await congress.send("200-01", Reopen(CELL, "another cell's minutes"), by=BY)
        await congress.retract("200-01", CELL, "another cell's minutes", by=BY)
        await journalled_type(place, name, "200", "gate", 2)
        await keep("200", "gate_opened_and_in_conflict")
        await keep("200-01", "sealed_and_reopened")

        await lose("100")
        await report_cells(place, name, "100-01")
        await keep("100-01", "superior_cannot_be_told")
        await congress.retract("100-01", CELL, "another cell's minutes", by=BY)
        await keep("100-01", "taken_back_untold")
        with place.store.reading() as connection:
            clock = read_campaign(connection, name).clock
        await congress.start_unit(UnitStart(name, "100", clock, state(place, name, "100")))
        await congress.send("100", Waive(GRASSROOTS, "one cell is merging"), by=BY)
        await congress.report("100", GRASSROOTS, MAY, by=BY)
        await keep("100", "looked_around_and_waived")


async def changes_of_a_campaign(recorder: Recorder, folder: Path) -> None:
    """A release, a freeze and its end, a merger, a unit that joins: as the campaign and the units live through them."""
    name = "changed-2020"
    source = gated_campaign(folder, name)
    async with _service(folder / "data") as place:
        congress, client = place.congress(name), place.client
        await launched(place, source, date(2020, 5, 1))

        async def keep(unit: str, case: str) -> None:
            await recorder.keep(client, unit_workflow_id(name, unit), case)

        await congress.schedule("100", GRASSROOTS, date(2020, 5, 20), by=BY)
        await congress.send("200", SetPin(GRASSROOTS, Clock.DEADLINE, date(2020, 7, 5), "flooded"), by=BY)
        with place.store.reading() as connection:
            plan = read_campaign(connection, name).plan
        document = plan.document()
        next(stage for stage in document["stages"] if stage["id"] == GRASSROOTS)["target"]["date"] = "2020-06-10"
        await congress.change(Amend(document, 1, "directive-35"), by=BY)
        with suppress(UserError):
            await congress.change(Amend(document, 1, "directive-35"), by=BY)
        await congress.change(Suspend(date(2020, 5, 10), None, "flood"), by=BY)
        await congress.change(Lift(date(2020, 5, 16)), by=BY)
        await keep("100", "amended_and_frozen")
        await keep("200", "amended_beside_its_own_day")
        await congress.change(Merge(("100",), "200", date(2020, 5, 1)), by=BY)
        await congress.change(Add("300", "Xã Ba", "commune", "22", date(2020, 5, 1)), by=BY)
        await keep("100", "merged_into_another")
        await keep("100-01", "moved_to_another_superior")
        await keep("300", "joined_later")
        await recorder.keep(client, f"congress/{name}", "changed")


async def a_long_life_among_neighbours(recorder: Recorder, folder: Path) -> None:
    """A superior that continues as new keeps what it was told, and what it told."""
    name = "long-2020"
    async with (
        local_server("limit.historyCount.suggestContinueAsNew=40") as environment,
        workbench(environment, folder) as place,
    ):
        await launched(place, gated_campaign(folder, name))
        congress = place.congress(name)
        await report_cells(place, name, "200-01")
        await congress.report("200", GRASSROOTS, MAY, by=BY)
        handle = place.client.get_workflow_handle(unit_workflow_id(name, "200"))
        first = (await handle.describe()).run_id
        for turn in range(12):
            await congress.correct("200", Correct(GRASSROOTS, f"turn {turn}", date(2020, 5, 10 + turn % 2)), by=BY)
        async with asyncio.timeout(30):
            while (await handle.describe()).run_id == first:  # noqa: ASYNC110 - the server tells, no event
                await asyncio.sleep(0.05)
        await recorder.keep(place.client, handle.id, "continued_among_neighbours", first)
        await recorder.keep(place.client, handle.id, "after_continuing_among_neighbours")


async def weeks_without_a_report(recorder: Recorder, folder: Path) -> None:
    """Villages that are overdue, of which one answers, and their commune, which gets its summaries."""
    name = "pressed-2020"
    async with skipping_server() as environment, workbench(environment, folder) as place:
        source = gated_campaign(folder, name)
        await launched(place, source, date(2020, 1, 1), await environment.get_current_time())

        async def pass_days(days: int) -> None:
            for _ in range(days):
                await environment.sleep(timedelta(days=1))

        await pass_days(7)
        await place.congress(name).send("100-02", Acknowledge(), by=BY)
        await pass_days(23)
        for unit, case, kinds in (
            ("100-01", "pressed_and_escalated", ("overdue", "still_overdue", "escalated")),
            ("100-02", "pressed_after_an_answer", ("overdue", "acknowledged", "still_overdue")),
            ("100", "summaries_of_a_commune", ("digest_due",)),
        ):
            for kind in kinds:
                await journalled_type(place, name, unit, kind)
            await recorder.keep(place.client, unit_workflow_id(name, unit), case)


async def two_months_after_an_end(recorder: Recorder, folder: Path) -> None:
    """A unit that was merged, until calendars do not show any more what was called off with it; and the figures that
    its superiors gave meanwhile."""
    name = "ended-2020"
    async with skipping_server() as environment, workbench(environment, folder) as place:
        source = gated_campaign(folder, name)
        await launched(place, source, date(2020, 5, 1), await environment.get_current_time())
        await report_cells(place, name, "200-01")
        await place.congress(name).change(Merge(("100",), "200", date(2020, 5, 1)), by=BY)
        for _ in range(61):
            await environment.sleep(timedelta(days=1))
        await journalled_type(place, name, "100", "cleared")
        await recorder.keep(place.client, unit_workflow_id(name, "100"), "cleared_after_its_end")
        for unit, case in (("22", "figures_of_a_province"), ("200", "figures_of_a_commune")):
            await journalled_type(place, name, unit, "rolled_up")
            await recorder.keep(place.client, unit_workflow_id(name, unit), case)


async def deliveries(recorder: Recorder, folder: Path) -> None:
    """What keeps notices going: as the service runs it, and through so many shifts that it continues as new."""
    dispatch = f"dispatch/{QUEUE}"
    async with _service(folder / "data") as place:
        await _keep_dispatch(recorder, place.client, dispatch, "delivering")

    @activity.defn(name="deliver_notices")
    async def nothing_to_deliver() -> None:
        """A shift that ends at once."""

    async with (
        local_server() as environment,
        Worker(environment.client, task_queue=QUEUE, workflows=[Dispatch], activities=[nothing_to_deliver]),
    ):
        await keep_delivering(environment.client, QUEUE)
        handle = environment.client.get_workflow_handle(dispatch)
        first = (await handle.describe()).run_id
        async with asyncio.timeout(60):
            while (await handle.describe()).run_id == first:  # noqa: ASYNC110 - the server tells, no event
                await asyncio.sleep(0.05)
        await recorder.keep(environment.client, dispatch, "continued_as_new", first)


async def _keep_dispatch(recorder: Recorder, client: Client, workflow_id: str, case: str) -> None:
    """It answers no query: its history ends where it waits once its activity runs."""
    handle = client.get_workflow_handle(workflow_id)
    async with asyncio.timeout(30):
        while not (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110 - the server tells
            await asyncio.sleep(0.05)
    recorder.write(f"Dispatch/{case}", (await handle.fetch_history()).to_json_dict())


SCENARIOS: dict[Callable[[Recorder, Path], Awaitable[None]], tuple[str, ...]] = {
    first_days: ("UnitCongress/enrolled", "UnitCongress/scheduled", "CampaignCongress/admissions_at_once"),
    a_campaign_under_way: (
        "CampaignCongress/launched",
        "CampaignCongress/units_imported",
        "CampaignCongress/closed",
        "UnitCongress/opened_with_reports",
        "UnitCongress/overdue_at_enrolment",
        "UnitCongress/waiting_for_its_deadline",
        "UnitCongress/rescheduled",
        "UnitCongress/corrected_and_retracted",
        "UnitCongress/orders_at_once",
        "UnitCongress/closed",
    ),
    mishaps: (
        "UnitCongress/store_away",
        "UnitCongress/terminated",
        "UnitCongress/adopted_the_journal",
        "UnitCongress/order_refused_after_adoption",
        "UnitCongress/order_overtaken_by_adoption",
        "UnitCongress/restored",
        "UnitCongress/restored_and_corrected",
    ),
    long_lives: (
        "UnitCongress/continued_as_new",
        "UnitCongress/after_continuing",
        "CampaignCongress/continued_as_new",
        "CampaignCongress/after_continuing",
    ),
    days_that_pass: (
        "UnitCongress/overdue_by_its_timers",
        "UnitCongress/reported_late",
        "UnitCongress/reminded_by_its_timers",
        "UnitCongress/news_repeated",
    ),
    a_tree_that_holds: (
        "UnitCongress/refused_by_its_gate",
        "UnitCongress/gate_opened_and_in_conflict",
        "UnitCongress/sealed_and_reopened",
        "UnitCongress/superior_cannot_be_told",
        "UnitCongress/taken_back_untold",
        "UnitCongress/looked_around_and_waived",
    ),
    changes_of_a_campaign: (
        "UnitCongress/amended_and_frozen",
        "UnitCongress/amended_beside_its_own_day",
        "UnitCongress/merged_into_another",
        "UnitCongress/moved_to_another_superior",
        "UnitCongress/joined_later",
        "CampaignCongress/changed",
    ),
    a_long_life_among_neighbours: (
        "UnitCongress/continued_among_neighbours",
        "UnitCongress/after_continuing_among_neighbours",
    ),
    weeks_without_a_report: (
        "UnitCongress/pressed_and_escalated",
        "UnitCongress/pressed_after_an_answer",
        "UnitCongress/summaries_of_a_commune",
    ),
    two_months_after_an_end: (
        "UnitCongress/cleared_after_its_end",
        "UnitCongress/figures_of_a_province",
        "UnitCongress/figures_of_a_commune",
    ),
    deliveries: ("Dispatch/delivering", "Dispatch/continued_as_new"),
}


if __name__ == "__main__":
    main()
