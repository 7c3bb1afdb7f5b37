"""Freezes, reviews, consents and waivers, each with what it needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from calendars.campaigns.records import RecordKind, RecordRow, read_records
from calendars.errors import Problems
from tests.campaigns.files import PLAN, UNITS, table, told

HEADER = "kind,unit,stage,on,to,body,ordered,text,source,certainty\n"
BODY = "Đảng ủy Công an Trung ương"


def test_each_kind_in_its_shape(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        HEADER + "freeze,,,31/03/2020,,Ban Bí thư,2020-03-31,Covid-19,plo.vn 903932,medium\n"
        "freeze,200,,2020-04-01,2020-04-22,,,Covid-19,,\n"
        "resume,,,2020-04-23,,Ban Bí thư,2020-04-22,,,low\n"
        "review,06904,grassroots_congress,2020-03-09,,Huyện ủy Đầm Hà,,,,\n"
        f"consent,cong-an,district_congress,2020-06-18,,{BODY},,,,\n"
        'waiver,200,district_congress,2020-05-11,,,,"one commune, one day later",,\n',
    )
    freeze, part, resume, review, consent, waiver = read_records(path, PLAN, UNITS)
    assert freeze == RecordRow(
        RecordKind.FREEZE,
        unit="",
        stage="",
        on=date(2020, 3, 31),
        body="Ban Bí thư",
        ordered=date(2020, 3, 31),
        text="Covid-19",
        source="plo.vn 903932",
        certainty="medium",
        line=2,
    )
    assert (part.unit, part.to, part.ordered) == ("200", date(2020, 4, 22), None)
    assert (resume.kind, resume.on, resume.ordered) == (RecordKind.RESUME, date(2020, 4, 23), date(2020, 4, 22))
    assert (review.unit, review.stage, review.body) == ("06904", "grassroots_congress", "Huyện ủy Đầm Hà")
    assert (consent.unit, consent.stage, consent.body) == ("cong-an", "district_congress", BODY)
    assert waiver.text == "one commune, one day later"


def test_every_bad_record_is_named(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        HEADER + "pause,,,2020-03-31,,,,,,\n"
        "freeze,999,district_congress,2020-03-31,2020-03-30,,soon,,,\n"
        "review,,grassroots_congress,2020-03-09,,,,,,\n"
        "review,06904,district_congress,2020-03-09,2020-03-10,,2020-03-09,,,\n"
        "consent,cong-an,district_congress,2020-06-18,,,,,,\n"
        "consent,cong-an,district_congress,2020-06-18,,Quân ủy Trung ương,,,,\n"
        f"consent,200,district_congress,2020-06-18,,{BODY},,,,\n"
        "waiver,200,district_congress,,,,,,,\n",
    )
    with pytest.raises(Problems) as refused:
        read_records(path, PLAN, UNITS)
    assert told(refused.value) == [
        (2, "unknown kind 'pause', expected one of freeze, resume, review, consent, waiver"),
        (3, "ordered 'soon': expected a date like 2020-05-31 or 31/05/2020"),
        (3, "stage 'district_congress': a freeze holds for every stage, expected none"),
        (3, "text is empty, a freeze needs it"),
        (3, "to 2020-03-30 is before on 2020-03-31"),
        (3, "unknown unit '999'"),
        (4, "unit is empty, expected a code"),
        (5, "ordered: only a freeze and its end are ordered, a review has its day in on"),
        (5, "stage 'district_congress': expected a stage of a commune, one of grassroots_congress"),
        (5, "to 2020-03-10: only a freeze lasts several days"),
        (6, "body is empty, a consent needs it"),
        (7, f"body 'Quân ủy Trung ương': cong-an needs the consent of {BODY}"),
        (8, f"body '{BODY}': 200 needs the consent of nobody"),
        (9, "on is empty, expected a date"),
        (9, "text is empty, a waiver needs it"),
    ]
