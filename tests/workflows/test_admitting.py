"""Units that a later file adds to a running campaign."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from calendars.campaigns.tables import Received
from calendars.errors import Problems
from calendars.sequence.messages import CampaignStart, Progress
from calendars.store.reading import read_campaign
from calendars.web.orders import Added
from tests.workflows.launches import JUNE, journal, launched, lines
from tests.workflows.small import UNITS
from tests.workflows.temporal import Workbench
from workflows.admitting import stage_units
from workflows.datafolder import DataFolder
from workflows.launching import admit
from workflows.ordering import UnitOrders

pytestmark = pytest.mark.asyncio(loop_scope="session")
HEADER = "code,name,level,parent\n"
MISTAKES = {
    "cycle": (
        "300,Xã Ba,commune,400\n400,Xã Bốn,commune,300\n",
        [(2, "cycle of parents: 300 -> 400 -> 300")],
    ),
    "orphan": ("999-01,Thôn X,village,999\n", [(2, "orphan '999-01': unknown parent '999'")]),
    "duplicate": (
        "100-03,Thôn 3,village,100\n100-03,Thôn ba,village,100\n",
        [(3, "duplicate code '100-03', already on line 2")],
    ),
    "unknown level": (
        "100-03,Thôn 3,hamlet,100\n",
        [(2, "unknown level 'hamlet', expected one of province, commune, village")],
    ),
    "level not below its parent's": (
        "300,Xã Ba,commune,100\n",
        [(2, "level 'commune' of '300' is not below 'commune', the level of its parent '100'")],
    ),
    "second root": ("23,Tỉnh Khác,province,\n", [(2, "second root '23', the first is '22'")]),
    "another name for a unit that is there": (
        "100-01,Thôn Một,village,100\n",
        [(2, "unit '100-01' is there already with another name")],
    ),
    "another parent for a unit that is there": (
        "100-01,Thôn 1,village,200\n",
        [(2, "unit '100-01' is there already with another parent")],
    ),
    "all at once": (
        "100-03,Thôn 3,village,100\n100-03,Thôn 3,village,100\n999-01,Thôn X,village,999\n100-04,Thôn 4,hamlet,100\n",
        [
            (3, "duplicate code '100-03', already on line 2"),
            (4, "orphan '999-01': unknown parent '999'"),
            (5, "unknown level 'hamlet', expected one of province, commune, village"),
        ],
    ),
}


def stage(bench: Workbench, name: str, file: Path) -> tuple[CampaignStart, int]:
    with bench.store.reading() as connection:
        return stage_units(file, DataFolder(bench.folder), connection, read_campaign(connection, name), by="officer")


def written(folder: Path, rows: str) -> Path:
    file = folder / "more.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return file


def folders(bench: Workbench, name: str) -> list[str]:
    return sorted(folder.name for folder in (bench.folder / "campaigns" / name).iterdir())


async def test_a_village_joins_its_commune_and_leaves_others_alone(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before = journal(bench)
    start, new = stage(bench, name, written(bench.folder, "100-03,Thôn 3,village,100\n"))
    assert (start.today, new) == (JUNE, 1)
    assert await admit(bench.congress(name), start, lambda _: None) == Progress(7, 7, done=True)
    found = journal(bench)
    assert found[: len(before)] == before
    assert {placed.unit for placed in found[len(before) :]} == {"100-03"}
    enrolled, *overdue = lines(bench, name, "100-03")
    assert enrolled.data["profile"] == {
        "code": "100-03",
        "name": "Thôn 3",
        "level": "village",
        "parent": "100",
        "parent_name": "Xã Một",
        "tags": [],
    }
    pressed = ["still_overdue", "escalated"]
    assert [line.type for line in overdue] == ["overdue", "overdue", *pressed, *pressed]
    sent = await bench.congress(name).report("100-03", "headman_election", overdue[0].effective, by="x")
    assert (sent.answer.last, sent.answer.visible) == (8, True)


async def test_a_file_from_the_board_is_taken_once(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    orders = UnitOrders(DataFolder(bench.folder), bench.store, bench.client, bench.queue)
    told: list[tuple[int, int]] = []
    file = Received("more.csv", f"{HEADER}100-03,Thôn 3,village,100\n".encode())
    for new in (1, 0):
        added = await orders.add(name, file, by="Bà Lan", told=lambda done, total: told.append((done, total)))
        assert added == Added(new, 7)
    assert told[-1][1] in (0, 7)
    assert {line.by for line in lines(bench, name, "100-03")} >= {"Bà Lan"}
    before = journal(bench)
    with pytest.raises(Problems):
        await orders.add(name, Received("more.csv", f"{HEADER}1,X,village,9\n".encode()), by="x", told=lambda *_: None)
    assert journal(bench) == before


async def test_a_commune_comes_with_its_villages_in_any_order(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    rows = "300-01,Thôn 1,village,300\n300,Xã Ba,commune,22\n"
    start, new = stage(bench, name, written(bench.folder, rows))
    assert new == 2
    assert await admit(bench.congress(name), start, lambda _: None) == Progress(8, 8, done=True)
    (profile,) = (line.data["profile"] for line in lines(bench, name, "300-01") if line.type == "enrolled")
    assert profile["parent_name"] == "Xã Ba"


async def test_a_workbook_adds_units_as_a_text_file_does(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.strip().split(","))
    sheet.append(["200-02", "Khu phố 2", "village", 200])
    book.save(bench.folder / "more.xlsx")
    start, new = stage(bench, name, bench.folder / "more.xlsx")
    assert new == 1
    await admit(bench.congress(name), start, lambda _: None)
    assert lines(bench, name, "200-02")[0].by == "officer"


async def test_what_is_there_already_is_no_mistake_and_not_new(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before = journal(bench)
    (bench.folder / "units.csv").write_text(UNITS, encoding="utf-8")
    start, new = stage(bench, name, bench.folder / "units.csv")
    assert new == 0
    assert await admit(bench.congress(name), start, lambda _: None) == Progress(6, 6, done=True)
    assert journal(bench) == before


async def test_the_same_file_again_adds_nothing(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    file = written(bench.folder, "100-03,Thôn 3,village,100\n")
    start, _ = stage(bench, name, file)
    await admit(bench.congress(name), start, lambda _: None)
    before = journal(bench)
    again, new = stage(bench, name, file)
    assert (again.folder, new) == (start.folder, 0)
    await admit(bench.congress(name), again, lambda _: None)
    assert journal(bench) == before


async def test_each_mistake_is_named_and_nothing_is_added(bench: Workbench, source: Path, name: str) -> None:
    await launched(bench, source)
    before, kept = journal(bench), folders(bench, name)
    for what, (rows, expected) in MISTAKES.items():
        file = written(bench.folder, rows)
        with pytest.raises(Problems) as caught:
            stage(bench, name, file)
        assert caught.value.file == str(file)
        assert [(problem.line, problem.message) for problem in caught.value.problems] == expected, what
    assert folders(bench, name) == kept
    assert journal(bench) == before
