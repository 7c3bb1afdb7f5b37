from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.deadlines import due_dates, lead_in_dates, margin
from calendars.plan.model import Instrument, LeadIn, Stage, Text
from calendars.plan.sources import citation, cited_key
from tests.plan.samples import small_plan

INSTRUMENTS = {
    "directive-35": Instrument(number="35-CT/TW", date=date(2019, 5, 30)),
    "charter": Instrument(number="Điều lệ Đảng", date=date(2011, 1, 19)),
}


@pytest.mark.parametrize(
    ("due", "last", "expected"),
    [
        (date(2020, 6, 30), date(2020, 5, 31), 30),  # the article: a month before the central deadline
        (date(2020, 5, 31), date(2020, 5, 31), 0),  # the due day itself is not late
        (date(2020, 8, 31), date(2020, 7, 25), 37),  # the last district, Cẩm Phả
        (date(2020, 7, 31), date(2020, 7, 25), 6),
        (date(2020, 10, 31), date(2020, 9, 27), 34),  # the province
        (date(2025, 8, 31), date(2025, 8, 14), 17),  # "17 days early"
        (date(2020, 6, 30), date(2020, 7, 1), -1),
        (None, date(2020, 7, 1), None),
    ],
)
def test_margin(due: date | None, last: date, expected: int | None) -> None:
    assert margin(due, last) == expected


def stage(*lead_ins: LeadIn) -> Stage:
    return Stage(id="headman_election", level="village", on=date(2020, 1, 5), lead_ins=lead_ins)


def test_lead_ins_explain_themselves() -> None:
    announced = LeadIn(id="announce_date", days=20, source="directive-35 art. 6")
    notice = LeadIn(id="notice", working_days=30)
    eve = LeadIn(id="eve", days=1)
    same_day = LeadIn(id="same_day", working_days=0)
    found = lead_in_dates(stage(announced, notice, eve, same_day), date(2020, 1, 5), INSTRUMENTS)
    assert [(lead_in.id, derived.day) for lead_in, derived in found] == [
        ("announce_date", date(2019, 12, 16)),
        ("notice", date(2019, 11, 22)),
        ("eve", date(2020, 1, 4)),
        ("same_day", date(2020, 1, 5)),
    ]
    assert [derived.derivation for _, derived in found] == [
        Text(vi="20 ngày trước 05/01/2020 -> 16/12/2019", en="20 days before 05/01/2020 -> 16/12/2019"),
        Text(
            vi="30 ngày làm việc trước 05/01/2020 -> 22/11/2019",
            en="30 working days before 05/01/2020 -> 22/11/2019",
        ),
        Text(vi="1 ngày trước 05/01/2020 -> 04/01/2020", en="1 day before 05/01/2020 -> 04/01/2020"),
        Text(
            vi="0 ngày làm việc trước 05/01/2020 -> 05/01/2020",
            en="0 working days before 05/01/2020 -> 05/01/2020",
        ),
    ]
    assert [derived.source for _, derived in found] == ["35-CT/TW, 30/05/2019, art. 6", None, None, None]


@given(st.dates(date(2019, 1, 1), date(2027, 12, 31)), st.permutations(range(4)))
def test_every_lead_in_is_counted_from_the_first_day_alone(first_day: date, order: list[int]) -> None:
    steps = [
        LeadIn(id="a", working_days=15),
        LeadIn(id="b", days=20),
        LeadIn(id="c", working_days=30),
        LeadIn(id="d", days=45),
    ]
    alone = {step.id: lead_in_dates(stage(step), first_day)[0][1].day for step in steps}
    together = lead_in_dates(stage(*(steps[index] for index in order)), first_day)
    assert {step.id: derived.day for step, derived in together} == alone


def test_due_dates_name_their_instrument() -> None:
    plan = small_plan()
    found = due_dates(plan.stage("commune_congress"), plan.instruments)
    assert list(found) == ["target", "deadline"]
    assert (found["target"].day, found["target"].source) == (date(2020, 5, 31), "plo.vn 903932")
    assert (found["deadline"].day, found["deadline"].source) == (date(2020, 6, 30), "35-CT/TW, 30/05/2019")
    assert found["deadline"].derivation == Text(
        vi="theo 35-CT/TW, 30/05/2019 -> 30/06/2020", en="by 35-CT/TW, 30/05/2019 -> 30/06/2020"
    )


def test_a_day_for_all_without_a_source_is_the_plan_s() -> None:
    found = due_dates(small_plan().stage("cell_congress"))
    assert list(found) == ["on"]
    assert found["on"].source is None
    assert found["on"].derivation == Text(vi="theo kế hoạch -> 18/01/2020", en="by the plan -> 18/01/2020")


@pytest.mark.parametrize(
    ("source", "key", "cited"),
    [
        ("directive-35", "directive-35", "35-CT/TW, 30/05/2019"),
        ("directive-35 art. 4", "directive-35", "35-CT/TW, 30/05/2019, art. 4"),
        ("directive-35, art. 4", "directive-35", "35-CT/TW, 30/05/2019, art. 4"),
        ("directive-35 (at most 2 days)", "directive-35", "35-CT/TW, 30/05/2019 (at most 2 days)"),
        ("charter art. 24.3", "charter", "Điều lệ Đảng, 19/01/2011, art. 24.3"),
        ("directive-53 art. 4", "directive-53", "directive-53 art. 4"),
        ("plan308", "plan308", "plan308"),
        ("plan 308-KH/TU", None, "plan 308-KH/TU"),
        ("35-CT/TW", None, "35-CT/TW"),
        ("2020 report", None, "2020 report"),
        ("Nam-Dinh police", None, "Nam-Dinh police"),
        ("congluan.vn post72396", None, "congluan.vn post72396"),
        ("tuoitre24h.vn 7", None, "tuoitre24h.vn 7"),
        ("https://example.org/directive-35", None, "https://example.org/directive-35"),
        ("", None, ""),
    ],
)
def test_sources(source: str, key: str | None, cited: str) -> None:
    assert cited_key(source, INSTRUMENTS) == key
    assert citation(source, INSTRUMENTS) == cited


def test_no_source_is_no_citation() -> None:
    assert citation(None, INSTRUMENTS) is None
