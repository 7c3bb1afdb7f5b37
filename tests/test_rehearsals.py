"""Whole campaigns through `congress rehearse`: both bundled ones, bad years, and one of another organisation."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy import select as rows_of

from calendars.store.database import open_store
from calendars.store.journal import whole
from calendars.store.reading import Campaign, read_campaign
from calendars.store.schema import stages
from calendars.store.status import campaign_status
from calendars.store.unit_status import unit_status

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PILOTS = ("200", "194", "than-quang-ninh")
Differences = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal said: its exit code, both outputs, and the store that it worked on and threw away."""

    code: int
    stdout: str
    stderr: str
    store: Path

    @property
    def document(self) -> dict[str, Any]:
        """The document alone: `json.loads` takes nothing beside it."""
        assert self.code == 0, self.stderr
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Campaign]]:
        """The store as the rehearsal left it."""
        store = open_store(f"sqlite:///{self.store}")
        try:
            with store.reading() as connection:
                yield connection, read_campaign(connection)
        finally:
            store.close()


def rehearse(folder: Path, *arguments: str, terminal: bool = False) -> Rehearsed:
    """Runs the command on empty folders for data and for what is temporary, if asked with a terminal to show progress.

    A second name for its database, given while it works, outlasts the removal of the temporary folder.
    """
    temporary, beside = Path(tempfile.mkdtemp(dir=folder)), Path(tempfile.mkdtemp(dir=folder))
    data, output, kept = beside / "var", beside / "stdout", beside / "kept.db"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONGRESS_")}
    environment |= {"CONGRESS_DATA": str(data), "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    ours, its = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-m", "workflows.cli", "rehearse", *arguments]
    with output.open("wb") as stdout:
        process = subprocess.Popen(command, stdout=stdout, stderr=its, env=environment, cwd=ROOT)
    os.close(its)
    said = bytearray()
    with suppress(OSError):  # a terminal that everybody left
        while process.poll() is None or select.select([ours], [], [], 0)[0]:
            if not kept.exists():
                for database in temporary.glob("*/rehearsal.db"):
                    os.link(database, kept)
            if select.select([ours], [], [], 0.05)[0]:
                part = os.read(ours, 65_536)
                said += part
                if not part:
                    break
    os.close(ours)
    code = process.wait()
    assert (list(temporary.iterdir()), data.exists()) == ([], False), "a rehearsal keeps nothing"
    return Rehearsed(code, output.read_text("utf-8"), said.decode().replace("\r\n", "\n"), kept)


def flat(value: object, path: str = "") -> dict[str, Any]:
    """Every figure of a document by its path; entries of lists go by what they are named, not by their places."""
    if isinstance(value, dict):
        pairs = [(key, each) for key, each in value.items() if (path, key) != ("", "seconds")]
    elif isinstance(value, list):
        pairs = [(name_of(each), each) for each in value]
        assert len(dict(pairs)) == len(pairs)
    else:
        return {path: value}
    return {place: one for key, each in pairs for place, one in flat(each, f"{path}.{key}".strip(".")).items()}


def name_of(entry: Mapping[str, Any]) -> str:
    keys = ("day", "unit", "stage", "id")
    return " ".join(str(entry[key]) for key in keys if key in entry)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """Everything in which two documents differ, seconds apart."""
    was, now = flat(before), flat(after)
    return {path: (was.get(path), now.get(path)) for path in was | now if was.get(path) != now.get(path)}


def added(path: str, *entries: dict[str, Any]) -> Differences:
    """What entries that are new in a list make of the differences."""
    return {place: (None, value) for place, value in flat(list(entries), path).items() if value is not None}


def refused(day: str, unit: str, stage: str, en: str, vi: str, code: str = "refused") -> dict[str, Any]:
    return {"day": day, "unit": unit, "stage": stage, "code": code, "en": f"{en}.", "vi": f"{vi}."}


def late(unit: str, name: str, stage: str, held: str | None = None, *margins: int) -> dict[str, Any]:
    target, deadline = margins or (None, None)
    named = {"unit": unit, "name": name, "stage": stage, "held": held}
    return {**named, "margin_target": target, "margin_deadline": deadline}


def milestone(stage: str, held: int, units: int, last: str | None, target: int | None, deadline: int | None) -> Any:
    margins = {"margin_target": target, "margin_deadline": deadline}
    return {"stage": stage, "held": held, "units": units, "last_held": last, **margins}


def milestones(document: Mapping[str, Any]) -> list[Any]:
    return [{key: value for key, value in one.items() if key != "level"} for one in document["milestones"]]


# Quảng Ninh 2020


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """2020 as it was."""
    return rehearse(tmp_path_factory.mktemp("year"), "quang-ninh-2020", "--json", terminal=True)


def test_quang_ninh_2020_reaches_the_milestones_of_the_article(year: Rehearsed) -> None:
    found = year.document
    assert {key: found[key] for key in ("campaign", "as_of", "units", "conflicts", "late")} == {
        "campaign": "quang-ninh-2020",
        "as_of": "2020-12-31",
        "units": 1_740,
        "conflicts": [],
        "late": [],
    }
    assert milestones(found) == [
        milestone("headman_election", 1_544, 1_544, "2020-01-05", None, None),
        milestone("cell_congress", 1_544, 1_544, "2020-01-18", 134, 164),
        milestone("grassroots_congress", 177, 177, "2020-05-31", 0, 30),
        milestone("district_congress", 18, 18, "2020-07-25", 6, 37),
        milestone("provincial_congress", 1, 1, "2020-09-27", None, 34),
    ]
    assert [stage["overdue"] for stage in found["stages"]] == [0] * 5
    # Nobody was late, no date moved.
    assert found["notices"].keys() == {"digest", "reminder"}


def test_quang_ninh_2020_counts_the_five_breakthroughs(year: Rehearsed) -> None:
    """Of the districts only what sources state of them: who was no local, and whose bodies stayed merged."""
    found = {one["id"]: (one["target"], one["met"]) for one in year.document["indicators"]}
    assert found == {
        "direct_election": (1.0, True),
        "secretary_is_head": (1.0, True),
        "secretary_is_chair": (0.75, True),
        "secretary_is_chair_district": (3, True),
        "secretary_not_local": (0.75, True),
        "secretary_not_local_district": (13, False),
        "merged_bodies_kept": (13, False),
    }


def test_the_document_stands_alone_and_the_days_pass_on_standard_error(year: Rehearsed) -> None:
    assert (year.stdout[0], year.stdout[-2:]) == ("{", "}\n")
    shown = re.findall(r"Rehearsing (\d\d)/(\d\d)/(\d{4})", year.stderr)
    days = [date(int(y), int(m), int(d)) for d, m, y in shown]
    assert days == sorted(days)
    assert len(set(days)) > 20
    assert date(2019, 12, 1) <= days[0] <= days[-1] == date(2020, 12, 31)


def test_elections_and_cell_congresses_are_each_on_one_day_for_all(year: Rehearsed) -> None:
    with year.reading() as (connection, _):
        query = rows_of(stages.c.stage, stages.c.held_first, stages.c.held_last).distinct()
        query = query.where(stages.c.stage.in_(["headman_election", "cell_congress"]))
        assert {tuple(row) for row in connection.execute(query)} == {
            ("headman_election", date(2020, 1, 5), date(2020, 1, 5)),
            ("cell_congress", date(2020, 1, 18), date(2020, 1, 18)),
        }


def test_by_31_may_all_cells_and_communes_had_met_30_days_early(year: Rehearsed) -> None:
    shares = {}
    for day in (date(2020, 5, 30), date(2020, 5, 31)):
        with year.reading() as (connection, campaign):
            found = {one.stage: one for one in campaign_status(connection, campaign, day).stages}
        shares[day] = found["grassroots_congress"].share
        assert found["cell_congress"].share == 1.0
    assert [shares[date(2020, 5, 30)] < 1.0, shares[date(2020, 5, 31)]] == [True, 1.0]
    for stage in ("cell_congress", "grassroots_congress"):
        margin = found[stage].margin_deadline
        assert margin
        assert margin.min >= 30
    assert found["district_congress"].held == 3


def test_three_pilots_came_first_and_the_others_by_25_july(year: Rehearsed) -> None:
    with year.reading() as (connection, campaign):
        query = rows_of(stages.c.unit).where(stages.c.stage == "district_congress").order_by(stages.c.held_first)
        order = connection.scalars(query).all()
        held = [unit_status(connection, campaign, unit, date(2020, 12, 31)).stages[0].held for unit in order]
        province = unit_status(connection, campaign, "22", date(2020, 12, 31)).stages[0]
    assert tuple(order[:3]) == PILOTS
    assert [(one.first, one.last) for one in held[:3] if one] == [
        (date(2020, 5, 12), date(2020, 5, 13)),
        (date(2020, 5, 19), date(2020, 5, 20)),
        (date(2020, 5, 27), date(2020, 5, 28)),
    ]
    assert all(one and date(2020, 6, 1) <= one.first and one.last <= date(2020, 7, 25) for one in held[3:])
    assert province.held
    assert (province.held.first, province.held.last) == (date(2020, 9, 25), date(2020, 9, 27))
    assert province.gate
    assert (province.gate.state, province.gate.held, province.gate.of) == ("open", 18, 18)


def test_while_congresses_were_suspended_none_was_held_and_reminders_rested(year: Rehearsed) -> None:
    first, last = date(2020, 3, 31), date(2020, 4, 22)
    with year.reading() as (connection, campaign):
        lines = [placed.line for placed in whole(connection)]
        due = {stage.id: stage.deadline.date for stage in campaign.plan.stages if stage.deadline}
        communes = rows_of(stages.c.deadline).where(stages.c.stage == "grassroots_congress").distinct()
        assert connection.scalars(communes).all() == [due["grassroots_congress"]] == [date(2020, 6, 30)]
    held = [(date.fromisoformat(one.data["first"]), one.effective) for one in lines if one.type == "held"]
    assert len(held) == 1_544 * 2 + 177 + 18 + 1
    assert not [days for days in held if days[0] <= last and days[1] >= first]
    reminded = {one.effective for one in lines if one.type == "reminder_due"}
    assert not {day for day in reminded if first <= day <= last}
    # What should have been said meanwhile is said on the first day after it.
    assert min(reminded) < first
    assert date(2020, 4, 23) in reminded


def test_a_district_that_is_60_days_late_changes_exactly_what_rests_on_it(year: Rehearsed, tmp_path: Path) -> None:
    """Đông Triều on 25-26/08 instead of 26-27/06: after the local target, before the deadline, and early enough for the
    province, whose gate still opens in time."""
    found = rehearse(tmp_path, "quang-ninh-2020", "--delay", "205", "60", "--json").document
    was, now = year.document["notices"], found["notices"]
    more = {
        "reminder": 2 * (4 + 3),  # to two contacts, before 31/07 four times and before 31/08 but for the last, on 30/08
        "overdue": 2 * 4,  # on 03, 10, 17 and 24/08
        "escalation": 2,  # on 06/08, to the two of the province
        "digest": 2 * 5,  # the province waits longer: summaries on 03, 10, 17, 24 and, with the congress, 31/08
    }
    assert now == {kind: was.get(kind, 0) + count for kind, count in more.items()}
    conflict = refused(
        "2020-05-08",  # when the days were announced
        "205",
        "district_congress",
        "District congress is planned from 25/08/2020 to 26/08/2020, after its target 31/07/2020 "
        "(newspaper article of 2020-06-11 (medium))",
        "Đại hội Đảng bộ dự kiến từ 25/08/2020 đến 26/08/2020, sau mục tiêu 31/07/2020 "
        "(newspaper article of 2020-06-11 (medium))",
        "past_target",
    )
    assert differences(year.document, found) == {
        "stages.district_congress.last_held": ("2020-07-25", "2020-08-26"),
        "stages.district_congress.margin_target.min": (6, -26),
        "stages.district_congress.margin_target.median": (32, 29),
        "stages.district_congress.margin_deadline.min": (37, 5),
        "stages.district_congress.margin_deadline.median": (63, 60),
        "milestones.district_congress.last_held": ("2020-07-25", "2020-08-26"),
        "milestones.district_congress.margin_target": (6, -26),
        "milestones.district_congress.margin_deadline": (37, 5),
        **{f"notices.{kind}": (was.get(kind), now[kind]) for kind in more},
        **added("conflicts", conflict),
        **added("late", late("205", "Thị xã Đông Triều", "district_congress", "2020-08-26", -26, 5)),
    }


# Quảng Ninh 2025


def test_quang_ninh_2025_was_through_17_days_early(tmp_path: Path) -> None:
    year = rehearse(tmp_path, "quang-ninh-2025", "--json")
    found = year.document
    assert (found["units"], found["conflicts"], found["late"], found["indicators"]) == (60, [], [], [])
    assert milestones(found) == [
        milestone("commune_congress", 59, 59, "2025-08-14", None, 17),
        milestone("provincial_congress", 1, 1, "2025-09-27", None, 34),
    ]
    with year.reading() as (connection, campaign):
        query = rows_of(stages.c.unit, stages.c.held_first, stages.c.held_last).order_by(stages.c.held_first)
        held = {unit: (first, last) for unit, first, last in connection.execute(query)}
        eve = campaign_status(connection, campaign, date(2025, 8, 13)).stages[0]
    assert eve.held < 59
    assert held["22"] == (date(2025, 9, 25), date(2025, 9, 27))
    assert held["06862"] == (date(2025, 7, 25), date(2025, 7, 26))  # Tiên Yên, one of three pilots
    assert [first for first, _ in held.values()][3] >= date(2025, 7, 28)


# Another organisation

PLAN = """\
campaign: dockers-2021
title: {vi: Đại hội Công đoàn Bến cảng, en: Congresses of the Dockers' Union}
timezone: Europe/Lisbon
from: 2021-02-01
until: 2021-06-30
instruments:
  circular-7: {number: 7/2021, date: 2021-01-11, issuer: Federal Board}
levels: [federation, region, branch, crew]
stages:
  - {id: roll_call, level: crew, on: 2021-02-20, max_days: 1, results: {present: percent}}
  - id: crew_meeting
    level: crew
    after: roll_call
    target: {date: 2021-03-10, source: circular-7}
    deadline: {date: 2021-03-20, source: circular-7}
  - id: branch_assembly
    level: branch
    target: {date: 2021-04-25, source: circular-7}
    deadline: {date: 2021-05-02, source: circular-7}
    max_days: 2
    gate: {children: crew_meeting, share: 0.75}
    pilots: {from: 2021-03-22, to: 2021-04-09}
    lead_ins: [{id: call, days: 14, source: circular-7 sec. 3}, {id: papers, working_days: 5}]
    results: {secret_ballot: bool, votes: ratio}
  - id: regional_convention
    level: region
    opens: 2021-05-03
    deadline: {date: 2021-05-31, source: circular-7}
    gate: {children: branch_assembly}
    results: {secret_ballot: bool}
  - {id: union_congress, level: federation, on: 2021-06-12, gate: {children: regional_convention, share: 0.5}}
freezes: [{from: 2021-04-10, to: 2021-04-16, ordered: 2021-04-06, source: the harbours are closed}]
consents: [{stage: regional_convention, tag: seafarers, result: secret_ballot, from: Harbour Board}]
reminders: {before: [7, 1], lead_ins: [2], overdue_every: 7, escalate_after: 2, digest: "off", jitter_minutes: 30}
indicators:
  - {id: secret_ballots, stage: branch_assembly, share_of: secret_ballot, target: 0.75}
  - {id: at_regions, level: region, share_of: secret_ballot, at_least: 2}
"""
UNITS = """\
code,name,level,parent,tags
UNION,Dockers' Union,federation,,
north,North,region,UNION,
south,South,region,UNION,seafarers
n1,Porto,branch,north,pilot
n2,Viana,branch,north,
s1,Setúbal,branch,south,
s2,Faro,branch,south,
n1a,Crane A,crew,n1,
n1b,Crane B,crew,n1,
n2a,Quay 1,crew,n2,
n2b,Quay 2,crew,n2,
n2c,Quay 3,crew,n2,
n2d,Quay 4,crew,n2,
s1a,Night shift,crew,s1,
s2a,Day shift,crew,s2,
"""
CREWS = ("n1a", "n1b", "n2a", "n2b", "n2c", "n2d", "s1a", "s2a")
REPORTS = """\
unit,stage,on,to,announced,result.secret_ballot,result.votes
n1,branch_assembly,2021-03-23,2021-03-24,2021-03-01,true,40/41
n2,branch_assembly,2021-04-01,2021-04-02,2021-03-10,true,
s1,branch_assembly,2021-04-17,,2021-03-20,false,
s2,branch_assembly,2021-04-22,2021-04-23,2021-03-20,true,
north,regional_convention,2021-05-08,,2021-04-01,true,
south,regional_convention,2021-05-15,,2021-04-01,true,
UNION,union_congress,2021-06-12,,,,
"""
RECORDS = """\
kind,unit,stage,on,to,body,ordered,text
review,n1,branch_assembly,2021-03-26,,,,Begin on time
consent,south,regional_convention,2021-05-01,,Harbour Board,,
freeze,south,,2021-05-17,2021-05-21,Harbour Board,2021-05-12,Strike
"""
CONTACTS = """\
unit,name,role,language,email,channels
n2,Viana,office,en,n2@union.invalid,email
n2a,Quay 1,secretary,en,n2a@union.invalid,email
"""


def write_union(folder: Path) -> Path:
    made = folder / "union"
    made.mkdir()
    crews = [f"{crew},roll_call,2021-02-20,,,,\n{crew},crew_meeting,2021-03-06,,2021-02-21,,\n" for crew in CREWS]
    files = {"plan.yaml": PLAN, "units.csv": UNITS, "reports.csv": REPORTS + "".join(crews)}
    for name, text in (files | {"records.csv": RECORDS, "contacts.csv": CONTACTS}).items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a trade union: other levels, other stages, gates, pilots and freezes of its own, another zone."""
    return write_union(tmp_path_factory.mktemp("union"))


@pytest.fixture(scope="module")
def good(union: Path) -> dict[str, Any]:
    """Its year as it was."""
    return rehearse(union.parent, str(union), "--json").document


def test_another_organisation_with_four_levels_and_stages_of_its_own(good: dict[str, Any]) -> None:
    assert (good["campaign"], good["units"], good["conflicts"], good["late"]) == ("dockers-2021", 15, [], [])
    assert milestones(good) == [
        milestone("roll_call", 8, 8, "2021-02-20", None, None),
        milestone("crew_meeting", 8, 8, "2021-03-06", 4, 14),
        milestone("branch_assembly", 4, 4, "2021-04-23", 2, 9),
        milestone("regional_convention", 2, 2, "2021-05-15", None, 16),
        milestone("union_congress", 1, 1, "2021-06-12", None, None),
    ]
    assert good["indicators"] == [
        {"id": "secret_ballots", "value": 0.75, "target": 0.75, "met": True},
        {"id": "at_regions", "value": 2, "target": 2, "met": True},
    ]
    # To the crew on 9, 19 and 26/02, 3 and 5/03, to the branch of its two steps on 16 and 23/03, of its days on 25
    # and 31/03.
    assert good["notices"] == {"reminder": 5 + 4}


def missing(stage: str, units: int) -> Differences:
    """What it makes of the figures of a stage that one unit does not hold."""
    held = (units, units - 1)
    return {
        f"stages.{stage}.held": held,
        f"stages.{stage}.share": (1.0, held[1] / units),
        f"stages.{stage}.overdue": (0, 1),
        f"milestones.{stage}.held": held,
    }


def spread(stage: str, margin: str, **figures: tuple[float, float]) -> Differences:
    return {f"stages.{stage}.{margin}.{name}": pair for name, pair in figures.items()}


NO_REGION = {
    **missing("regional_convention", 2),
    "indicators.at_regions.value": (2, 1),
    "indicators.at_regions.met": (True, False),
}
NO_SOUTH = {
    **NO_REGION,
    **spread("regional_convention", "margin_deadline", min=(16, 23), median=(19.5, 23)),
    "stages.regional_convention.last_held": ("2021-05-15", "2021-05-08"),
    "milestones.regional_convention.last_held": ("2021-05-15", "2021-05-08"),
    "milestones.regional_convention.margin_deadline": (16, 23),
    **added("late", late("south", "South", "regional_convention")),
}
NO_VIANA = {
    **missing("branch_assembly", 4),
    "indicators.secret_ballots.value": (0.75, 2 / 3),
    "indicators.secret_ballots.met": (True, False),
    **NO_REGION,
    **spread("regional_convention", "margin_deadline", median=(19.5, 16), max=(23, 16)),
    **added("late", late("n2", "Viana", "branch_assembly"), late("north", "North", "regional_convention")),
    **added(
        "conflicts",
        refused(
            "2021-05-08",
            "north",
            "regional_convention",
            "regional_convention cannot be held on 08/05/2021: 1 of 2 units below had held branch_assembly by then and "
            "2 must have; waiting for Viana",
            "regional_convention không thể tổ chức ngày 08/05/2021: đến lúc đó mới có 1 trên 2 đơn vị trực thuộc đã tổ "
            "chức branch_assembly, cần 2; còn chờ Viana",
        ),
    ),
}
BAD_YEARS = {
    # The branch of one crew waits for it, the region for the branch; half of the regions are enough for the union.
    "--without s1a crew_meeting": {
        **missing("crew_meeting", 8),
        **missing("branch_assembly", 4),
        **spread("branch_assembly", "margin_target", median=(15.5, 23)),
        **spread("branch_assembly", "margin_deadline", median=(22.5, 30)),
        "indicators.secret_ballots.value": (0.75, 1.0),
        **NO_SOUTH,
        **added("late", late("s1", "Setúbal", "branch_assembly"), late("s1a", "Night shift", "crew_meeting")),
        **added(
            "conflicts",
            refused(
                "2021-04-17",
                "s1",
                "branch_assembly",
                "branch_assembly cannot be held on 17/04/2021: 0 of 1 units below had held crew_meeting by then and 1 "
                "must have; waiting for Night shift",
                "branch_assembly không thể tổ chức ngày 17/04/2021: đến lúc đó mới có 0 trên 1 đơn vị trực thuộc đã tổ "
                "chức crew_meeting, cần 1; còn chờ Night shift",
            ),
            refused(
                "2021-05-15",
                "south",
                "regional_convention",
                "regional_convention cannot be held on 15/05/2021: 1 of 2 units below had held branch_assembly by then "
                "and 2 must have; waiting for Setúbal",
                "regional_convention không thể tổ chức ngày 15/05/2021: đến lúc đó mới có 1 trên 2 đơn vị trực thuộc "
                "đã tổ chức branch_assembly, cần 2; còn chờ Setúbal",
            ),
        ),
    },
    # Three of four crews are enough. The fourth is not told of days that were never announced (26/02 and 05/03), but of
    # the target on 09/03 and of the deadline on 12 and 19/03; it is overdue on 11 and 18/03, from 22/03 on fourteen
    # Mondays or the day after (not on 12/04, in the freeze), and its branch hears of it on 15 and 24/03.
    "--without n2a crew_meeting": {
        **missing("crew_meeting", 8),
        "notices.reminder": (9, 9 - 2 + 3),
        "notices.overdue": (None, 2 + 14),
        "notices.escalation": (None, 2),
        **added("late", late("n2a", "Quay 1", "crew_meeting")),
    },
    # The pilot is not reviewed by the day on which its neighbour wants to meet. The branch is told of target and
    # deadline twice each, overdue on 26/04 and nine times from 03/05 on.
    "--delay n1 5": {
        **NO_VIANA,
        **spread("branch_assembly", "margin_target", median=(15.5, 8), max=(32, 27)),
        **spread("branch_assembly", "margin_deadline", median=(22.5, 15), max=(39, 34)),
        "notices.reminder": (9, 9 + 4),
        "notices.overdue": (None, 1 + 9),
        **added(
            "conflicts",
            refused(
                "2021-03-26",
                "n1",
                "branch_assembly",
                "branch_assembly is not reported as held yet, so there is no review of it to record",
                "branch_assembly chưa được báo cáo là đã tổ chức nên chưa có rút kinh nghiệm để ghi nhận",
            ),
            refused(
                "2021-04-02",
                "n2",
                "branch_assembly",
                "branch_assembly cannot be held from 01/04/2021 to 02/04/2021: the pilots under the same superior go "
                "first, from 22/03/2021 to 09/04/2021, and they are not all held and reviewed",
                "branch_assembly không thể tổ chức từ 01/04/2021 đến 02/04/2021: các đơn vị làm điểm của cùng cấp trên "
                "đi trước, từ 22/03/2021 đến 09/04/2021, và chưa tổ chức và rút kinh nghiệm xong",
            ),
        ),
    },
    # 13-14/04 are taken by the freeze of the plan on the day it is ordered, a week before: the branch hears that one
    # step is called off, for the day of the other one of which it was reminded has passed; and of target and deadline
    # twice each. Postponed, it is not overdue.
    "--delay n2 12": {
        **NO_VIANA,
        **spread("branch_assembly", "margin_target", median=(15.5, 8)),
        **spread("branch_assembly", "margin_deadline", median=(22.5, 15)),
        "notices.reminder": (9, 9 - 2 + 4),
        "notices.change": (None, 1),
        **added(
            "conflicts",
            refused(
                "2021-04-14",
                "n2",
                "branch_assembly",
                "branch_assembly cannot be from 13/04/2021 to 14/04/2021, because congresses are suspended from "
                "10/04/2021 to 16/04/2021: the harbours are closed",
                "branch_assembly không thể diễn ra từ 13/04/2021 đến 14/04/2021 vì đại hội tạm dừng từ 10/04/2021 đến "
                "16/04/2021: the harbours are closed",
            ),
        ),
    },
    # 18/05 falls into the freeze of one region.
    "--delay south 3": {
        **NO_SOUTH,
        **added(
            "conflicts",
            refused(
                "2021-05-18",
                "south",
                "regional_convention",
                "regional_convention cannot be on 18/05/2021, because congresses are suspended from 17/05/2021 to "
                "21/05/2021: Strike",
                "regional_convention không thể diễn ra ngày 18/05/2021 vì đại hội tạm dừng từ 17/05/2021 đến "
                "21/05/2021: Strike",
            ),
        ),
    },
}


@pytest.mark.parametrize("arguments", BAD_YEARS)
def test_a_bad_year_changes_exactly_what_rests_on_it(
    good: dict[str, Any], union: Path, tmp_path: Path, arguments: str
) -> None:
    found = rehearse(tmp_path, str(union), *arguments.split(), "--json").document
    assert differences(good, found) == BAD_YEARS[arguments]


# Refusals


def test_a_plan_with_problems_is_not_rehearsed_and_each_is_named(tmp_path: Path) -> None:
    folder = write_union(tmp_path)
    text = PLAN.replace("share: 0.75}", "share: 1.75}").replace("opens: 2021-05-03", "opens: 2021-05-33")
    text = text.replace("deadline: {date: 2021-03-20", "deadline: {date: 2021-03-01")
    text = text.replace("    level: branch\n", "    level: brunch\n")
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    found = rehearse(tmp_path, str(folder), "--json")
    assert (found.code, found.stdout) == (1, "")
    named = [line.removeprefix(f"{folder}/plan.yaml: ") for line in found.stderr.splitlines()]
    assert named == [
        "line 14, column 20: the target is 2021-03-10, expected no day after the deadline, 2021-03-01",
        'line 17, column 12: found the unknown level "brunch", expected `branch`',
        "line 21, column 43: `share` is 1.75, expected at most 1",
        'line 27, column 12: `opens` is "2021-05-33", expected a day that exists in the calendar',
    ]


def test_files_with_mistakes_are_not_rehearsed_and_each_is_named(tmp_path: Path) -> None:
    folder = write_union(tmp_path)
    mistakes = "n9,branch_assembly,2021-04-01,,,,\nn2,picnic,2021-04-31,,,,\n"
    (folder / "reports.csv").write_text(REPORTS + mistakes, encoding="utf-8")
    found = rehearse(tmp_path, str(folder), "--json")
    assert (found.code, found.stdout) == (1, "")
    assert [line.split(":")[1] for line in found.stderr.splitlines()] == [" line 9", " line 10", " line 10"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--delay nobody 3", "nobody: no unit of dockers-2021."),
        ("--without nobody roll_call", "nobody: no unit of dockers-2021."),
        ("--without n1 roll_call", "--without n1 roll_call: expected one of branch_assembly."),
    ],
)
def test_a_unit_or_stage_that_is_not_there_is_refused(
    union: Path, tmp_path: Path, arguments: str, sentence: str
) -> None:
    found = rehearse(tmp_path, str(union), *arguments.split(), "--json")
    assert (found.code, found.stdout, found.stderr) == (1, "", f"{sentence}\n")


def test_a_campaign_that_is_nowhere_and_wrong_usage(tmp_path: Path) -> None:
    found = rehearse(tmp_path, "quang-ninh-2030")
    assert (found.code, found.stdout, len(found.stderr.splitlines())) == (1, "", 1)
    assert "neither a folder nor a bundled campaign, expected one of quang-ninh-2020, quang-ninh-2025" in found.stderr
    assert rehearse(tmp_path, "quang-ninh-2025", "--delay", "22", "many").code == 2


def test_without_json_it_tells_the_same_to_people(union: Path, tmp_path: Path) -> None:
    found = rehearse(tmp_path, str(union), "--without", "n2a", "crew_meeting")
    assert found.code == 0, found.stderr
    lines = found.stdout.splitlines()
    assert "dockers-2021, rehearsed to 30/06/2021" in lines[0]
    assert next(line.split() for line in lines if "crew_meeting" in line) == [
        *("│", "crew_meeting", "│", "crew", "│", "7", "│", "8", "│", "06/03/2021", "│", "+4", "│", "+14", "│"),
    ]
    assert "Notices that would go out: 2 escalation, 16 overdue, 10 reminder." in lines
    assert lines[-4:-1] == ["Late: 1.", "  n2a Quay 1, crew_meeting: not held", "Conflicts: none."]
