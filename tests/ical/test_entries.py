"""Which entries a unit has and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendars.ical.entries import entries
from calendars.ical.entry import facts
from calendars.plan.model import Plan
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, StageState, UnitState
from tests.ical.cases import COMMUNE, DISTRICT, PLAN, STATES, VILLAGE, congress, span, unit

TITLE = "Đại hội Đảng bộ phường Hà Tu"
SUMMARIES = [
    # The congress planned or held, the vi summary of its own entry.
    (congress(scheduled=span("2020-05-18", "2020-05-19")), f"{TITLE}: 18-19/05 (sớm 12 ngày, trước hạn TW 42 ngày)"),
    (congress(scheduled=span("2020-05-31")), f"{TITLE}: 31/05 (đúng hạn, trước hạn TW 30 ngày)"),
    (
        congress(scheduled=span("2020-06-30", "2020-07-01")),
        f"{TITLE}: 30/06-01/07 (muộn 31 ngày, sau hạn TW 1 ngày)",
    ),
    (
        congress(scheduled=span("2020-06-30"), overdue="target"),
        f"⚠ {TITLE}: 30/06 (muộn 30 ngày, đúng hạn TW)",
    ),
    (congress(held=span("2020-05-18", "2020-05-19")), f"✓ {TITLE}: sớm 12 ngày (trước hạn TW 42 ngày)"),
    (congress(held=span("2020-05-31")), f"✓ {TITLE}: đúng hạn (trước hạn TW 30 ngày)"),
    (congress(held=span("2020-06-30")), f"✓ {TITLE}: muộn 30 ngày (đúng hạn TW)"),
    (congress(held=span("2020-07-01"), overdue="target"), f"✓ {TITLE}: muộn 31 ngày (sau hạn TW 1 ngày)"),
    (
        unit(DISTRICT, district_congress=StageState(held=span("2020-07-21", "2020-07-22"))),
        "✓ District congress thành phố Hạ Long: trước hạn TW 40 ngày",
    ),
    (unit(VILLAGE), "Bầu cử khu phố 1 (phường Hà Tu): 05/01"),
    (STATES["village-overdue"], "⚠ Bầu cử khu phố 1 (phường Hà Tu): quá hạn từ 05/01"),
    (STATES["village-held"], "✓ Bầu cử khu phố 1 (phường Hà Tu): đã tổ chức 05/01/2020"),
]
DUE = [
    (congress(), f"⏳ {TITLE}: mục tiêu 31/05, hạn TW 30/06"),
    (congress(overdue="target"), f"⚠ {TITLE}: quá mục tiêu từ 31/05, hạn TW 30/06"),
    (congress(overdue="target deadline"), f"⚠ {TITLE}: quá hạn từ 30/06"),
    (unit(DISTRICT), "⏳ District congress thành phố Hạ Long: hạn TW 31/08"),
]
NAMES = [
    ("Phường Hà Tu", "phường Hà Tu", "Hà Tu ward"),
    ("Xã Tân Bình", "xã Tân Bình", "Tân Bình commune"),
    ("Thị trấn Đầm Hà", "thị trấn Đầm Hà", "Đầm Hà township"),
    ("Huyện Đầm Hà", "huyện Đầm Hà", "Đầm Hà district"),
    ("Thị xã Quảng Yên", "thị xã Quảng Yên", "Quảng Yên town"),
    ("Thành phố Móng Cái", "thành phố Móng Cái", "Móng Cái city"),
    ("Tỉnh Quảng Ninh", "tỉnh Quảng Ninh", "Quảng Ninh province"),
    ("Đặc khu Vân Đồn", "đặc khu Vân Đồn", "Vân Đồn special zone"),
    ("Thôn 3", "thôn 3", "village 3"),
    ("Than Quảng Ninh", "Than Quảng Ninh", "Than Quảng Ninh"),
    ("Khuôn Phường", "Khuôn Phường", "Khuôn Phường"),
]


@pytest.mark.parametrize(("state", "summary"), SUMMARIES, ids=[summary for _, summary in SUMMARIES])
def test_summary_of_the_days(state: UnitState, summary: str) -> None:
    entry = entries(PLAN, state)[0]
    assert entry.summary.vi == summary
    assert entry.kind == ("held" if summary.startswith("✓") else "scheduled")
    assert not entry.transparent


@pytest.mark.parametrize(("state", "summary"), DUE, ids=[summary for _, summary in DUE])
def test_summary_of_target_and_deadline(state: UnitState, summary: str) -> None:
    for entry in entries(PLAN, state):
        assert entry.summary.vi == summary
        assert entry.kind in {"target", "deadline"}
        assert entry.transparent


@pytest.mark.parametrize(("name", "vi", "en"), NAMES)
def test_unit_names_in_titles(name: str, vi: str, en: str) -> None:
    (entry,) = entries(PLAN, unit(replace(DISTRICT, name=name)))
    assert entry.summary.vi == f"⏳ District congress {vi}: hạn TW 31/08"
    assert entry.summary.en == f"⏳ District congress, {en}: central deadline 31/08"


def test_days_across_a_new_year() -> None:
    (entry, *_) = entries(PLAN, congress(scheduled=span("2019-12-30", "2020-01-01")))
    assert entry.summary.vi.startswith(f"{TITLE}: 30/12/2019-01/01/2020 (")


def test_a_commune_below_a_province_is_not_told_apart_by_it() -> None:
    stage = PLAN.stages[2].model_copy(update={"gate": None})
    plan = Plan.model_validate({**PLAN.document(), "levels": ["province", "commune"], "stages": [stage]})
    profile = Profile("06664", "Phường Hà Tu", "commune", "22", "Tỉnh Quảng Ninh")
    assert "Quảng Ninh" not in entries(plan, UnitState(Rules.of(plan, "commune"), profile))[0].summary.vi


def test_planned_and_held_are_one_entry_and_due_days_leave_once_held() -> None:
    shown = [[entry.uid.split("@")[0] for entry in entries(PLAN, STATES[name])] for name in ("scheduled", "held")]
    congress_uid = "quang-ninh-2020.06664.grassroots_congress"
    parts = ("target", "deadline", "lead_in.notice")
    assert shown == [[congress_uid, *(f"{congress_uid}.{part}" for part in parts)], [congress_uid]]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("open", "open"),
        ("scheduled", "scheduled"),
        ("held", "held"),
        ("overdue-target", "overdue"),
        ("village", "scheduled"),
    ],
)
def test_status_is_that_of_the_stage(name: str, status: str) -> None:
    assert {entry.status for entry in entries(PLAN, STATES[name])} == {status}


def test_description_names_the_instruments_and_the_results() -> None:
    (entry,) = entries(PLAN, STATES["held"])
    assert entry.description.vi == (
        "Đã tổ chức: 18-19/05/2020\n"
        "Mục tiêu: 31/05/2020, sớm 12 ngày (35-CT/TW ngày 30/05/2019, art. 2)\n"
        "Hạn Trung ương: 30/06/2020, sớm 42 ngày (35-CT/TW ngày 30/05/2019)\n"
        "Điều kiện ở cấp dưới: đã đủ\n"
        "Kết quả: bầu trực tiếp bí thư: có; phiếu bầu bí thư: 290/292"
    )
    assert "turnout: 93.25%" in entries(PLAN, STATES["village-held"])[0].description.en
    assert "cử tri tham gia: 93,25%" in entries(PLAN, STATES["village-held"])[0].description.vi


def test_a_stage_refers_to_the_one_it_comes_after() -> None:
    first, *lead_ins, second = entries(PLAN, unit(VILLAGE))
    assert second.follows == first.uid
    assert {entry.follows for entry in (first, *lead_ins)} == {""}


def test_a_unit_before_it_is_enrolled_has_none() -> None:
    assert entries(PLAN, UnitState(Rules.of(PLAN, COMMUNE.level))) == ()


def test_facts_are_equal_for_equal_entries() -> None:
    assert facts(entries(PLAN, STATES["held"])[0]) == facts(entries(PLAN, STATES["held"])[0])
    assert facts(entries(PLAN, STATES["held"])[0]) != facts(entries(PLAN, STATES["scheduled"])[0])
