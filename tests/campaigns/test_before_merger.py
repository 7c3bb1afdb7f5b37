"""The tree before the merger of 01/01/2020, and that its changes give the tree of 2020."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from calendars.campaigns.bundle import Bundle, bundled, find_bundle, load_bundle
from calendars.campaigns.changes import ChangeKind, apply
from calendars.campaigns.units import UnitRow

LATER = find_bundle("quang-ninh-2020")
FOLDER = LATER / "before-merger"
HOANH_BO = {
    *("07030", "07033", "07036", "07039", "07042", "07045", "07048"),
    *("07051", "07054", "07057", "07060", "07063", "07066"),
}
REMOVED = {"06850", "06869", "06907", "06934", "06955", "06958", "06961", "06964", "07141"}
RENAMED = {
    "07030": ("Thị trấn Trới", "Phường Hoành Bồ"),
    "07096": ("Xã Tràng An", "Phường Tràng An"),
    "07114": ("Xã Hoàng Quế", "Phường Hoàng Quế"),
    "07117": ("Xã Yên Thọ", "Phường Yên Thọ"),
    "07120": ("Xã Hồng Phong", "Phường Hồng Phong"),
}
Tree = dict[str, tuple[str, str, str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def later() -> Bundle:
    return load_bundle(LATER)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A campaign that begins in the old tree with the plan and the reports of the new one."""
    folder = tmp_path_factory.mktemp("campaign")
    for name in ("plan.yaml", "reports.csv", "records.csv", "contacts.csv"):
        shutil.copy(LATER / name, folder)
    for name in ("units.csv", "changes.csv"):
        shutil.copy(FOLDER / name, folder)
    return load_bundle(folder)


def tree(units: tuple[UnitRow, ...]) -> Tree:
    return {unit.code: (unit.name, unit.level, unit.parent, unit.tags) for unit in units}


def test_the_changes_give_the_tree_of_2020(before: Bundle, later: Bundle) -> None:
    after = apply(before.units, before.changes)
    assert len(after) == 1740
    assert tree(after) == tree(later.units)


def test_without_any_one_change_the_trees_differ(before: Bundle, later: Bundle) -> None:
    for left_out in before.changes:
        rest = [change for change in before.changes if change is not left_out]
        assert tree(apply(before.units, rest)) != tree(later.units), left_out


def test_counts_of_the_old_tree(before: Bundle) -> None:
    assert Counter(unit.level for unit in before.units) == {
        "province": 1,
        "district": 14 + 5,
        "commune": 186,
        "village": 1544,
    }
    communes = Counter(unit.parent for unit in before.units if unit.level == "commune")
    assert (communes["193"], communes["204"], communes["201"]) == (20, 13, 16)


def test_official_units_are_those_of_the_source(before: Bundle) -> None:
    with (FOLDER / "sources" / "units.csv").open(encoding="utf-8", newline="") as file:
        official = {(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(file)}
    assert len(official) == 1 + 14 + 186
    ours = {(unit.code, unit.name, unit.level, unit.parent) for unit in before.units if unit.code.isdigit()}
    assert ours == official


def test_villages_are_those_of_2020_and_every_commune_has_some(before: Bundle, later: Bundle) -> None:
    old = {unit.code: unit for unit in before.units if unit.level == "village"}
    new = {unit.code: unit for unit in later.units if unit.level == "village"}
    assert {code: unit.name for code, unit in old.items()} == {code: unit.name for code, unit in new.items()}
    assert {unit.parent for unit in old.values()} == {unit.code for unit in before.units if unit.level == "commune"}
    elsewhere = {code for code in old if old[code].parent != new[code].parent}
    assert {old[code].parent for code in elsewhere} == REMOVED
    assert len(elsewhere) == 5 + 3 + 2 + 6 * 4
    assert all("made as well: its commune" in old[code].source for code in elsewhere)


def test_villages_of_a_successor_are_shared_out_evenly(before: Bundle) -> None:
    villages = Counter(unit.parent for unit in before.units if unit.level == "village")
    assert (villages["06820"], villages["07141"]) == (5, 5)
    assert (villages["06922"], villages["06955"], villages["06958"]) == (3, 3, 2)


def test_changes_of_the_day(before: Bundle) -> None:
    assert {change.on for change in before.changes} == {date(2020, 1, 1)}
    assert all(change.source.startswith("Resolution 837/NQ-UBTVQH14 of 17/12/2019") for change in before.changes)
    merged = {change.unit: change.into for change in before.changes if change.kind is ChangeKind.MERGE}
    assert merged.keys() == REMOVED | {"204"}
    assert merged["204"] == "193"
    names = {unit.code: unit.name for unit in before.units}
    renamed = {change.unit: change.name for change in before.changes if change.kind is ChangeKind.RENAME}
    assert {code: (names[code], name) for code, name in renamed.items()} == RENAMED
    assert len(before.changes) == len(merged) + len(renamed) == 15


def test_communes_of_hoanh_bo_go_along_with_it(before: Bundle) -> None:
    assert {unit.code for unit in before.units if unit.parent == "204"} == HOANH_BO
    after = tree(apply(before.units, before.changes))
    assert {after[code][2] for code in HOANH_BO} == {"193"}


def test_a_successor_has_the_same_level_and_district(before: Bundle) -> None:
    units = {unit.code: unit for unit in before.units}
    for change in before.changes:
        if change.kind is ChangeKind.MERGE:
            unit, into = units[change.unit], units[change.into]
            assert (unit.level, unit.parent) == (into.level, into.parent)


def test_assumed_successors_say_so(before: Bundle) -> None:
    """Every successor of a commune is made, and nothing else is."""
    made = {change.unit for change in before.changes if change.certainty == "synthetic"}
    assert made == REMOVED
    assert made == {change.unit for change in before.changes if "made: " in change.source}


def test_reports_and_contacts_are_taken_as_they_are(before: Bundle, later: Bundle) -> None:
    assert (before.plan, before.reports, before.records) == (later.plan, later.reports, later.records)
    assert before.contacts == later.contacts


def test_the_folder_is_no_campaign_of_its_own() -> None:
    assert bundled().count("quang-ninh-2020") == 1
    assert "before-merger" not in bundled()


def test_making_again_gives_the_same_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "America/New_York"}
    command = [sys.executable, "-m", "calendars.campaigns.making.before_merger", str(tmp_path)]
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
    assert {path.name for path in tmp_path.iterdir()} == {"units.csv", "changes.csv"}
    for name in ("units.csv", "changes.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
