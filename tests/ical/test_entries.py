"""Which entries a unit has and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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
        if entry.kind == "opens":
            assert entry.summary.vi == f"▶ {TITLE}: được tổ chức từ 01/04"
        else:
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
    parts = ("opens", "target", "deadline", "lead_in.notice")
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


def test_the_window_of_a_pilot_opens_earlier() -> None:
    stage = {**PLAN.document()["stages"][2], "pilots": {"from": "2020-03-01", "to": "2020-03-31"}}
    plan = Plan.model_validate({**PLAN.document(), "stages": [*PLAN.document()["stages"][:2], stage]})
    found = {}
    for tags in ((), ("pilot",)):
        state = UnitState(Rules.of(plan, "commune"), replace(COMMUNE, tags=tags))
        (opens,) = (entry for entry in entries(plan, state) if entry.kind == "opens")
        found[tags] = opens.first.isoformat(), opens.uid.split("@")[0]
    uid = "quang-ninh-2020.06664.grassroots_congress.opens"
    assert found == {(): ("2020-04-01", uid), ("pilot",): ("2020-03-01", uid)}


def test_one_day_for_all_has_no_opening() -> None:
    assert not [entry for entry in entries(PLAN, unit(VILLAGE)) if entry.kind == "opens"]


def test_a_freeze_stands_on_the_unit_it_was_ordered_for() -> None:
    district = STATES["frozen"]
    found = [entry for entry in entries(PLAN, district) if entry.kind == "freeze"]
    assert [(entry.uid.split("@")[0], entry.first.isoformat(), entry.last.isoformat()) for entry in found] == [
        ("quang-ninh-2020.193.-frozen.freeze-2", "2020-03-31", "2020-04-22"),
        ("quang-ninh-2020.193.-frozen.freeze-4", "2020-08-01", "2020-12-31"),  # as long as nobody says until when
    ]
    assert [entry.summary.vi for entry in found] == [
        "⏸ Tạm dừng đại hội thành phố Hạ Long: 31/03-22/04",
        "⏸ Tạm dừng đại hội thành phố Hạ Long: từ 01/08 đến khi có thông báo mới",
    ]
    assert "Reason: 35-CT/TW, 30/05/2019, sec. 3" in found[0].description.en
    below = replace(unit(COMMUNE), freezes=district.freezes)
    assert not [entry for entry in entries(PLAN, below) if entry.kind == "freeze"]


def test_a_freeze_lifted_before_it_began_is_none() -> None:
    (one, *_) = STATES["frozen"].freezes
    lifted = replace(STATES["frozen"], freezes=(replace(one, last=one.first - timedelta(days=1)),))
    assert not [entry for entry in entries(PLAN, lifted) if entry.kind == "freeze"]


def test_what_a_unit_called_off_is_marked_until_it_is_cleared() -> None:
    held, called_off, pointer = entries(PLAN, STATES["called-off"])
    assert (held.status, held.confirmation) == ("held", "CONFIRMED")
    assert (called_off.status, called_off.confirmation, called_off.transparent) == ("ended", "CANCELLED", True)
    assert called_off.summary == (
        "ĐÃ HUỶ: Đại hội chi bộ khu phố 1 (phường Hà Tu): 18/01",
        "CANCELLED: Cell congress, quarter 1 (Hà Tu ward): 18/01",
    )
    assert [entry.kind for entry in entries(PLAN, STATES["ended"])] == ["held", "ended"]
    assert entries(PLAN, STATES["ended"]) == (held, pointer)


def test_what_was_held_below_is_one_entry_a_month() -> None:
    march, april = (entry for entry in entries(PLAN, STATES["rolled-up"]) if entry.kind == "rollup")
    uid = "quang-ninh-2020.193.-rollup.grassroots_congress"
    assert [(entry.uid.split("@")[0], entry.first.isoformat(), entry.status) for entry in (march, april)] == [
        (f"{uid}.2020-03", "2020-03-31", "open"),
        (f"{uid}.2020-04", "2020-04-19", "held"),
    ]
    assert march.summary == (
        "📊 Đại hội Đảng bộ (thành phố Hạ Long): 3/14 đã tổ chức đến 31/03; mục tiêu 31/05",
        "📊 Grassroots congress (Hạ Long city): 3/14 held by 31/03; target 31/05",
    )
    later = PLAN.document()
    later["stages"][2]["target"]["date"] = "2020-06-10"
    newest = Plan.model_validate(later)
    told = [entry.summary.vi for entry in entries(PLAN, STATES["rolled-up"], newest) if entry.kind == "rollup"]
    assert all(summary.endswith("mục tiêu 10/06") for summary in told)
