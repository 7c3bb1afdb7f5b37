"""Changes of a whole campaign on real workflows: releases, freezes, the tree."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from activities.changes import ChangeActivities
from calendars.errors import UserError
from calendars.plan.model import Plan
from calendars.sequence.commands import SetPin
from calendars.sequence.messages import UnitStart, unit_workflow_id
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock, Span, UnitState
from calendars.store.changes import campaign_tree
from calendars.store.reading import Campaign, read_campaign, releases, unit_states
from calendars.store.status import campaign_status
from calendars.tree.changes import (
    Add,
    Amend,
    ChangeOrder,
    Dissolve,
    Lift,
    Merge,
    Reached,
    RecordChange,
    RenameUnit,
    Split,
    Suspend,
    Transfer,
)
from calendars.tree.foresight import compare, foresee
from calendars.tree.reaching import steps
from calendars.wallclock import real_now
from tests.workflows.gated import CELL, GRASSROOTS, JUNE, PROVINCIAL, gated_campaign, of_type, report_cells, state
from tests.workflows.launches import launched, lines
from tests.workflows.temporal import Workbench
from workflows.admitting import stage_units
from workflows.datafolder import DataFolder
from workflows.launching import admit
from workflows.restoring import restart_of, restore_campaign

pytestmark = pytest.mark.asyncio(loop_scope="session")
MAY = date(2020, 5, 1)


@pytest.fixture
def gated(tmp_path: Path, name: str) -> Path:
    return gated_campaign(tmp_path / "gated", name)


def campaign_of(bench: Workbench, name: str) -> Campaign:
    with bench.store.reading() as connection:
        return read_campaign(connection, name)


def states(bench: Workbench, name: str) -> dict[str, UnitState]:
    with bench.store.reading() as connection:
        found = unit_states(connection, read_campaign(connection, name))
    return {one.profile.code: one for one in found if one.profile}


def amended(campaign: Campaign, **dates: str) -> Amend:
    """A release that moves dates of the grassroots congress."""
    document = campaign.plan.document()
    for stage in document["stages"]:
        if stage["id"] == GRASSROOTS:
            for key, day in dates.items():
                stage[key] = {"date": day, "source": "directive-35"} if key != "opens" else day
    return Amend(Plan.model_validate(document).document(), campaign.release, "directive-35")


async def test_a_release_reaches_its_level_as_foreseen_and_another_undoes_it(
    bench: Workbench, gated: Path, name: str
) -> None:
    await launched(bench, gated, MAY)
    congress = bench.congress(name)
    await congress.schedule("100", GRASSROOTS, date(2020, 6, 28), by="x")
    await congress.send("200", SetPin(GRASSROOTS, Clock.DEADLINE, date(2020, 7, 5), "flooded"), by="x")
    before, campaign = states(bench, name), campaign_of(bench, name)
    change = amended(campaign, target="2020-06-10", deadline="2020-06-20")
    with bench.store.reading() as connection:
        todo = steps(campaign_tree(connection, campaign), campaign.plan, change, 0, 2)
    seen = foresee(before, todo, MAY)
    assert await congress.change(change, by="officer") == Reached(2, 2)
    after = states(bench, name)
    assert compare(before, after) == seen
    assert {(move.unit, move.field, move.before, move.after) for move in seen.moves} == {
        ("100", "target", "2020-05-31", "2020-06-10"),
        ("100", "deadline", "2020-06-30", "2020-06-20"),
        ("200", "target", "2020-05-31", "2020-06-10"),
    }
    assert [(remark.unit, remark.code) for remark in seen.pins] == [("200", "deadline")]
    assert {remark.unit for remark in seen.conflicts} == {"100"}
    assert types_of(bench, name, "100-01") == types_of(bench, name, "200-01")
    back = amended(campaign_of(bench, name), target="2020-05-31", deadline="2020-06-30")
    await congress.change(back, by="officer")
    stage = states(bench, name)["100"].rules.stage(GRASSROOTS)
    assert stage is not None
    assert stage == campaign.plan.stage(GRASSROOTS)
    with bench.store.reading() as connection:
        found = releases(connection, campaign_of(bench, name))
    assert [one.number for one in found] == [1, 2, 3]
    assert found[0].plan == found[2].plan != found[1].plan


def types_of(bench: Workbench, name: str, unit: str) -> list[str]:
    return [line.type for line in lines(bench, name, unit)]


async def test_a_release_made_from_an_older_one_is_refused(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, MAY)
    campaign = campaign_of(bench, name)
    change = amended(campaign, target="2020-06-10")
    await bench.congress(name).change(change, by="first")
    with pytest.raises(UserError, match="made from release 1, and release 2 came meanwhile"):
        await bench.congress(name).change(change, by="second")
    assert types_of(bench, name, "@campaign") == ["launched", "amended"]


async def test_a_change_sent_twice_is_made_once(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, MAY)
    change = amended(campaign_of(bench, name), target="2020-06-10")
    sent = [bench.congress(name).change(change, by="officer", id="the-same") for _ in range(2)]
    assert await asyncio.gather(*sent) == [Reached(2, 2)] * 2
    assert types_of(bench, name, "@campaign") == ["launched", "amended"]
    assert types_of(bench, name, "100").count("amended") == 1


async def test_a_freeze_takes_planned_days_and_its_end_lets_them_be_set_again(
    bench: Workbench, gated: Path, name: str
) -> None:
    await launched(bench, gated, MAY)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01", "100-02", "200-01")
    await congress.schedule("100", GRASSROOTS, date(2020, 5, 20), by="x")
    await congress.change(Suspend(date(2020, 5, 10), None, "flood", "100"), by="x")
    assert state(bench, name, "100").stage(GRASSROOTS).postponed == Span(date(2020, 5, 20), date(2020, 5, 20))
    with pytest.raises(Refused, match="suspended since 10/05/2020 until further notice: flood"):
        await congress.schedule("100", GRASSROOTS, date(2020, 5, 25), by="x")
    await congress.schedule("200", GRASSROOTS, date(2020, 5, 25), by="x")
    with pytest.raises(UserError, match="nothing to resume"):
        await congress.change(Lift(date(2020, 5, 16)), by="x")
    await congress.change(Lift(date(2020, 5, 16), "100"), by="x")
    await congress.schedule("100", GRASSROOTS, date(2020, 5, 25), by="x")
    assert of_type(bench, name, "100", "resumed") == [{"freeze": "freeze/2", "last": "2020-05-15"}]
    assert "frozen" in types_of(bench, name, "100-01")
    assert "frozen" not in types_of(bench, name, "200")


async def test_a_merger_takes_the_units_below_along(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01", "200-01")
    reached = await congress.change(Merge(("100",), "200", date(2020, 6, 1), reason="resolution 837"), by="x")
    assert reached == Reached(2, 3)
    with pytest.raises(Refused, match=r"merged into Phường Hai \(200\)"):
        await congress.report("100", GRASSROOTS, date(2020, 5, 20), by="x")
    profile = state(bench, name, "100-02").profile
    assert profile is not None
    assert (profile.parent, profile.parent_name) == ("200", "Phường Hai")
    with pytest.raises(Refused, match=r"2 of 3 .*waiting for Thôn 2"):
        await congress.report("200", GRASSROOTS, date(2020, 5, 20), by="x")
    await report_cells(bench, name, "100-02")
    await congress.report("200", GRASSROOTS, date(2020, 5, 20), by="x")
    ended = state(bench, name, "100").ended
    assert ended is not None
    assert (ended.on, ended.successor) == (date(2020, 6, 1), "200")


async def test_units_merge_into_a_new_one_that_inherits_the_freeze(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, MAY)
    congress = bench.congress(name)
    await congress.change(Suspend(date(2020, 5, 1), date(2020, 5, 30), "flood"), by="x")
    await congress.change(Merge(("100", "200"), "300", date(2020, 5, 1), "Phường Ba"), by="x")
    new = state(bench, name, "300")
    assert new.profile is not None
    assert (new.profile.name, new.profile.level, new.profile.parent) == ("Phường Ba", "commune", "22")
    assert [one.reason for one in new.freezes] == ["flood"]
    below = {code for code, one in states(bench, name).items() if one.profile and one.profile.parent == "300"}
    assert below == {"100-01", "100-02", "200-01"}


async def test_the_tree_is_split_added_to_renamed_and_cut(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await congress.change(Split("100", "150", "Xã Mới", date(2020, 6, 1), ("100-02",)), by="x")
    await congress.change(Add("150-09", "Thôn 9", "village", "150", date(2020, 6, 1)), by="x")
    await congress.change(RenameUnit("150", "Xã Đổi", date(2020, 6, 2)), by="x")
    await congress.change(Transfer("200-01", "150", date(2020, 6, 3)), by="x")
    await congress.change(Dissolve("200", date(2020, 6, 4)), by="x")
    now = states(bench, name)
    profiles = {code: one.profile for code, one in now.items() if one.profile and one.ended is None}
    assert {code for code, one in profiles.items() if one.parent == "150"} == {"100-02", "150-09", "200-01"}
    assert {one.parent_name for one in profiles.values() if one.parent == "150"} == {"Xã Đổi"}
    assert now["200"].ended is not None
    with pytest.raises(Refused, match="0 of 3"):
        await congress.report("150", GRASSROOTS, date(2020, 5, 20), by="x")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Merge(("100",), "100", MAY), "another one that they are merged into"),
        (Merge(("100",), "100-01", MAY), "Units of one level are merged"),
        (Merge(("22",), "23", MAY, "Tỉnh"), "the root of the tree"),
        (Merge(("100",), "300", MAY), "300 is new: expected its name"),
        (Transfer("100", "200", MAY), "expected a superior of a level above commune"),
        (Transfer("100", "22", MAY), "stands under 22 already"),
        (Dissolve("100", MAY), "has 2 units below it"),
        (Add("100", "x", "commune", "22", MAY), "100 is the code of Xã Một"),
        (Add("1/2", "x", "commune", "22", MAY), "expected a code of up to 64"),
        (RenameUnit("999", "x", MAY), "There is no unit 999"),
        (Split("100", "101", "x", MAY, ("200-01",)), "200-01: not directly below 100"),
        (Transfer("100", "22", date(2020, 6, 12)), "give the change on the day it takes effect"),
        (Suspend(date(2020, 6, 1), date(2020, 5, 1), "x"), "expected a day from 2020-06-01"),
        (Suspend(date(2020, 6, 1), None, " "), "needs a reason"),
        (Lift(MAY), "nothing to resume"),
    ],
)
async def test_a_change_that_may_not_be_made_changes_nothing(
    bench: Workbench, gated: Path, name: str, change: Merge, sentence: str
) -> None:
    await launched(bench, gated, MAY)
    with pytest.raises(UserError, match=sentence):
        await bench.congress(name).change(change, by="x")
    assert types_of(bench, name, "@campaign") == ["launched"]


async def test_a_cell_moved_away_closes_no_gate_where_it_stood(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01")
    await congress.change(Transfer("100-02", "200", date(2020, 6, 1)), by="x")
    await congress.report("100", GRASSROOTS, date(2020, 5, 20), by="x")
    assert state(bench, name, "100").stage(GRASSROOTS).held
    assert not state(bench, name, "100-02").stage(CELL).held


async def test_units_that_a_file_adds_follow_the_newest_release_and_the_freeze(
    bench: Workbench, gated: Path, name: str, tmp_path: Path
) -> None:
    await launched(bench, gated, MAY)
    congress = bench.congress(name)
    await congress.change(amended(campaign_of(bench, name), target="2020-06-10"), by="x")
    await congress.change(Suspend(date(2020, 5, 1), None, "flood"), by="x")
    await congress.change(Lift(date(2020, 5, 10), "200"), by="x")
    file = tmp_path / "more.csv"
    file.write_text("code,name,level,parent\n300,Xã Ba,commune,22\n200-02,Khu phố 2,village,200\n", encoding="utf-8")
    with bench.store.reading() as connection:
        start, new = stage_units(
            file, DataFolder(bench.folder), connection, read_campaign(connection, name), by="officer"
        )
    await admit(congress, start, lambda _: None)
    assert new == 2
    commune, cell = state(bench, name, "300"), state(bench, name, "200-02")
    assert commune.rules_version == cell.rules_version == 2
    stage = commune.rules.stage(GRASSROOTS)
    assert stage is not None
    assert stage.target is not None
    assert stage.target.date == date(2020, 6, 10)
    assert [(one.first, one.last) for one in commune.freezes] == [(date(2020, 5, 1), None)]
    assert [(one.first, one.last) for one in cell.freezes] == [(date(2020, 5, 1), date(2020, 5, 9))]
    await report_cells(bench, name, "200-01")
    with pytest.raises(Refused, match="waiting for Khu phố 2"):
        await congress.report("200", GRASSROOTS, date(2020, 4, 20), by="x")


async def test_a_level_that_disappears_leaves_its_gate_to_nobody(bench: Workbench, gated: Path, name: str) -> None:
    """As the districts did on 01/07/2025: what stood below them stands below the province, whose gate counts none."""
    await launched(bench, gated, date(2020, 9, 25))
    congress = bench.congress(name)
    with pytest.raises(Refused, match="0 of 2"):
        await congress.report("22", PROVINCIAL, date(2020, 9, 24), by="x")
    await congress.change(Merge(("100", "200"), "22", date(2020, 7, 1), reason="two levels"), by="x")
    below = {code for code, one in states(bench, name).items() if one.profile and one.profile.parent == "22"}
    assert below == {"100", "200", "100-01", "100-02", "200-01"}
    await congress.report("22", PROVINCIAL, date(2020, 9, 24), by="x")
    with bench.store.reading() as connection:
        counted = campaign_status(connection, read_campaign(connection, name), date(2020, 9, 25))
    assert {stage.stage: stage.units for stage in counted.stages}[GRASSROOTS] == 0


async def test_a_change_that_was_recorded_and_not_carried_out_is_completed_by_a_restore(
    bench: Workbench, gated: Path, name: str
) -> None:
    await launched(bench, gated, MAY)
    change = amended(campaign_of(bench, name), target="2020-06-10")
    asked = RecordChange(name, ChangeOrder("half-done", "officer", change), MAY, real_now())
    activities = ChangeActivities(bench.client, bench.store, bench.writer, bench.queue)
    assert (await activities.record_change(asked)).no == 2
    assert (await activities.record_change(asked)).repeated
    assert states(bench, name)["100"].rules_version == 1
    for workflow_id in (f"congress/{name}", *(unit_workflow_id(name, code) for code in states(bench, name))):
        await bench.client.get_workflow_handle(workflow_id).terminate("lost")
    with bench.store.reading() as connection:
        restart = restart_of(connection, read_campaign(connection, name))
    await restore_campaign(bench.congress(name), restart, lambda done, units: None)
    assert {code: one.rules_version for code, one in states(bench, name).items()} == {
        "22": 1,
        "100": 2,
        "200": 2,
        "100-01": 1,
        "100-02": 1,
        "200-01": 1,
    }
    assert types_of(bench, name, "@campaign") == ["launched", "amended"]


async def test_a_unit_that_does_not_run_holds_a_change_up_until_it_does(
    bench: Workbench, gated: Path, name: str
) -> None:
    await launched(bench, gated, MAY)
    clock = campaign_of(bench, name).clock
    await bench.client.get_workflow_handle(unit_workflow_id(name, "200-01")).terminate("lost")
    sent = asyncio.create_task(bench.congress(name).change(Suspend(MAY, None, "flood"), by="x"))
    async with asyncio.timeout(30):
        while "frozen" not in types_of(bench, name, "100-02"):  # noqa: ASYNC110 - the store tells, no event
            await asyncio.sleep(0.05)
    assert not sent.done()
    await bench.congress(name).start_unit(UnitStart(name, "200-01", clock, state(bench, name, "200-01")))
    reached = await sent
    assert reached.refused == ()
    assert all(types_of(bench, name, code).count("frozen") == 1 for code in states(bench, name))
