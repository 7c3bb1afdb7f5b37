"""Reports: typed results, both ways to write a day, good rows beside bad ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from calendars.campaigns.faults import parse_date
from calendars.campaigns.reports import ReportRow, read_reports, sift_reports
from calendars.errors import Problems
from calendars.sequence.state import Profile
from tests.campaigns.files import PLAN, UNITS, table, told, workbook


def test_rows_come_typed_and_in_order(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "unit;stage;on;to;result.turnout;result.head_is_member;result.secretary_votes;announced;source;certainty\n"
        "06904;grassroots_congress;05/03/2020;6/3/2020;;;290/292;16/01/2020;baoquangninh.com.vn;high\n"
        "06904-01;headman_election;2020-01-05;;93,25%;có;;;;\n",
    )
    assert read_reports(path, PLAN, UNITS) == (
        ReportRow(
            unit="06904",
            stage="grassroots_congress",
            on=date(2020, 3, 5),
            to=date(2020, 3, 6),
            results={"secretary_votes": "290/292"},
            announced=date(2020, 1, 16),
            source="baoquangninh.com.vn",
            certainty="high",
            line=2,
        ),
        ReportRow(
            "06904-01", "headman_election", date(2020, 1, 5), results={"turnout": 93.25, "head_is_member": True}, line=3
        ),
    )


def test_xlsx(tmp_path: Path) -> None:
    rows: list[list[object]] = [["unit", "stage", "on", "to", "result.turnout", "result.head_is_member"]]
    rows += [["06904-01", "headman_election", date(2020, 1, 5), None, 0.9325, True]]
    (report,) = read_reports(workbook(tmp_path, rows, {"E2": "0.00%"}), PLAN, UNITS)
    assert (report.on, report.to) == (date(2020, 1, 5), None)
    assert report.results == {"turnout": 93.25, "head_is_member": True}


BAD = (
    "unit,stage,on,to,result.turnout,result.secretary_votes,announced\n"
    "06904-01,headman_election,2020-01-05,,93.25,,\n"
    "999,headman_election,2020-01-05,,,,\n"
    ",headman_election,2020-01-05,,,,\n"
    "06904-01,district_congress,2020-01-05,,,,\n"
    "06904-01,cell_congress,,,,,\n"
    "06904-01,cell_congress,31/02/2020,,,,\n"
    "06904-01,cell_congress,1.5.2020,2020-01-19,,,\n"
    "06904-01,cell_congress,2020-01-18,2020-01-17,,,\n"
    "06904-01,cell_congress,2019-11-30,2021-01-01,,,\n"
    "06904-01,cell_congress,2020-01-18,,93,almost all,2020-01-19\n"
    "06904-01,cell_congress,2020-01-18,,,,,surplus\n"
    "06904-01,headman_election,2020-01-05,,93.25,,\n"
    "200,district_congress,2020-05-12,2020-05-13,,,\n"
)
PROBLEMS = [
    (3, "unknown unit '999'"),
    (4, "unit is empty, expected a code"),
    (5, "stage 'district_congress': expected a stage of a village, one of headman_election, cell_congress"),
    (6, "on is empty, expected a date"),
    (7, "on '31/02/2020': no such day in the calendar"),
    (8, "on '1.5.2020': expected a date like 2020-05-31 or 31/05/2020"),
    (9, "to 2020-01-17 is before on 2020-01-18"),
    (10, "on 2019-11-30 is outside the campaign, expected 2019-12-01 to 2020-12-31"),
    (10, "to 2021-01-01 is outside the campaign, expected 2019-12-01 to 2020-12-31"),
    (11, "announced 2020-01-19 is after on 2020-01-18"),
    (11, "result.secretary_votes 'almost all': expected a ratio like 290/292"),
    (11, "result.turnout: cell_congress has no such result, expected one of secretary_votes"),
    (12, "more cells than the header has columns; put a text with a separator in quotes"),
    (13, "second report of 'headman_election' by '06904-01', the first is on line 2"),
]


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read_reports(table(tmp_path, BAD), PLAN, UNITS)
    assert told(refused.value) == PROBLEMS


def test_good_rows_are_kept_beside_bad_ones(tmp_path: Path) -> None:
    good, problems = sift_reports(table(tmp_path, BAD), PLAN, UNITS)
    # Whoever takes the reports decides about the second one of line 13: the first may be refused.
    assert [(row.line, row.unit) for row in good] == [(2, "06904-01"), (13, "06904-01"), (14, "200")]
    assert [(problem.line, problem.message) for problem in problems] == PROBLEMS[:-1]


def test_a_bad_row_does_not_take_the_place_of_a_good_one(tmp_path: Path) -> None:
    text = (
        "unit,stage,on\n06904-01,cell_congress,soon\n06904-01,cell_congress,2020-01-18\n"
        "06904-01,cell_congress,2020-01-19\n"
    )
    good, problems = sift_reports(table(tmp_path, text), PLAN, UNITS, once=True)
    assert [row.line for row in good] == [3]
    assert [problem.line for problem in problems] == [2, 4]


def test_a_column_of_no_stage_is_named(tmp_path: Path) -> None:
    text = "unit,stage,on,result.turnuot\n06904-01,headman_election,2020-01-05,\n"
    with pytest.raises(Problems) as refused:
        read_reports(table(tmp_path, text), PLAN, UNITS)
    expected = "direct_election, head_is_member, secretary_votes, turnout"
    assert told(refused.value) == [(0, f"column 'result.turnuot': no stage has this result, expected {expected}")]


def test_profiles_of_a_running_campaign_do_as_units(tmp_path: Path) -> None:
    path = table(tmp_path, "unit,stage,on\n06904-01,headman_election,2020-01-05\n")
    profiles = [Profile("06904-01", "Thôn 1", "village", "06904", "Xã Tân Bình")]
    assert read_reports(path, PLAN, profiles) == (ReportRow("06904-01", "headman_election", date(2020, 1, 5), line=2),)


@pytest.mark.parametrize("text", ["2020-02-29", "29/02/2020", "29/2/2020"])
def test_days_are_written_in_two_ways(text: str) -> None:
    assert parse_date(text) == date(2020, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "2020-2-29", "20200229", "2020-W09-6", "29/02/20", "2019-02-29", "٢٠٢٠-٠٢-٢٩", "0000-01-01"]
)
def test_other_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a date like|no such day"):
        parse_date(text)
