"""The bundled campaign: its counts, the known days, and every report against the plan's rules.

The rules are read from the plan and counted here anew, without the code that decides on reports.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from calendars.campaigns.bundle import Bundle, find_bundle, load_bundle
from calendars.campaigns.opening import check_opening
from calendars.campaigns.records import RecordKind
from calendars.campaigns.reports import ReportRow
from calendars.campaigns.units import UnitRow

FOLDER = find_bundle("quang-ninh-2020")
TABLES = ("units.csv", "reports.csv", "records.csv", "contacts.csv")
CERTAINTIES = {"high", "medium", "low", "synthetic"}
ARTICLE_DAY = date(2020, 6, 11)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(FOLDER)


@pytest.fixture(scope="module")
def units(bundle: Bundle) -> dict[str, UnitRow]:
    return {unit.code: unit for unit in bundle.units}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def last_day(report: ReportRow) -> date:
    return report.to or report.on


def days_of(report: ReportRow) -> Iterator[date]:
    for number in range((last_day(report) - report.on).days + 1):
        yield report.on + timedelta(days=number)


def held(bundle: Bundle, stage: str) -> dict[str, ReportRow]:
    return {report.unit: report for report in bundle.reports if report.stage == stage}


def test_counts_of_the_tree(bundle: Bundle, units: dict[str, UnitRow]) -> None:
    assert Counter(unit.level for unit in bundle.units) == {
        "province": 1,
        "district": 18,
        "commune": 177,
        "village": 1544,
    }
    assert len(units) == 1740
    districts = [unit for unit in bundle.units if unit.level == "district"]
    assert len([unit for unit in districts if unit.code.isdigit()]) == 13
    assert {unit.code for unit in districts if not unit.code.isdigit()} == {
        "than-quang-ninh",
        "cong-an",
        "quan-su",
        "bien-phong",
        "khoi-co-quan",
    }
    assert {unit.parent for unit in districts} == {"22"}


def test_official_units_are_those_of_the_source(units: dict[str, UnitRow]) -> None:
    official = {
        (row["code"], row["name"], row["level"], row["parent"]) for row in rows_of(FOLDER / "sources/units.csv")
    }
    assert len(official) == 1 + 13 + 177
    ours = {(unit.code, unit.name, unit.level, unit.parent) for unit in units.values() if unit.code.isdigit()}
    assert ours == official


def test_communes_of_each_locality(bundle: Bundle) -> None:
    communes = Counter(unit.parent for unit in bundle.units if unit.level == "commune")
    assert communes == {
        "193": 33,
        "194": 17,
        "195": 16,
        "196": 10,
        "198": 7,
        "199": 11,
        "200": 9,
        "201": 11,
        "202": 8,
        "203": 12,
        "205": 21,
        "206": 19,
        "207": 3,
    }


def test_villages_are_apportioned_and_numbered_without_gaps(bundle: Bundle, units: dict[str, UnitRow]) -> None:
    numbers = defaultdict(list)
    for unit in bundle.units:
        if unit.level == "village":
            commune, _, number = unit.code.rpartition("-")
            assert commune == unit.parent
            assert unit.certainty == "synthetic"
            kind = "Thôn" if units[commune].name.startswith("Xã ") else "Khu phố"
            assert unit.name == f"{kind} {int(number)}"
            numbers[commune].append(int(number))
    assert len(numbers) == 177
    assert all(of_commune == list(range(1, len(of_commune) + 1)) for of_commune in numbers.values())
    assert Counter(
        (units[commune].name.startswith("Phường "), len(of_commune)) for commune, of_commune in numbers.items()
    ) == {(True, 10): 56, (True, 9): 16, (False, 8): 105}


def test_tags(bundle: Bundle) -> None:
    tags = {unit.code: unit.tags for unit in bundle.units if unit.tags}
    assert tags == {
        "200": ("pilot",),
        "194": ("pilot",),
        "than-quang-ninh": ("pilot",),
        "06904": ("pilot",),
        "06910": ("pilot",),
        "cong-an": ("armed_forces", "public_security"),
        "quan-su": ("armed_forces", "military"),
        "bien-phong": ("armed_forces", "military"),
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_source_and_certainty(table: str) -> None:
    rows = rows_of(FOLDER / table)
    assert rows
    assert [row for row in rows if not row["source"] or row["certainty"] not in CERTAINTIES] == []


def test_every_unit_reports_each_stage_of_its_level(bundle: Bundle) -> None:
    assert Counter(report.stage for report in bundle.reports) == {
        "headman_election": 1544,
        "cell_congress": 1544,
        "grassroots_congress": 177,
        "district_congress": 18,
        "provincial_congress": 1,
    }
    expected = {(unit.code, stage.id) for unit in bundle.units for stage in bundle.plan.stages_of(unit.level)}
    assert {(report.unit, report.stage) for report in bundle.reports} == expected
    assert len(bundle.reports) == len(expected)


def test_elections_and_cell_congresses_are_on_their_one_day(bundle: Bundle) -> None:
    assert {last_day(report) for report in held(bundle, "headman_election").values()} == {date(2020, 1, 5)}
    assert {last_day(report) for report in held(bundle, "cell_congress").values()} == {date(2020, 1, 18)}


# Days read in public sources; the days of Vân Đồn and Cẩm Phả are known in part.
KNOWN = {
    "06904": ("2020-03-05", "2020-03-06"),
    "06910": ("2020-03-10", "2020-03-11"),
    "200": ("2020-05-12", "2020-05-13"),
    "194": ("2020-05-19", "2020-05-20"),
    "than-quang-ninh": ("2020-05-27", "2020-05-28"),
    "198": ("2020-06-09", "2020-06-10"),
    "205": ("2020-06-26", "2020-06-27"),
    "193": ("2020-07-21", "2020-07-22"),
    "206": ("2020-07-22", "2020-07-23"),
    "22": ("2020-09-25", "2020-09-27"),
}


def test_known_congresses_are_on_their_days_and_no_other_row_claims_to_be_known(bundle: Bundle) -> None:
    above = [report for report in bundle.reports if "-0" not in report.unit and "-1" not in report.unit]
    assert len(above) == 196
    known = {report.unit: report for report in above if report.certainty != "synthetic"}
    assert {code: (row.on.isoformat(), last_day(row).isoformat()) for code, row in known.items()} == KNOWN
    assert held(bundle, "district_congress")["203"].on == date(2020, 7, 13)
    assert held(bundle, "district_congress")["195"].to == date(2020, 7, 25)


def test_known_results(bundle: Bundle) -> None:
    results = {code: report.results for code, report in held(bundle, "district_congress").items()}
    assert results["194"] == {"direct_election": True, "secretary_votes": "300/300", "delegates": 300}
    assert results["193"] == {"direct_election": True, "secretary_votes": "339/339", "delegates": 339}
    assert results["206"] == {"direct_election": True, "secretary_votes": "290/292", "delegates": 292}
    assert results["198"] == {"direct_election": True, "delegates": 250}
    assert results["200"] == {}
    province = held(bundle, "provincial_congress")["22"].results
    assert province == {"delegates": 350, "committee_members": 53, "committee_candidates": 59}


def test_the_frame_of_the_article(bundle: Bundle) -> None:
    communes, districts = held(bundle, "grassroots_congress"), held(bundle, "district_congress")
    assert max(map(last_day, communes.values())) == date(2020, 5, 31)
    assert max(map(last_day, districts.values())) == date(2020, 7, 25)
    by_then = {code for code, report in districts.items() if last_day(report) <= ARTICLE_DAY}
    assert by_then == {"200", "194", "than-quang-ninh", "198"}
    announced = {code for code, report in districts.items() if report.announced and report.announced <= ARTICLE_DAY}
    assert {"203", "193", "206"} <= announced - by_then


def test_every_report_keeps_window_and_length(bundle: Bundle, units: dict[str, UnitRow]) -> None:
    plan = bundle.plan
    for report in bundle.reports:
        stage, unit = plan.stage(report.stage), units[report.unit]
        assert stage.level == unit.level
        assert plan.from_ <= report.on <= last_day(report) <= plan.until, report
        assert (last_day(report) - report.on).days < (stage.max_days or 0), report
        in_pilots = bool(stage.pilots and stage.pilots.from_ <= report.on <= last_day(report) <= stage.pilots.to)
        assert in_pilots if "pilot" in unit.tags else report.on >= (stage.opens or stage.on or plan.until), report
        for due in (stage.target, stage.deadline):
            assert due is None or last_day(report) <= due.date, report


def test_no_report_falls_into_the_suspension(bundle: Bundle) -> None:
    (freeze,) = bundle.plan.freezes
    assert (freeze.from_, freeze.to) == (date(2020, 3, 31), date(2020, 4, 22))
    assert [row for row in bundle.reports if row.on <= date(2020, 4, 22) and last_day(row) >= date(2020, 3, 31)] == []


def test_every_report_comes_after_what_it_waits_for(bundle: Bundle, units: dict[str, UnitRow]) -> None:
    last = {(report.unit, report.stage): last_day(report) for report in bundle.reports}
    children = defaultdict(list)
    for unit in units.values():
        children[unit.parent].append(unit.code)
    waited = 0
    for report in bundle.reports:
        stage = bundle.plan.stage(report.stage)
        before = [last[report.unit, stage.after]] if stage.after else []
        if stage.gate:
            assert stage.gate.share == 1.0
            before += [last[child, stage.gate.children] for child in children[report.unit]]
        assert all(day < report.on for day in before), report
        waited += len(before)
    assert waited == 1544 + 1544 + 177 + 18


def test_synthetic_congresses_are_on_days_as_practised(bundle: Bundle) -> None:
    """Monday to Saturday, no public holiday; only the last one of the communes ends on Sunday 31 May."""
    public = holidays.country_holidays("VN", years=2020)
    made = [report for report in bundle.reports if report.certainty == "synthetic"]
    assert len(made) == 175 + 11
    assert [day for report in made for day in days_of(report) if day in public] == []
    assert [day for report in made for day in days_of(report) if day.weekday() == 6] == [date(2020, 5, 31)]
    assert {len(list(days_of(report))) for report in made} == {2}


def test_communes_are_spread_over_the_weeks(bundle: Bundle) -> None:
    firsts = Counter(report.on for report in held(bundle, "grassroots_congress").values() if report.on.month > 3)
    assert min(firsts) == date(2020, 4, 23)
    assert len(firsts) == 25
    assert max(firsts.values()) <= 13


def test_announcements_leave_thirty_working_days(bundle: Bundle) -> None:
    public = holidays.country_holidays("VN", years=2020)
    for report in bundle.reports:
        if bundle.plan.stage(report.stage).on:
            assert report.announced is None
            continue
        assert report.announced is not None
        assert "day of announcement made" in report.source
        between = [report.announced + timedelta(days=no) for no in range((report.on - report.announced).days)]
        assert len([day for day in between if day.weekday() < 5 and day not in public]) >= 30, report


def test_reports_are_in_order(bundle: Bundle) -> None:
    keys = [(report.on, report.unit) for report in bundle.reports]
    assert keys == sorted(keys)


@pytest.mark.parametrize("today", ["2019-12-01", "2020-01-05", "2020-04-10", "2020-06-11", "2020-12-31"])
def test_the_rules_take_every_row_on_any_day_of_launch(bundle: Bundle, today: str) -> None:
    check_opening(bundle, date.fromisoformat(today), "reports.csv")


def test_synthetic_results_just_meet_the_goals(bundle: Bundle) -> None:
    communes = held(bundle, "grassroots_congress").values()
    assert all(report.results["direct_election"] for report in communes if report.certainty == "synthetic")
    for key in ("secretary_is_chair", "secretary_not_local"):
        assert 0.75 <= sum(report.results.get(key) is True for report in communes) / 177 <= 0.8
    chairs = [code for code, row in held(bundle, "district_congress").items() if row.results.get("secretary_is_chair")]
    assert len(chairs) == 3


def test_records(bundle: Bundle, units: dict[str, UnitRow]) -> None:
    kinds = Counter(record.kind for record in bundle.records)
    assert kinds == {RecordKind.FREEZE: 1, RecordKind.RESUME: 1, RecordKind.REVIEW: 5, RecordKind.CONSENT: 3}
    days = {(report.unit, report.stage): report for report in bundle.reports}
    for record in bundle.records:
        match record.kind:
            case RecordKind.FREEZE:
                assert (record.on, record.to, record.ordered) == (date(2020, 3, 31), None, date(2020, 3, 31))
            case RecordKind.RESUME:
                assert (record.on, record.ordered) == (date(2020, 4, 23), date(2020, 4, 22))
            case RecordKind.REVIEW:
                assert "pilot" in units[record.unit].tags
                assert record.on > last_day(days[record.unit, record.stage])
            case RecordKind.CONSENT:
                assert "armed_forces" in units[record.unit].tags
                assert record.on < days[record.unit, record.stage].on
            case RecordKind.WAIVER:
                pytest.fail("no waiver is known of this campaign")


def test_contacts_are_posts_that_no_mail_reaches(bundle: Bundle) -> None:
    assert {contact.unit for contact in bundle.contacts} == {unit.code for unit in bundle.units}
    assert Counter(contact.role for contact in bundle.contacts) == {"secretary": 1740, "office": 196}
    assert {contact.certainty for contact in bundle.contacts} == {"synthetic"}
    assert all(contact.email.endswith(".invalid") and contact.language == "vi" for contact in bundle.contacts)
    names = {(contact.unit, contact.role): contact.name for contact in bundle.contacts}
    assert names["22", "office"] == "Văn phòng Tỉnh ủy Quảng Ninh"
    assert names["193", "secretary"] == "Bí thư Thành ủy Hạ Long"
    assert names["cong-an", "secretary"] == "Bí thư Đảng ủy Công an tỉnh"
    assert names["06664", "secretary"] == "Bí thư Đảng ủy phường Hà Tu"
    assert names["06664-01", "secretary"] == "Bí thư Chi bộ Khu phố 1, phường Hà Tu"


def test_dates_of_the_plan(bundle: Bundle) -> None:
    dues = {
        stage.id: (stage.target and stage.target.date.isoformat(), stage.deadline and stage.deadline.date.isoformat())
        for stage in bundle.plan.stages
    }
    assert dues == {
        "headman_election": (None, None),
        "cell_congress": ("2020-05-31", "2020-06-30"),
        "grassroots_congress": ("2020-05-31", "2020-06-30"),
        "district_congress": ("2020-07-31", "2020-08-31"),
        "provincial_congress": (None, "2020-10-31"),
    }


def test_every_rule_of_the_plan_names_its_source_and_title(bundle: Bundle) -> None:
    plan = bundle.plan
    dues = [due for stage in plan.stages for due in (stage.target, stage.deadline, stage.pilots) if due]
    lead_ins = [lead_in for stage in plan.stages for lead_in in stage.lead_ins]
    sources = [stage.source for stage in plan.stages] + [due.source for due in dues]
    sources += [lead_in.source for lead_in in lead_ins]
    sources += [freeze.source for freeze in plan.freezes] + [consent.source for consent in plan.consents]
    sources += [indicator.source for indicator in plan.indicators]
    assert all(sources)
    titles = [stage.title for stage in plan.stages] + [lead_in.title for lead_in in lead_ins]
    assert None not in titles + [indicator.title for indicator in plan.indicators]
    assert set(plan.level_titles) == set(plan.levels)
