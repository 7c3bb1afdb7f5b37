"""A campaign's launch on the real server: once, again, and after it broke off."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from calendars.errors import Problems, UserError
from calendars.sequence.messages import Progress
from calendars.store.journal import whole
from calendars.store.reading import campaign_names, read_campaign
from calendars.store.status import campaign_status
from calendars.store.unit_status import unit_status
from calendars.wallclock import real_now
from tests.workflows.launches import JUNE, edit, journal, journalled, launched, lines, prepared
from tests.workflows.temporal import Workbench, workbench
from workflows.datafolder import DataFolder
from workflows.launching import launch, prepare

pytestmark = pytest.mark.asyncio(loop_scope="session")
UNITS = ("22", "100", "200", "100-01", "100-02", "200-01")


def kinds(bench: Workbench, name: str, unit: str) -> list[tuple[str, str]]:
    """What the journal holds of a unit: type and stage."""
    return [(line.type, line.data.get("stage", "")) for line in lines(bench, name, unit)]


async def test_it_enrols_every_unit_with_what_was_known_on_the_day(bench: Workbench, source: Path, name: str) -> None:
    done = await launched(bench, source)
    assert done == Progress(6, 6, done=True)
    assert kinds(bench, name, "100-01") == [("enrolled", ""), ("held", "headman_election"), ("held", "cell_congress")]
    assert kinds(bench, name, "100-02") == [
        ("enrolled", ""),
        ("held", "headman_election"),
        ("overdue", "cell_congress"),
        ("still_overdue", "cell_congress"),
        ("escalated", "cell_congress"),
    ]
    assert kinds(bench, name, "200-01") == [
        ("enrolled", ""),
        ("overdue", "headman_election"),
        ("overdue", "cell_congress"),
        ("still_overdue", "headman_election"),
        ("escalated", "headman_election"),
        ("still_overdue", "cell_congress"),
        ("escalated", "cell_congress"),
    ]
    assert kinds(bench, name, "100") == [("enrolled", ""), ("held", "grassroots_congress")]
    pressed = [(kind, "grassroots_congress") for kind in ("overdue", "still_overdue", "escalated")]
    assert kinds(bench, name, "200") == [("enrolled", ""), *pressed]
    # Held in September, but announced on 01/05: on 11/06 it is a plan.
    assert kinds(bench, name, "22") == [("enrolled", ""), ("scheduled", "provincial_congress")]
    (first,) = lines(bench, name, "@campaign")
    assert (first.type, first.effective, first.by) == ("launched", JUNE, "test")
    assert first.data["plan"]["campaign"] == name


async def test_readers_see_the_margins_of_the_day(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    with bench.store.reading() as connection:
        found = read_campaign(connection, name)
        assert (found.launched_on, found.clock.day_at(real_now())) == (JUNE, JUNE)
        stages = {stage.stage: stage for stage in campaign_status(connection, found, JUNE).stages}
        (commune,) = unit_status(connection, found, "100", JUNE).stages
    assert [(stage.units, stage.held, stage.overdue) for stage in stages.values()] == [
        (3, 2, 1),
        (3, 1, 2),
        (2, 1, 1),
        (1, 0, 0),
    ]
    assert (commune.margin_target, commune.margin_deadline) == (10, 40)


async def test_what_was_not_announced_by_the_day_is_not_known(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source, date(2020, 4, 19))
    assert kinds(bench, name, "100") == [("enrolled", "")]
    assert kinds(bench, name, "22") == [("enrolled", "")]
    assert kinds(bench, name, "100-01")[1:] == [("held", "headman_election"), ("held", "cell_congress")]


async def test_on_the_day_of_the_announcement_it_is_scheduled(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source, date(2020, 4, 20))
    (_, planned) = lines(bench, name, "100")
    assert (planned.type, planned.data["first"], planned.data["last"]) == ("scheduled", "2020-05-20", "2020-05-21")


async def test_without_reports_units_are_only_enrolled(bench: Workbench, source: Path, name: str) -> None:
    folder, now = DataFolder(bench.folder), real_now()
    day = date(2020, 1, 2)
    ready = prepare(str(source), folder, bench.store, today=day, now=now, reports=False, by="test")
    await launch(bench.congress(name), ready, lambda _: None)
    assert {placed.line.type for placed in journal(bench) if placed.unit != "@campaign"} == {"enrolled"}


async def test_a_repeated_launch_changes_nothing(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before = journal(bench)
    assert await launched(bench, source, None) == Progress(6, 6, done=True)
    assert await launched(bench, source, JUNE) == Progress(6, 6, done=True)
    assert journal(bench) == before
    # What was reported since stays as well.
    await bench.congress(name).report("200-01", "headman_election", date(2020, 1, 5), by="x")
    await launched(bench, source)
    assert journal(bench)[:-1] == before


async def test_two_launches_at_once_enrol_each_unit_once(bench: Workbench, source: Path, name: str) -> None:
    await asyncio.gather(*(launched(bench, source) for _ in range(3)))
    enrolled = [placed.unit for placed in journal(bench) if placed.line.type == "enrolled"]
    assert sorted(enrolled) == sorted(UNITS)
    assert len(lines(bench, name, "@campaign")) == 1


async def test_progress_is_told_and_ends_with_all_units(bench: Workbench, source: Path, name: str) -> None:
    told: list[Progress] = []
    ready = prepared(bench, source)
    done = await launch(bench.congress(name), ready, told.append)
    assert done == await bench.congress(name).progress()
    assert all(at.started <= at.units <= 6 for at in told)


async def test_a_launch_that_broke_off_is_completed_by_the_next(
    temporal: WorkflowEnvironment, tmp_path: Path, source: Path, name: str
) -> None:
    villages = [f"100-{number:03}" for number in range(180)]
    with (source / "units.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{code},Thôn {code},village,100,,test,synthetic\n" for code in villages)
    with (source / "reports.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{code},headman_election,2020-01-05,,90,,test,synthetic\n" for code in villages)
    async with workbench(temporal, tmp_path) as bench:
        launching = asyncio.create_task(launched(bench, source))
        await journalled(bench, name, "100-000", 1)
        launching.cancel()
        with suppress(asyncio.CancelledError):
            await launching
    async with workbench(temporal, tmp_path, queue=bench.queue) as bench:
        broken_off = enrolled(bench)
        assert 0 < len(broken_off) < 186
        assert await launched(bench, source) == Progress(186, 186, done=True)
        found = journal(bench)
        assert sorted(enrolled(bench)) == sorted((*UNITS, *villages))
        for village in villages:
            assert [line.no for line in lines(bench, name, village)] == [1, 2, 3, 4, 5]
            told = ["overdue", "still_overdue", "escalated"]
            assert [kind for kind, _ in kinds(bench, name, village)] == ["enrolled", "held", *told]
        assert [placed.position for placed in found] == list(range(1, len(found) + 1))


def enrolled(bench: Workbench) -> list[str]:
    """The units in the order in which they were enrolled, each as often as it was."""
    return [placed.unit for placed in journal(bench) if placed.line.type == "enrolled"]


async def test_another_day_is_refused(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    with pytest.raises(UserError) as caught:
        prepared(bench, source, date(2020, 6, 12))
    assert str(caught.value) == (
        f"--today 2020-06-12: the campaign {name} was launched as of 2020-06-11, and its clock runs on."
    )


async def test_a_day_outside_the_campaign_is_refused(bench: Workbench, source: Path, name: str) -> None:
    for day in (date(2019, 11, 30), date(2021, 1, 1), None):
        with pytest.raises(UserError, match=f"{name} lasts from 2019-12-01 to 2020-12-31, expected a day within it"):
            prepared(bench, source, day)
    for day in (date(2019, 12, 1), date(2020, 12, 31)):
        assert prepared(bench, source, day).start.today == day


async def test_a_changed_plan_is_refused_and_the_first_one_kept(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    kept = bench.folder / "campaigns" / name / "launch" / "plan.yaml"
    before, events = kept.read_bytes(), journal(bench)
    edit(source / "plan.yaml", "target: {date: 2020-05-31,", "target: {date: 2020-06-15,")
    with pytest.raises(UserError, match=f"The plan of {name} differs from the one it was launched with"):
        prepared(bench, source)
    assert kept.read_bytes() == before
    assert journal(bench) == events


async def test_a_report_that_the_rules_refuse_stops_the_launch(bench: Workbench, source: Path, name: str) -> None:
    with (source / "reports.csv").open("a", encoding="utf-8") as file:
        file.write("200-01,cell_congress,2020-01-18,,,,test,synthetic\n")
        file.write("200,grassroots_congress,2020-05-20,2020-05-29,,,test,synthetic\n")
    with pytest.raises(Problems) as caught:
        prepared(bench, source)
    assert caught.value.file == str(source / "reports.csv")
    assert [(problem.line, problem.message.split(":")[0]) for problem in caught.value.problems] == [
        (7, "200-01"),
        (8, "200"),
    ]
    await nothing_is_launched(bench, name)


async def test_a_file_with_mistakes_stops_the_launch(bench: Workbench, source: Path, name: str) -> None:
    edit(source / "units.csv", "200-01,Khu phố 1,village,200", "200-01,Khu phố 1,village,300")
    with pytest.raises(Problems, match="line 7: orphan '200-01': unknown parent '300'"):
        prepared(bench, source)
    await nothing_is_launched(bench, name)


async def nothing_is_launched(bench: Workbench, name: str) -> None:
    with bench.store.reading() as connection:
        assert campaign_names(connection) == []
        assert list(whole(connection)) == []
    assert not (bench.folder / "campaigns").exists()


async def test_the_files_of_a_launch_are_kept(bench: Workbench, source: Path, name: str) -> None:
    prepared(bench, source)
    kept = contents(bench.folder / "campaigns" / name / "launch")
    assert kept == contents(source)
    assert sorted(kept) == ["plan.yaml", "reports.csv", "units.csv"]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def test_a_launch_begun_for_another_day_is_not_completed_for_this_one(
    temporal: WorkflowEnvironment, tmp_path: Path, source: Path, name: str
) -> None:
    async with workbench(temporal, tmp_path) as bench:
        pass
    # Nothing works yet: the first launch stands in Temporal and not in the journal.
    await bench.congress(name).launch(prepared(bench, source, JUNE).start)
    later = prepared(bench, source, date(2020, 6, 20))
    async with workbench(temporal, tmp_path, queue=bench.queue) as bench:
        with pytest.raises(UserError, match="was launched as of 2020-06-11"):
            await launch(bench.congress(name), later, lambda _: None)
        await launched(bench, source, JUNE)
        assert [line.effective for line in lines(bench, name, "@campaign")] == [JUNE]


async def test_every_unit_tells_the_day_as_the_campaign_does(
    temporal: WorkflowEnvironment, tmp_path: Path, source: Path, name: str
) -> None:
    async with workbench(temporal, tmp_path) as bench:
        pass
    await bench.congress(name).launch(prepared(bench, source).start)
    # The launch is repeated a real day later, before the journal knows of the first.
    tomorrow = prepared(bench, source, now=real_now() + timedelta(days=1))
    async with workbench(temporal, tmp_path, queue=bench.queue) as bench:
        await launch(bench.congress(name), tomorrow, lambda _: None)
        sent = await bench.congress(name).report("200", "grassroots_congress", JUNE, by="x")
        assert sent.answer.visible
        with bench.store.reading() as connection:
            assert read_campaign(connection, name).clock.day_at(real_now()) == JUNE
