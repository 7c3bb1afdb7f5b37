"""The history of a unit in words: every type of event has them, in both languages, with times, authors and reasons."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from calendars.sequence.events import Event
from calendars.sequence.facts import (
    FACTS,
    Acknowledged,
    Amended,
    Cleared,
    Consented,
    Corrected,
    DigestDue,
    Ended,
    Enrolled,
    Escalated,
    Fact,
    FellOverdue,
    Frozen,
    GateTurned,
    Held,
    LeadInDone,
    Pinned,
    Postponed,
    ReminderDue,
    Renamed,
    Reopened,
    Resumed,
    Retracted,
    Reviewed,
    RolledUp,
    Scheduled,
    Sealed,
    StillOverdue,
    Transferred,
    Unpinned,
    Unsealed,
    Waived,
)
from calendars.sequence.messages import CampaignClock
from calendars.sequence.state import Clock, Count, Gate, Profile, Span
from calendars.web.history import Teller, known_on, newest
from calendars.web.pages.page import lead_in_title
from tests.ical.cases import PLAN
from tests.web.stores import HA_TU, Filled
from tests.web.test_app import opened, text_of

ON, LATER = date(2020, 5, 18), date(2020, 5, 20)
CONGRESS, ABOVE = "grassroots_congress", "district_congress"
TOLD: list[tuple[Fact, str, str]] = [
    (Enrolled(ON, HA_TU), "Tham gia đợt đại hội", "Joined the campaign"),
    (
        Scheduled(ON, CONGRESS, ON, LATER),
        "Đại hội Đảng bộ: đặt lịch 18/05/2020 – 20/05/2020",
        "Grassroots congress: days set, 18/05/2020 – 20/05/2020",
    ),
    (
        Held(ON, CONGRESS, ON, ON, {"direct_election": True}),
        "Đại hội Đảng bộ: đã tổ chức 18/05/2020 (bầu trực tiếp bí thư: có)",
        "Grassroots congress: held 18/05/2020 (secretary elected directly: yes)",
    ),
    (
        Corrected(ON, CONGRESS, ON, ON, "nhầm ngày"),
        "Đại hội Đảng bộ: sửa báo cáo, tổ chức 18/05/2020: nhầm ngày",
        "Grassroots congress: report corrected, held 18/05/2020: nhầm ngày",
    ),
    (Retracted(ON, CONGRESS, "x"), "Đại hội Đảng bộ: rút báo cáo: x", "Grassroots congress: report taken back: x"),
    (
        FellOverdue(LATER, CONGRESS, Clock.TARGET, ON),
        "Đại hội Đảng bộ: quá mục tiêu 18/05/2020",
        "Grassroots congress: overdue, the local target was 18/05/2020",
    ),
    (
        ReminderDue(ON, CONGRESS, "lead_in.notice", LATER, 2),
        "Đại hội Đảng bộ: nhắc Thông báo triệu tập 20/05/2020, còn 2 ngày",
        "Grassroots congress: reminded of Notice 20/05/2020, 2 days ahead",
    ),
    (
        StillOverdue(LATER, CONGRESS, Clock.DEADLINE, ON, 7),
        "Đại hội Đảng bộ: vẫn chưa tổ chức, đã quá hạn Trung ương 18/05/2020 7 ngày",
        "Grassroots congress: still not held, 7 days past the central deadline 18/05/2020",
    ),
    (
        Escalated(LATER, CONGRESS, Clock.DEADLINE, ON, 1),
        "Đại hội Đảng bộ: báo lên cấp trên thứ 1 vì quá hạn Trung ương 18/05/2020",
        "Grassroots congress: told to superior no. 1, past the central deadline 18/05/2020",
    ),
    (
        Acknowledged(LATER, CONGRESS, Clock.TARGET, ON),
        "Đại hội Đảng bộ: đơn vị xác nhận đã biết quá mục tiêu 18/05/2020",
        "Grassroots congress: acknowledged being past the local target 18/05/2020",
    ),
    (
        Postponed(ON, CONGRESS, LATER, LATER, "directive-35"),
        "Đại hội Đảng bộ: hoãn lịch 20/05/2020: 35-CT/TW, 30/05/2019",
        "Grassroots congress: postponed from 20/05/2020: 35-CT/TW, 30/05/2019",
    ),
    (
        GateTurned(ON, CONGRESS, Gate.OPEN, 21, 21),
        "Đại hội Đảng bộ: điều kiện ở cấp dưới đã đủ, 21 trên 21 đơn vị",
        "Grassroots congress: gate open, 21 of 21 units below",
    ),
    (
        Waived(ON, CONGRESS, "bão"),
        "Đại hội Đảng bộ: cấp trên cho phép tổ chức trước: bão",
        "Grassroots congress: waived by a superior: bão",
    ),
    (
        Consented(ON, CONGRESS, "Quân ủy"),
        "Đại hội Đảng bộ: Quân ủy đồng ý",
        "Grassroots congress: Quân ủy consented",
    ),
    (
        Reviewed(ON, CONGRESS),
        "Đại hội Đảng bộ: rút kinh nghiệm đại hội điểm",
        "Grassroots congress: lessons of the pilot recorded",
    ),
    (
        LeadInDone(ON, CONGRESS, "notice"),
        "Đại hội Đảng bộ: xong việc “Thông báo triệu tập”",
        "Grassroots congress: done: Notice",
    ),
    (
        Frozen(ON, "plan/0", ON, None, "Covid-19"),
        "Tạm dừng từ 18/05/2020 đến khi có thông báo mới: Covid-19",
        "Suspended from 18/05/2020 until further notice: Covid-19",
    ),
    (
        Resumed(ON, "plan/0", ON),
        "Hết tạm dừng, ngày cuối 18/05/2020",
        "Suspension ended, last day 18/05/2020",
    ),
    (
        Amended(ON, 2, (), "directive-35"),
        "Theo bản kế hoạch số 2: 35-CT/TW, 30/05/2019",
        "Follows release 2 of the plan: 35-CT/TW, 30/05/2019",
    ),
    (
        Pinned(ON, CONGRESS, Clock.TARGET, LATER, "xa"),
        "Đại hội Đảng bộ: ngày riêng cho mục tiêu: 20/05/2020: xa",
        "Grassroots congress: own day for the local target: 20/05/2020: xa",
    ),
    (
        Unpinned(ON, CONGRESS, Clock.TARGET, "gần"),
        "Đại hội Đảng bộ: mục tiêu trở lại theo kế hoạch: gần",
        "Grassroots congress: the local target is the plan's again: gần",
    ),
    (
        Sealed(ON, "193", ABOVE, Span(ON, LATER), (CONGRESS,)),
        "Khóa báo cáo Đại hội Đảng bộ: Thành phố Hạ Long đã tổ chức District congress 18/05/2020 – 20/05/2020",
        "Reports sealed (Grassroots congress): Thành phố Hạ Long held its District congress, 18/05/2020 – 20/05/2020",
    ),
    (
        Unsealed(ON, "193", ABOVE, (CONGRESS,)),
        "Mở khóa báo cáo Đại hội Đảng bộ: Thành phố Hạ Long rút báo cáo District congress",
        "Reports open again (Grassroots congress): Thành phố Hạ Long took its report of District congress back",
    ),
    (
        Reopened(ON, CONGRESS, "sai"),
        "Đại hội Đảng bộ: quản trị viên mở khóa báo cáo: sai",
        "Grassroots congress: report reopened by an administrator: sai",
    ),
    (Transferred(ON, "193", "Thành phố Hạ Long"), "Chuyển về Thành phố Hạ Long", "Now under Thành phố Hạ Long"),
    (Renamed(ON, "Phường Hà Tu"), "Đổi tên thành Phường Hà Tu", "Renamed Phường Hà Tu"),
    (
        Ended(ON, "merged", "06667", "Phường Hà Trung", "directive-35"),
        "Kết thúc: sáp nhập Phường Hà Trung: 35-CT/TW, 30/05/2019",
        "Ended: merged Phường Hà Trung: 35-CT/TW, 30/05/2019",
    ),
    (Cleared(ON), "Lịch đã hủy không còn hiện nữa", "What was called off is shown no longer"),
    (
        DigestDue(ON, -1),
        "Đến kỳ báo cáo tổng hợp các đơn vị trực thuộc",
        "Time for the summary of the units below",
    ),
    (
        RolledUp(ON, (Count("cell_congress", 1200, 1544), Count(CONGRESS, 3, 177))),
        "Số liệu cấp dưới đến hết ngày: Đại hội chi bộ 1.200/1.544; Đại hội Đảng bộ 3/177",
        "Figures of all below by the end of the day: Cell congress 1,200/1,544; Grassroots congress 3/177",
    ),
]


def teller(language: str) -> Teller:
    def stage(id: str) -> str:
        title = PLAN.stage(id).title
        return title[language] if title else id.replace("_", " ").capitalize()

    return Teller(
        PLAN,
        CampaignClock("Asia/Ho_Chi_Minh"),
        language,
        stage,
        lambda stage, step: lead_in_title(PLAN, stage, step, language),
        {"193": "Thành phố Hạ Long"}.__getitem__,
    )


@pytest.mark.parametrize(("fact", "vi", "en"), TOLD, ids=[fact.type for fact, _, _ in TOLD])
def test_what_an_event_says(fact: Fact, vi: str, en: str) -> None:
    assert teller("vi").sentence(fact) == vi
    assert teller("en").sentence(fact) == en


def test_every_type_of_event_has_words() -> None:
    told = {fact.type for fact, _, _ in TOLD}
    assert told == FACTS.keys(), "give the new type words in words/unit.yaml, and a line in TOLD"


@pytest.mark.parametrize(
    ("by", "vi", "en"),
    [
        ("calendar", "hệ thống", "the system"),
        ("", "hệ thống", "the system"),
        ("worker.py --launch", "khi mở đợt đại hội", "the launch"),
        ("reports.csv:3275", "tệp reports.csv, dòng 3275", "file reports.csv, line 3275"),
        ("board", "bảng này, không đăng nhập", "the board, without sign-in"),
        ("Bà Lan", "Bà Lan", "Bà Lan"),
    ],
)
def test_who(by: str, vi: str, en: str) -> None:
    assert (teller("vi").author(by), teller("en").author(by)) == (vi, en)


def test_recorded_is_local_time() -> None:
    instant = datetime(2020, 5, 20, 18, 4, 5, tzinfo=UTC)
    told = teller("en").tell(Event(7, instant, "Bà Lan", Reviewed(ON, CONGRESS)))
    assert (told.no, told.effective, told.recorded.isoformat()) == (7, ON, "2020-05-21T01:04:05+07:00")


def test_a_past_day_knows_what_had_become_true_and_corrections_of_it() -> None:
    facts: list[Fact] = [
        Enrolled(date(2020, 12, 1), Profile("06664", "Phường Hà Tu", "commune")),
        Scheduled(date(2020, 4, 1), CONGRESS, ON, ON),
        Held(ON, CONGRESS, ON, ON),
        Reviewed(date(2020, 6, 1), CONGRESS),
        Corrected(date(2020, 6, 2), CONGRESS, ON, ON, "x"),
        Held(date(2020, 7, 1), "cell_congress", date(2020, 7, 1), date(2020, 7, 1)),
        Corrected(date(2020, 7, 2), "cell_congress", date(2020, 7, 2), date(2020, 7, 2), "x"),
    ]
    events = [Event(no, datetime(2020, 8, 1, tzinfo=UTC), "test", fact) for no, fact in enumerate(facts, 1)]
    assert [event.no for event in known_on(events, date(2020, 5, 31))] == [1, 2, 3, 5]
    assert [event.no for event in known_on(events, date(2020, 4, 30))] == [1, 2]
    assert [event.no for event in known_on(events, date(2020, 8, 1))] == [1, 2, 3, 4, 5, 6, 7]


def test_the_newest_come_first() -> None:
    told = [teller("en").tell(Event(no, datetime(2020, 8, 1, tzinfo=UTC), "", Cleared(ON))) for no in (1, 2, 3)]
    assert [one.no for one in newest(told, 2)] == [3, 2]
    assert [one.no for one in newest(told, 9)] == [3, 2, 1]
    assert newest([], 3) == []


async def test_the_page_tells_the_history_as_of_its_day(filled: Filled) -> None:
    filled.schedule("06664", CONGRESS, "2020-05-18")
    filled.hold("06664", CONGRESS, "2020-05-18", direct_election=True)
    async with opened(filled.store) as http:
        now = text_of((await http.get("/units/06664?lang=vi")).text)
        before = text_of((await http.get("/units/06664?lang=vi&as_of=2020-05-17")).text)
    row = "18/05/2020 Đại hội Đảng bộ: đã tổ chức 18/05/2020 (bầu trực tiếp bí thư: có) 20/05/2020 10:04 test"
    assert row in now
    assert "đã tổ chức 18/05/2020" not in before
    assert "Tham gia đợt đại hội" in before


async def test_a_long_history_begins_with_its_end(filled: Filled) -> None:
    for day in range(1, 29):
        filled.schedule("06664", CONGRESS, f"2020-06-{day:02}")
        filled.schedule("06664", CONGRESS, f"2020-05-{day:02}")
    async with opened(filled.store) as http:
        short = await http.get("/units/06664?lang=en")
        whole = await http.get("/units/06664?lang=en&history=all")
    assert "30 newest of 57 events" in text_of(short.text)
    assert len(re.findall("days set,", short.text)) == 30
    assert len(re.findall("days set,", whole.text)) == 56
    assert "Joined the campaign" in whole.text


async def test_what_was_to_come_on_a_past_day_is_told_of_that_day(filled: Filled) -> None:
    filled.hold("06664", CONGRESS, "2020-05-25")
    async with opened(filled.store) as http:
        for code in ("06664", "193"):
            before = text_of((await http.get(f"/units/{code}?lang=en&as_of=2020-05-20")).text)
            assert "31/05/2020 Grassroots congress : local target, Phường Hà Tu" in before
            after = text_of((await http.get(f"/units/{code}?lang=en&as_of=2020-05-26")).text)
            assert "local target, Phường Hà Tu" not in after
