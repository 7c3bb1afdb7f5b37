"""One unit's workflow on the real server, with the real journal."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from calendars.errors import UserError
from calendars.plan.clock import campaign_today
from calendars.sequence.commands import Correct, Report
from calendars.sequence.events import Line
from calendars.sequence.refusals import Refused
from calendars.store.database import open_store
from calendars.store.journal import stream
from calendars.wallclock import real_now
from tests.store.support import launched
from tests.workflows.small import CAMPAIGN, unit_start
from tests.workflows.temporal import Workbench, local_server, workbench
from workflows.client import CongressClient, Sent
from workflows.unit import UnitCongress

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELECTION = date(2020, 1, 5)
CELL = date(2020, 1, 18)


def shift_to(day: date) -> int:
    """The shift under which it is `day` now."""
    return (day - campaign_today(real_now(), "Asia/Ho_Chi_Minh", 0)).days


async def begin(bench: Workbench, folder: Path, code: str, today: date, *, reports: bool = False) -> WorkflowHandle:
    """Journals the campaign's launch and starts one unit; returns once its enrolment is journalled."""
    line = launched().lines[0]
    plan = unit_start(folder, code, today, 0).state.rules
    assert plan.campaign == CAMPAIGN
    document = {**line.data, "plan": _plan(folder)}
    start = dataclasses.replace(launched(), campaign=CAMPAIGN, lines=(dataclasses.replace(line, data=document),))
    await asyncio.wrap_future(bench.writer.submit(start))
    handle = await bench.client.start_workflow(
        UnitCongress.run,
        unit_start(folder, code, today, shift_to(today), reports=reports),
        id=f"congress/{CAMPAIGN}/{code}",
        task_queue=bench.queue,
    )
    await journalled(bench, code, 1)
    await handle.query(UnitCongress.version)  # answered only after the first workflow task is whole
    return handle


def _plan(folder: Path) -> object:
    from calendars.plan.loading import load_plan

    return load_plan(folder / "plan.yaml").document()


def lines(bench: Workbench, code: str) -> list[Line]:
    with bench.store.reading() as connection:
        return stream(connection, CAMPAIGN, code)


async def journalled(bench: Workbench, code: str, count: int) -> list[Line]:
    """The unit's events once there are `count` of them."""
    async with asyncio.timeout(30):
        while len(found := lines(bench, code)) < count:  # noqa: ASYNC110 - the store tells, no event
            await asyncio.sleep(0.02)
    return found


@pytest.fixture
async def ended(bench: Workbench):  # type: ignore[no-untyped-def]
    """Ends what a test started, for the next one uses the same ids."""
    yield
    async for execution in bench.client.list_workflows(f"TaskQueue='{bench.queue}' AND ExecutionStatus='Running'"):
        handle = bench.client.get_workflow_handle(execution.id, run_id=execution.run_id)
        await handle.terminate("end of the test")


@pytest.fixture(autouse=True)
def _ended(ended: None) -> None:
    return


async def test_a_report_is_visible_when_the_answer_comes(bench: Workbench, campaign: Path) -> None:
    await begin(bench, campaign, "100-01", date(2020, 2, 1))
    sent = await bench.congress(CAMPAIGN).report("100-01", "headman_election", ELECTION, by="Thôn 1")
    assert (sent.answer.visible, sent.answer.last) == (True, 4)
    found = lines(bench, "100-01")
    # Both days had passed when the unit was enrolled, so both were overdue before the report came.
    assert [line.type for line in found] == ["enrolled", "overdue", "overdue", "held"]
    assert (found[3].by, found[3].effective, found[3].command) == ("Thôn 1", ELECTION, sent.order.id)


async def test_a_refusal_comes_back_in_both_languages_and_leaves_no_trace(bench: Workbench, campaign: Path) -> None:
    handle = await begin(bench, campaign, "100-01", date(2020, 2, 1))
    before = (await handle.describe()).history_length
    with pytest.raises(Refused) as caught:
        await bench.congress(CAMPAIGN).report("100-01", "cell_congress", CELL, by="Thôn 1")
    assert caught.value.code == "before_previous"
    assert caught.value.text("vi") != caught.value.text("en")
    assert (await handle.describe()).history_length == before
    assert len(lines(bench, "100-01")) == 3


async def test_the_same_order_is_taken_once(bench: Workbench, campaign: Path) -> None:
    await begin(bench, campaign, "100-01", date(2020, 2, 1))
    congress = bench.congress(CAMPAIGN)
    order = Report("headman_election", ELECTION)
    first = await congress.send("100-01", order, by="x", id="one")
    again = await congress.send("100-01", order, by="x", id="one")
    assert again.answer == first.answer
    with pytest.raises(Refused, match="already reported"):
        await congress.send("100-01", order, by="x", id="two")
    assert len(lines(bench, "100-01")) == 4


async def test_an_unknown_unit_is_one_sentence(bench: Workbench) -> None:
    with pytest.raises(UserError, match="There is no unit 999"):
        await bench.congress(CAMPAIGN).report("999", "cell_congress", CELL, by="x")


async def test_orders_at_the_same_moment_are_numbered_without_a_gap(bench: Workbench, campaign: Path) -> None:
    await begin(bench, campaign, "100", date(2020, 5, 25), reports=True)
    congress = bench.congress(CAMPAIGN)

    async def correct(day: int) -> Sent:
        return await congress.correct("100", Correct("grassroots_congress", f"day {day}", date(2020, 5, day)), by="x")

    await asyncio.gather(*(correct(day) for day in range(4, 12)))
    found = lines(bench, "100")
    assert [line.no for line in found] == list(range(1, 11))
    assert [line.type for line in found] == ["enrolled", "held"] + ["corrected"] * 8


async def test_a_village_with_both_stages_reported_needs_few_events(bench: Workbench, campaign: Path) -> None:
    handle = await begin(bench, campaign, "100-01", date(2020, 1, 4))
    # The days pass while nobody wakes the unit: what counts is the history of the two reports.
    congress = bench.congress(CAMPAIGN)
    await congress.schedule("100-01", "headman_election", ELECTION, by="x")
    await congress.schedule("100-01", "cell_congress", CELL, by="x")
    assert (await handle.describe()).history_length <= 26


async def test_with_the_store_away_a_report_is_accepted_and_journalled_later(bench: Workbench, campaign: Path) -> None:
    handle = await begin(bench, campaign, "100-01", date(2020, 2, 1))
    before = (await handle.describe()).history_length
    other = open_store(str(bench.store.engine.url))
    with other.writing():
        sent = await bench.congress(CAMPAIGN).report("100-01", "headman_election", ELECTION, by="x")
        assert not sent.answer.visible
        late = await bench.congress(CAMPAIGN).report("100-01", "cell_congress", CELL, by="x")
        assert not late.answer.visible
        assert len(lines(bench, "100-01")) == 3
    found = await journalled(bench, "100-01", 5)
    assert [line.type for line in found[3:]] == ["held", "held"]
    assert (await handle.describe()).history_length - before < 30
    other.close()


async def test_a_unit_behind_the_journal_adopts_it(bench: Workbench, campaign: Path) -> None:
    first = await begin(bench, campaign, "100-01", date(2020, 2, 1))
    await bench.congress(CAMPAIGN).report("100-01", "headman_election", ELECTION, by="x")
    await first.terminate("Temporal lost its last transactions")
    # The unit starts again as if nothing had been reported.
    await begin(bench, campaign, "100-01", date(2020, 2, 1))
    sent = await bench.congress(CAMPAIGN).report("100-01", "cell_congress", CELL, by="y")
    assert sent.answer.visible
    found = lines(bench, "100-01")
    assert [line.type for line in found] == ["enrolled", "overdue", "overdue", "held", "held"]
    assert [line.no for line in found] == [1, 2, 3, 4, 5]


async def test_an_order_that_an_adoption_overtook_is_decided_anew(bench: Workbench, campaign: Path) -> None:
    start = unit_start(campaign, "100-01", date(2020, 2, 1), shift_to(date(2020, 2, 1)))
    first = await begin(bench, campaign, "100-01", date(2020, 2, 1))
    enrolled = lines(bench, "100-01")
    await bench.congress(CAMPAIGN).report("100-01", "headman_election", ELECTION, by="x")
    await first.terminate("Temporal lost its last transactions")
    behind = dataclasses.replace(start, state=_state_after(start, enrolled), opening=())
    await bench.client.start_workflow(
        UnitCongress.run, behind, id=f"congress/{CAMPAIGN}/100-01", task_queue=bench.queue
    )
    with pytest.raises(Refused, match="already reported"):
        await bench.congress(CAMPAIGN).report("100-01", "headman_election", ELECTION, by="y")
    assert len(lines(bench, "100-01")) == 4


def informed(bench: Workbench) -> CongressClient:
    """A client that knows what is journalled, as the command line does."""
    return CongressClient(bench.client, CAMPAIGN, bench.queue, lambda unit: lines(bench, unit)[-1].no)


async def behind(bench: Workbench, folder: Path, code: str, today: date, version: int) -> None:
    """Starts the unit again as it was after `version` events, the journal having more."""
    start = unit_start(folder, code, today, shift_to(today), reports=True)
    old = dataclasses.replace(start, state=_state_after(start, lines(bench, code)[:version]), opening=())
    await bench.client.start_workflow(
        UnitCongress.run,
        old if version else start,
        id=f"congress/{CAMPAIGN}/{code}",
        task_queue=bench.queue,
    )


async def test_an_adoption_does_not_replay_the_opening(bench: Workbench, campaign: Path) -> None:
    today = date(2020, 5, 25)
    first = await begin(bench, campaign, "100", today, reports=True)
    congress = bench.congress(CAMPAIGN)
    await congress.retract("100", "grassroots_congress", "never held", by="x")
    await first.terminate("Temporal lost its last transactions")
    await behind(bench, campaign, "100", today, 0)
    await informed(bench).schedule("100", "grassroots_congress", date(2020, 5, 30), by="x")
    assert [line.type for line in lines(bench, "100")] == ["enrolled", "held", "retracted", "scheduled"]


async def test_what_was_accepted_while_the_store_was_away_survives_an_adoption(
    bench: Workbench, campaign: Path
) -> None:
    today = date(2020, 6, 11)
    first = await begin(bench, campaign, "22", today, reports=True)
    congress = bench.congress(CAMPAIGN)
    await congress.schedule("22", "provincial_congress", date(2020, 9, 24), by="x")
    await first.terminate("Temporal lost its last transactions")
    await behind(bench, campaign, "22", today, 2)
    other = open_store(str(bench.store.engine.url))
    with other.writing():
        sent = await congress.schedule("22", "provincial_congress", date(2020, 9, 23), by="y")
        assert not sent.answer.visible
    other.close()
    found = await journalled(bench, "22", 4)
    assert [line.data.get("first") for line in found[1:]] == ["2020-09-25", "2020-09-24", "2020-09-23"]
    assert found[3].command == sent.order.id


async def test_a_unit_behind_the_journal_catches_up_instead_of_refusing(bench: Workbench, campaign: Path) -> None:
    today = date(2020, 5, 25)
    first = await begin(bench, campaign, "100", today, reports=True)
    await first.terminate("Temporal lost its last transactions")
    await behind(bench, campaign, "100", today, 1)
    correction = Correct("grassroots_congress", "wrong day", date(2020, 5, 19))
    with pytest.raises(Refused, match="not reported as held"):
        await bench.congress(CAMPAIGN).correct("100", correction, by="x")
    await informed(bench).correct("100", correction, by="x")
    assert [line.type for line in lines(bench, "100")] == ["enrolled", "held", "corrected"]
    with pytest.raises(Refused, match="already says"):
        await informed(bench).correct("100", correction, by="x")


def _state_after(start, found):  # type: ignore[no-untyped-def]
    from calendars.sequence.events import event_of
    from calendars.sequence.evolving import fold

    return fold(start.state, [event_of(line) for line in found])


async def test_a_long_life_continues_as_new_and_forgets_nothing(tmp_path: Path, campaign: Path) -> None:
    async with (
        local_server("limit.historyCount.suggestContinueAsNew=40") as environment,
        workbench(environment, tmp_path) as bench,
    ):
        handle = await begin(bench, campaign, "100", date(2020, 5, 25), reports=True)
        congress = bench.congress(CAMPAIGN)
        for turn in range(12):
            correction = Correct("grassroots_congress", f"turn {turn}", date(2020, 5, 10 + turn % 2))
            await congress.correct("100", correction, by="x")
        run = (await handle.describe()).run_id
        assert run != handle.first_execution_run_id
        found = await journalled(bench, "100", 14)
        assert [line.no for line in found] == list(range(1, 15))
        # An order taken by a former run is known to this one.
        again = await congress.send("100", Correct("grassroots_congress", "x"), by="x", id=found[4].command)
        assert again.answer.repeated


async def test_days_that_pass_become_events_on_time(tmp_path: Path, campaign: Path) -> None:
    from tests.workflows.temporal import skipping_server

    async with skipping_server() as environment, workbench(environment, tmp_path) as bench:
        today = date(2020, 5, 25)
        now = await environment.get_current_time()
        await _begin_at(environment, bench, campaign, today)
        await environment.sleep(timedelta(days=5))  # 30/05
        # Of the target, and thirty days before the deadline: both would fall on a weekend.
        assert _days(lines(bench, "200")) == ["2020-05-29 reminder_due"] * 2
        await environment.sleep(timedelta(days=2))  # 01/06: it has passed
        found = await journalled(bench, "200", 4)
        before = ["2020-05-29 reminder_due"] * 2 + ["2020-06-01 overdue"]
        assert _days(found) == before
        await environment.sleep(timedelta(days=31))
        found = await journalled(bench, "200", 13)
        weeks = [f"2020-06-{day} still_overdue" for day in ("08", "15", "22", "29")]
        reminders = [f"2020-06-{day} reminder_due" for day in (16, 23, 29)]
        after = [*before, "2020-06-04 escalated", *weeks, *reminders, "2020-07-01 overdue"]
        assert sorted(_days(found)) == sorted(after)
        assert (found[-1].data["clock"], found[-1].data["due"]) == ("deadline", "2020-06-30")
        assert found[-1].recorded - now > timedelta(days=36)


def _days(found: Sequence[Line]) -> list[str]:
    return [f"{line.effective} {line.type}" for line in found[1:]]


async def _begin_at(environment: WorkflowEnvironment, bench: Workbench, folder: Path, today: date) -> None:
    line = launched().lines[0]
    document = {**line.data, "plan": _plan(folder)}
    start = dataclasses.replace(launched(), campaign=CAMPAIGN, lines=(dataclasses.replace(line, data=document),))
    await asyncio.wrap_future(bench.writer.submit(start))
    real = campaign_today(await environment.get_current_time(), "Asia/Ho_Chi_Minh", 0)
    await bench.client.start_workflow(
        UnitCongress.run,
        unit_start(folder, "200", today, (today - real).days),
        id=f"congress/{CAMPAIGN}/200",
        task_queue=bench.queue,
    )
    await journalled(bench, "200", 1)


async def test_a_closed_campaign_ends_its_units(bench: Workbench, campaign: Path) -> None:
    handle = await begin(bench, campaign, "100", date(2020, 5, 25), reports=True)
    await handle.signal(UnitCongress.close)
    await handle.result()
    assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
