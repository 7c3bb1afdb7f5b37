"""The bundled campaign of two levels: its counts, the known days, and what came of it."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from calendars.campaigns.bundle import Bundle, bundled, find_bundle, load_bundle
from calendars.campaigns.opening import check_opening, open_all
from calendars.plan.deadlines import margin

ROOT = Path(__file__).parents[2]
FOLDER = find_bundle("quang-ninh-2025")
TABLES = ("units.csv", "reports.csv", "records.csv", "contacts.csv")
CERTAINTIES = {"high", "medium", "low", "synthetic"}
DONE = date(2025, 8, 14)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(FOLDER)


def days(bundle: Bundle, unit: str) -> tuple[date, date]:
    row = next(row for row in bundle.reports if row.unit == unit)
    return row.on, row.to or row.on


def test_54_communes_and_5_bodies_stand_under_the_province(bundle: Bundle) -> None:
    assert Counter(unit.level for unit in bundle.units) == {"province": 1, "commune": 59}
    official = [unit for unit in bundle.units if unit.level == "commune" and unit.code.isdigit()]
    kinds = Counter(re.match(r"Phường|Xã|Đặc khu", unit.name)[0] for unit in official)  # type: ignore[index]
    assert kinds == {"Phường": 30, "Xã": 22, "Đặc khu": 2}
    assert {unit.parent for unit in bundle.units} == {"", "22"}


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("06862", date(2025, 7, 25), date(2025, 7, 26)),  # Tiên Yên, a pilot
        ("06895", date(2025, 7, 31), date(2025, 8, 1)),  # Đầm Hà
        ("06994", date(2025, 8, 3), date(2025, 8, 4)),  # Vân Đồn
        ("than-quang-ninh", date(2025, 8, 4), date(2025, 8, 5)),
        ("22", date(2025, 9, 25), date(2025, 9, 27)),
    ],
)
def test_known_congresses_stand_on_their_days(bundle: Bundle, unit: str, first: date, last: date) -> None:
    assert days(bundle, unit) == (first, last)


def test_uong_bi_began_on_its_day(bundle: Bundle) -> None:
    assert days(bundle, "06811")[0] == date(2025, 8, 8)


def test_all_59_were_held_17_days_early_and_the_province_34(bundle: Bundle) -> None:
    held = [row for row in bundle.reports if row.stage == "commune_congress"]
    last = max(row.to or row.on for row in held)
    due = {stage.id: stage.deadline.date for stage in bundle.plan.stages if stage.deadline}
    assert len({row.unit for row in held}) == 59
    assert (last, margin(due["commune_congress"], last)) == (DONE, 17)
    assert margin(due["provincial_congress"], days(bundle, "22")[1]) == 34


@pytest.mark.parametrize("today", [date(2025, 7, 24), DONE, date(2025, 12, 31)])
def test_the_rules_take_every_row(bundle: Bundle, today: date) -> None:
    check_opening(bundle, today, "reports.csv")
    province = open_all(bundle, today).units["22"]
    assert len([child for child in province.children if child.held]) == sum(
        1 for row in bundle.reports if row.stage == "commune_congress" and (row.to or row.on) <= today
    )


def test_pilots_were_reviewed_after_they_met(bundle: Bundle) -> None:
    pilots = {unit.code for unit in bundle.units if "pilot" in unit.tags}
    reviewed = {record.unit: record.on for record in bundle.records}
    assert set(reviewed) == pilots
    assert len(pilots) == 3
    assert all(days(bundle, unit)[1] < day for unit, day in reviewed.items())


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_where_it_comes_from(table: str) -> None:
    with (FOLDER / table).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["source"]
            assert row["certainty"] in CERTAINTIES
            assert (row["certainty"] == "synthetic") == row["source"].startswith("made"), row


def test_making_again_gives_the_same_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "America/New_York"}
    command = [sys.executable, "-m", "calendars.campaigns.making.quang_ninh_2025", str(tmp_path)]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    for table in TABLES:
        assert (tmp_path / table).read_bytes() == (FOLDER / table).read_bytes(), table


def test_no_code_knows_a_campaign() -> None:
    """Stages, codes and names of the bundled campaigns stand in their folders, and in what makes those."""
    stages = {stage.id for name in bundled() for stage in load_bundle(find_bundle(name)).plan.stages}
    known = re.compile(rf"[\"'](?:{'|'.join(sorted(stages))}|06\d{{3}}|quang-ninh[-0-9]*)[\"']")
    files = [file for folder in ("calendars", "workflows", "activities") for file in (ROOT / folder).rglob("*.py")]
    code = [file for file in (*files, ROOT / "worker.py") if "making" not in file.parts]
    found = [f"{file.relative_to(ROOT)}: {hit[0]}" for file in code for hit in known.finditer(file.read_text("utf-8"))]
    assert found == []
