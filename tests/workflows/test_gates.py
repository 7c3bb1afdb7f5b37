"""Gates across real workflows: signals upward, seals downward, lost news, restarts, superiors at once."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from calendars.sequence.commands import Correct, GiveConsent, Reopen, Retract, Waive
from calendars.sequence.messages import CampaignClock, UnitStart, unit_workflow_id
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Gate
from calendars.sequence.surroundings import Child
from calendars.store.reading import read_campaign
from tests.workflows.gated import (
    CELL,
    GRASSROOTS,
    JUNE,
    PROVINCIAL,
    gated_campaign,
    journalled_type,
    of_type,
    report_cells,
    state,
)
from tests.workflows.launches import launched, lines
from tests.workflows.temporal import Workbench
from workflows.unit import UnitCongress

pytestmark = pytest.mark.asyncio(loop_scope="session")
MAY = date(2020, 5, 20)


@pytest.fixture
def gated(tmp_path: Path, name: str) -> Path:
    return gated_campaign(tmp_path / "gated", name)


def clock_of(bench: Workbench, name: str) -> CampaignClock:
    with bench.store.reading() as connection:
        return read_campaign(connection, name).clock


async def test_a_missing_cell_is_named_and_its_report_opens_the_gate(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01")
    with pytest.raises(Refused, match=r"1 of 2 .*waiting for Thôn 2\.") as refused:
        await congress.report("100", GRASSROOTS, MAY, by="secretary")
    assert "còn chờ Thôn 2." in refused.value.text("vi")
    await report_cells(bench, name, "100-02")
    await congress.report("100", GRASSROOTS, MAY, by="secretary")
    await journalled_type(bench, name, "100", "gate", 1)
    assert [turn["gate"] for turn in of_type(bench, name, "100", "gate")] == ["open"]


async def test_a_waiver_lets_it_pass_and_has_an_author(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    with pytest.raises(Refused):
        await congress.report("200", GRASSROOTS, MAY, by="secretary")
    await congress.send("200", Waive(GRASSROOTS, "flooded"), by="district committee")
    await congress.report("200", GRASSROOTS, MAY, by="secretary")
    waived = next(line for line in lines(bench, name, "200") if line.type == "waived")
    assert (waived.by, waived.data["reason"]) == ("district committee", "flooded")
    assert state(bench, name, "200").stage(GRASSROOTS).gate is Gate.WAIVED


async def test_a_retraction_below_closes_the_gate_again(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "200-01")
    await journalled_type(bench, name, "200", "gate", 1)
    await congress.retract("200-01", CELL, "counted wrongly", by="x")
    await journalled_type(bench, name, "200", "gate", 2)
    assert [turn["gate"] for turn in of_type(bench, name, "200", "gate")] == ["open", "closed"]
    with pytest.raises(Refused, match="waiting for Khu phố 1"):
        await congress.report("200", GRASSROOTS, MAY, by="secretary")


async def test_a_held_congress_seals_what_is_below_and_a_reopened_one_can_conflict(
    bench: Workbench, gated: Path, name: str
) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "200-01")
    await congress.report("200", GRASSROOTS, MAY, by="secretary")
    await journalled_type(bench, name, "200-01", "sealed", 1)
    for command in (Retract(CELL, "x"), Correct(CELL, "x", date(2020, 1, 19))):
        with pytest.raises(Refused, match="only an administrator can reopen it"):
            await congress.send("200-01", command, by="x")
    await congress.send("200-01", Reopen(CELL, "the minutes were another cell's"), by="admin")
    await congress.send("200-01", Retract(CELL, "the minutes were another cell's"), by="x")
    await journalled_type(bench, name, "200", "gate", 2)
    assert of_type(bench, name, "200", "gate")[-1]["gate"] == "conflict"
    await congress.report("200-01", CELL, date(2020, 1, 18), by="x")
    await journalled_type(bench, name, "200", "gate", 3)
    assert of_type(bench, name, "200", "gate")[-1]["gate"] == "open"


async def test_a_report_taken_back_unseals(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "200-01")
    await congress.report("200", GRASSROOTS, MAY, by="secretary")
    await journalled_type(bench, name, "200-01", "sealed", 1)
    await congress.retract("200", GRASSROOTS, "not yet", by="secretary")
    await journalled_type(bench, name, "200-01", "unsealed", 1)
    await congress.retract("200-01", CELL, "not yet", by="x")


async def test_superiors_at_once_hold_it_once(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01", "100-02")
    sent = [congress.report("100", GRASSROOTS, MAY, by=f"superior {no}") for no in range(2)]
    sent += [congress.send("100", Waive(GRASSROOTS, "at once"), by=f"superior {no}") for no in range(2)]
    outcomes = await asyncio.gather(*sent, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [Refused, Refused]
    assert {one.code for one in refused if isinstance(one, Refused)} == {"already_reported", "already_waived"}
    assert len(of_type(bench, name, "100", "held")) == 1


async def test_news_to_a_superior_that_does_not_run_are_made_up_for(bench: Workbench, gated: Path, name: str) -> None:
    """The superior's workflow is gone while its cell reports: the signal has nowhere to go."""
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    before = state(bench, name, "200")
    await bench.client.get_workflow_handle(unit_workflow_id(name, "200")).terminate("lost")
    await report_cells(bench, name, "200-01")
    clock = clock_of(bench, name)
    # It comes back believing that its cell has held nothing.
    stale = (Child("200-01", "Khu phố 1", "village", "200"),)
    await congress.start_unit(UnitStart(name, "200", clock, before, children=stale, introduced=True))
    await congress.report("200", GRASSROOTS, MAY, by="secretary")
    assert of_type(bench, name, "200", "held")


async def test_a_restarted_superior_looks_below_by_itself(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await bench.client.get_workflow_handle(unit_workflow_id(name, "200")).terminate("lost")
    await report_cells(bench, name, "200-01")
    clock = clock_of(bench, name)
    await congress.start_unit(UnitStart(name, "200", clock, state(bench, name, "200")))
    await journalled_type(bench, name, "200", "gate", 1)
    assert of_type(bench, name, "200", "gate")[-1]["gate"] == "open"


async def test_a_share_of_the_communes_is_enough_for_the_province(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, date(2020, 10, 1))
    congress = bench.congress(name)
    with pytest.raises(Refused, match=r"0 of 2 .* 1 must have"):
        await congress.report("22", PROVINCIAL, date(2020, 9, 25), by="x")
    await report_cells(bench, name, "200-01")
    await congress.report("200", GRASSROOTS, MAY, by="x")
    await congress.report("22", PROVINCIAL, date(2020, 9, 25), by="x")


async def test_a_launch_tells_superiors_and_seals_without_a_signal(bench: Workbench, tmp_path: Path, name: str) -> None:
    days = [
        *(f"{village},headman_election,2020-01-05,,,t,synthetic" for village in ("100-01", "100-02", "200-01")),
        *(f"{village},cell_congress,2020-01-18,,,t,synthetic" for village in ("100-01", "100-02", "200-01")),
        "100,grassroots_congress,2020-05-20,,,t,synthetic",
    ]
    await launched(bench, gated_campaign(tmp_path / "g", name, reports="\n".join(days) + "\n"), JUNE)
    history = await bench.history(unit_workflow_id(name, "100"))
    assert not any("SIGNAL" in str(kind) for kind in history)
    assert state(bench, name, "100").stage(GRASSROOTS).gate is Gate.OPEN
    assert state(bench, name, "100-01").stage(CELL).sealed
    assert not state(bench, name, "200-01").stage(CELL).sealed


async def test_a_consent_comes_before_the_result_that_needs_it(bench: Workbench, tmp_path: Path, name: str) -> None:
    source = gated_campaign(tmp_path / "g", name)
    units = source / "units.csv"
    units.write_text(
        units.read_text(encoding="utf-8") + "quan-su,Quân sự,commune,22,armed_forces,t,synthetic\n", "utf-8"
    )
    await launched(bench, source, JUNE)
    congress = bench.congress(name)
    with pytest.raises(Refused, match="needs the consent of Quân ủy"):
        await congress.report("quan-su", GRASSROOTS, MAY, results={"direct_election": True}, by="x")
    await congress.send("quan-su", GiveConsent(GRASSROOTS, "Quân ủy", date(2020, 5, 1)), by="x")
    await congress.report("quan-su", GRASSROOTS, MAY, results={"direct_election": True}, by="x")


async def test_a_unit_below_that_reports_late_is_told_of_its_seal(bench: Workbench, gated: Path, name: str) -> None:
    await launched(bench, gated, JUNE)
    congress = bench.congress(name)
    await report_cells(bench, name, "100-01")
    await congress.send("100", Waive(GRASSROOTS, "one cell is merging"), by="district")
    await congress.report("100", GRASSROOTS, MAY, by="x")
    await report_cells(bench, name, "100-02")
    await journalled_type(bench, name, "100-02", "sealed", 1)
    handle = bench.client.get_workflow_handle(unit_workflow_id(name, "100-02"))
    assert await handle.query(UnitCongress.version) == len(lines(bench, name, "100-02"))
