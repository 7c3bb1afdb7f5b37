"""What the page of a unit shows of gates, lead-ins, postponements, own days, conflicts, and of what became of it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import httpx
import pytest
from icalendar import Calendar

from calendars.sequence.facts import (
    Consented,
    Ended,
    Enrolled,
    Fact,
    Frozen,
    GateTurned,
    Held,
    LeadInDone,
    Pinned,
    Postponed,
    Resumed,
    Scheduled,
    Sealed,
    Waived,
)
from calendars.sequence.state import Clock, Gate, Profile, Span
from calendars.store.database import Store
from calendars.store.feeds import Feeds
from calendars.web.coming import upcoming
from tests.ical.cases import PLAN
from tests.web.conftest import Client
from tests.web.stores import SMALL, Filled
from tests.web.test_app import DAY, opened, text_of
from tests.web.test_feed import uids

QUARTERS = [Profile(f"06664-{no:02}", f"Khu phố {no}", "village", "06664", "Phường Hà Tu") for no in range(2, 16)]
CONGRESS, ELECTION, CELL = "grassroots_congress", "headman_election", "cell_congress"
ON = date(2020, 5, 20)


@pytest.fixture
def wide(store: Store) -> Filled:
    """The small province with fifteen quarters in one ward."""
    return Filled(store, [*SMALL, *QUARTERS])


def tell(filled: Filled, unit: str, *facts: Fact) -> None:
    """These became true of the unit."""
    filled._append([(unit, fact) for fact in facts])


def held(stage: str, day: date) -> Held:
    """The stage was held on that day."""
    return Held(day, stage, day, day)


async def page(filled: Filled, path: str, language: str = "en") -> str:
    """What a reader of a page sees, in one line."""
    async with opened(filled.store) as http:
        response = await http.get(path, params={"lang": language})
    assert response.status_code == 200
    assert not re.search(r"None|built-in|Undefined", response.text)
    return unescape(text_of(response.text))


async def test_a_closed_gate_says_who_is_awaited(wide: Filled) -> None:
    for unit in ("06664-01", *(quarter.code for quarter in QUARTERS[:-3])):
        tell(wide, unit, held(CELL, date(2020, 1, 18)))
    en, vi = await page(wide, "/units/06664"), await page(wide, "/units/06664", "vi")
    assert "Gate closed waiting for 3 of 15 (Cell congress): Khu phố 13 , Khu phố 14 , Khu phố 15 " in en
    assert "Điều kiện ở cấp dưới chưa đủ còn chờ 3 trên 15 (Đại hội chi bộ): Khu phố 13 ," in vi
    async with opened(wide.store) as http:
        assert 'href="/units/06664-13?lang=en">Khu phố 13</a>' in (await http.get("/units/06664?lang=en")).text


async def test_a_gate_names_twelve_at_most(wide: Filled) -> None:
    en = await page(wide, "/units/06664")
    assert "waiting for 15 of 15 (Cell congress): Khu phố 1 ," in en
    assert ", Khu phố 12 and 3 more" in en
    assert "Gate open no units below" in await page(wide, "/units/06868")


async def test_an_open_gate_a_waived_one_and_one_that_was_not_kept(wide: Filled) -> None:
    tell(wide, "06664", Waived(ON, CONGRESS, "directive-35 sec. 7"))
    waived = await page(wide, "/units/06664")
    assert "Gate waived waiting for 15 of 15" in waived
    assert "Waived 35-CT/TW, 30/05/2019, sec. 7" in waived
    assert "Cho phép trước 35-CT/TW" in await page(wide, "/units/06664", "vi")
    day = date(2020, 5, 18)
    tell(wide, "06868", held(CONGRESS, day))
    late = Profile("06868-01", "Thôn 1", "village", "06868", "Xã Tân Bình")
    tell(wide, late.code, Enrolled(PLAN.from_, late))
    tell(wide, "06868", GateTurned(ON, CONGRESS, Gate.CONFLICT, 0, 1, ("06868-01",)))
    conflict = await page(wide, "/units/06868")
    assert "Gate conflict held without 1 of 1 (Cell congress): Thôn 1" in conflict
    assert "⚠ Grassroots congress was held on 18/05/2020 although not enough units below had held Cell" in conflict
    assert "⚠ Đại hội Đảng bộ đã tổ chức ngày 18/05/2020 dù chưa đủ" in await page(wide, "/units/06868", "vi")
    board = await page(wide, "/")
    assert "⚠ Conflicts to mend: 1 ( Xã Tân Bình )" in board
    assert "⚠ Mâu thuẫn cần xử lý: 1 ( Xã Tân Bình )" in await page(wide, "/", "vi")


async def test_a_board_without_conflicts_says_nothing_of_them(filled: Filled) -> None:
    assert "Conflict" not in await page(filled, "/")


async def test_lead_ins_show_how_their_days_were_found_and_a_tick(filled: Filled) -> None:
    tell(filled, "06664-01", LeadInDone(date(2019, 12, 14), ELECTION, "announce_date"))
    en, vi = await page(filled, "/units/06664-01"), await page(filled, "/units/06664-01", "vi")
    assert (
        "Preparatory steps 16/12/2019 Announce the election day ✓ done 14/12/2019 20 days before 05/01/2020 -> "
        "16/12/2019 (09/2008/NQLT-CP-UBTWMTTQVN, 17/04/2008, art. 6) 26/12/2019 Form the election team 10 days before "
        "05/01/2020 -> 26/12/2019 Report it held"
    ) in en
    assert "Việc chuẩn bị 16/12/2019 Công bố ngày bầu cử ✓ đã xong 14/12/2019 20 ngày trước 05/01/2020" in vi
    tell(filled, "06664-01", held(ELECTION, date(2020, 1, 5)))
    assert "Preparatory" not in await page(filled, "/units/06664-01")


async def test_a_postponed_stage_shows_its_former_days_and_the_suspension(filled: Filled) -> None:
    former = date(2020, 4, 10), date(2020, 4, 11)
    tell(
        filled,
        "06664",
        Scheduled(date(2020, 3, 1), CONGRESS, *former),
        Frozen(date(2020, 3, 31), "covid-19", date(2020, 3, 31), None, "directive-35 sec. 3"),
        Postponed(date(2020, 3, 31), CONGRESS, *former, "directive-35 sec. 3", "covid-19"),
    )
    en, vi = await page(filled, "/units/06664"), await page(filled, "/units/06664", "vi")
    assert "Grassroots congress overdue" in en  # its target passed on 31 May
    assert "Postponed was 10/04/2020 – 11/04/2020, no new date yet Local target" in en
    assert "Congresses suspended from 31/03/2020 until further notice (35-CT/TW, 30/05/2019, sec. 3)" in en
    assert "Hoãn trước là 10/04/2020 – 11/04/2020, chưa có ngày mới" in vi
    assert "Đại hội tạm dừng từ 31/03/2020 đến khi có thông báo mới (35-CT/TW" in vi
    tell(filled, "06664", Resumed(ON, "covid-19", date(2020, 4, 22)))
    over = await page(filled, "/units/06664")
    assert "no new date yet Congresses suspended from 31/03/2020 until 22/04/2020 (35-CT/TW, 30/05/2019, sec" in over
    assert over.count("suspended") == 1
    assert "Grassroots congress Commune level 0 /2" in await page(filled, "/")
    tell(filled, "06664", Scheduled(ON, CONGRESS, date(2020, 6, 20), date(2020, 6, 20)))
    again = await page(filled, "/units/06664")
    assert "Scheduled for 20/06/2020 Moved from 10/04/2020 – 11/04/2020 Local target" in again
    assert "no new date" not in again


async def test_days_that_were_put_off_are_not_coming(filled: Filled) -> None:
    day = date(2020, 6, 18)
    tell(filled, "06868", Scheduled(ON, CONGRESS, day, day))
    before = upcoming(Feeds(filled.store).refresh().campaigns[PLAN.campaign], DAY)
    tell(filled, "06868", Postponed(ON, CONGRESS, day, day, "flood"))
    after = upcoming(Feeds(filled.store).refresh().campaigns[PLAN.campaign], DAY)
    assert [(item.kind, item.first) for item in before] == [("scheduled", day)]
    assert after == []


async def test_lead_ins_that_are_coming_are_called_by_their_names(wide: Filled) -> None:
    campaign = Feeds(wide.store).refresh().campaigns[PLAN.campaign]
    found = upcoming(campaign, date(2019, 12, 14))
    assert [(item.first.isoformat(), item.lead_in, item.units) for item in found] == [
        ("2019-12-16", "announce_date", 15),
        ("2019-12-26", "deadline", 15),
    ]
    tell(wide, "06664-01", Scheduled(ON, ELECTION, date(2020, 6, 30), date(2020, 6, 30)))
    assert "20/06/2020 Headman election : Form the election team, Khu phố 1" in await page(wide, "/")


async def test_days_of_its_own_stand_beside_those_of_the_plan(filled: Filled) -> None:
    tell(filled, "06664", Pinned(ON, CONGRESS, Clock.TARGET, date(2020, 6, 15), "directive-35 sec. 9"))
    tell(filled, "06664-01", Pinned(ON, ELECTION, Clock.DAY, date(2020, 1, 12), "lũ"))
    tell(filled, "193", Pinned(ON, "district_congress", Clock.TARGET, date(2020, 7, 31), "storm"))
    assert (
        "Local target 15/06/2020 the unit's own day (35-CT/TW, 30/05/2019, sec. 9); by the plan: 31/05/2020 Central"
    ) in await page(filled, "/units/06664")
    quarter = await page(filled, "/units/06664-01", "vi")
    assert "Ngày chung 12/01/2020 ngày riêng của đơn vị (lũ); theo kế hoạch: 05/01/2020 Mục tiêu" in quarter
    assert quarter.count("Ngày chung") == 2  # one for each stage
    assert "31/07/2020 the unit's own day (storm); by the plan: none set" in await page(filled, "/units/193")


async def test_consents_results_and_a_seal(filled: Filled) -> None:
    day = date(2020, 5, 18)
    tell(
        filled,
        "06664",
        Consented(date(2020, 5, 1), CONGRESS, "Quân ủy Trung ương"),
        Held(day, CONGRESS, day, day, {"direct_election": True, "secretary_votes": "290/292"}),
        Sealed(ON, "193", "district_congress", Span(ON, ON), (CONGRESS,)),
    )
    en, vi = await page(filled, "/units/06664"), await page(filled, "/units/06664", "vi")
    assert "Grassroots congress held sealed " in en
    assert "Consents Quân ủy Trung ương (01/05/2020)" in en
    assert "Results secretary elected directly: yes; votes for the secretary: 290/292" in en
    assert "Report sealed, because the superior's congress rests on it" in en
    assert "Kết quả bầu trực tiếp bí thư: có; phiếu bầu bí thư: 290/292" in vi


async def test_a_merged_unit_and_its_successor_point_to_each_other(wide: Filled) -> None:
    tell(
        wide,
        "06664-02",
        held(ELECTION, date(2020, 1, 5)),
        Ended(date(2020, 2, 1), "merged", "06664-01", "Khu phố 1", "directive-35"),
    )
    tell(wide, "06664-03", Ended(date(2020, 2, 1), "dissolved"))
    ended, ended_vi = await page(wide, "/units/06664-02"), await page(wide, "/units/06664-02", "vi")
    assert "Ended from 01/02/2020: merged into Khu phố 1 (35-CT/TW, 30/05/2019)" in ended
    assert "Kết thúc từ 01/02/2020: sáp nhập vào Khu phố 1 (35-CT/TW" in ended_vi
    assert "Headman election held " in ended
    assert "Cell congress ended" in ended
    dissolved = await page(wide, "/units/06664-03")
    assert "Ended from 01/02/2020: dissolved" in dissolved
    assert "Preparatory" not in dissolved
    successor = await page(wide, "/units/06664-01")
    assert "Merged into this unit the day, and what that unit had held 01/02/2020 Khu phố 2 : Headman" in successor
    assert "Headman election 05/01/2020" in successor
    above = await page(wide, "/units/06664")
    assert "Khu phố 2 ended" in above
    assert "waiting for 13 of 13 (Cell congress)" in above
    assert "0/27" not in above
    async with opened(wide.store) as http:
        assert 'href="/units/06664-01?lang=en">Khu phố 1</a>' in (await http.get("/units/06664-02?lang=en")).text


async def test_a_unit_that_will_end_is_still_there(filled: Filled) -> None:
    tell(filled, "06664-01", Ended(date(2020, 7, 1), "dissolved"))
    assert "Ended" not in await page(filled, "/units/06664-01")
    assert "ended" not in await page(filled, "/units/06664")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["06664-01.-ended", "06664-01.headman_election"]),
        ("&kind=held", ["06664-01.-ended", "06664-01.headman_election"]),
        ("&kind=deadline", ["06664-01.-ended"]),
        ("&kind=ended", ["06664-01.-ended"]),
        ("&stage=cell_congress", ["06664-01.-ended"]),
        ("&level=village&stage=cell_congress&kind=lead_in", ["06664-01.-ended"]),
        ("&status=ended", ["06664-01.-ended"]),
        ("&status=held", ["06664-01.headman_election"]),
        ("&status=open", []),
        ("&to=2020-01-31", ["06664-01.headman_election"]),
    ],
)
async def test_the_calendar_of_a_closed_unit_ends_with_a_pointer(client: Client, query: str, found: list[str]) -> None:
    tell(client.filled, "06664-01", held(ELECTION, date(2020, 1, 5)), Ended(date(2020, 2, 1), "merged", "06664"))
    response = await client.ask(f"?under=06664-01{query}")
    assert uids(response) == found


async def test_a_postponed_congress_keeps_its_entry_with_a_grown_sequence(client: Client) -> None:
    def seen(response: httpx.Response) -> tuple[str, int, str]:
        (event,) = Calendar.from_ical(response.content).events
        return str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])

    day = date(2020, 6, 18)
    tell(client.filled, "06868", Scheduled(ON, CONGRESS, day, day))
    uid, sequence, status = seen(await client.ask("?under=06868&kind=scheduled"))
    tell(client.filled, "06868", Postponed(ON, CONGRESS, day, day, "flood"))
    assert seen(await client.ask("?under=06868&kind=scheduled&status=postponed")) == (uid, sequence + 1, "TENTATIVE")
    assert status == "CONFIRMED"
