"""What subscribers see when days are put off, a gate turns, a unit gets days of its own, or ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from calendars.ical.entries import entries
from calendars.ical.entry import Entry, facts
from calendars.plan.model import Due, Plan
from calendars.sequence.due import due_facts
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import (
    Consented,
    Ended,
    Fact,
    FellOverdue,
    GateTurned,
    Pinned,
    Postponed,
    ReminderDue,
    Scheduled,
    Unpinned,
)
from calendars.sequence.rules import Rules
from calendars.sequence.state import Clock, Gate, Pin, StageState, Suspension, UnitState
from tests.ical.cases import COMMUNE, COVID, DISTRICT, PLAN, STATES, VILLAGE, congress, pinned, span, suspended, unit

STAGE = "grassroots_congress"
ON = date(2020, 4, 1)
FORMER = span("2020-04-10", "2020-04-11")
PUT_OFF = Postponed(ON, STAGE, FORMER.first, FORMER.last, "suspended")
TITLE = "Đại hội Đảng bộ phường Hà Tu"


def after(state: UnitState, *facts: Fact) -> UnitState:
    """The unit once these became true."""
    return fold(state, number(state, facts, by="test", recorded=datetime(2020, 4, 1, tzinfo=UTC)))


def first(state: UnitState, plan: Plan = PLAN) -> Entry:
    """The unit's first entry."""
    return entries(plan, state)[0]


def lines(state: UnitState, language: str = "en") -> list[str]:
    """What the description of the unit's first entry says, line by line."""
    text: str = getattr(first(state).description, language)
    return text.split("\n")


def test_a_postponed_stage_stays_on_its_former_days_under_its_uid_until_it_has_new_ones() -> None:
    planned = congress(scheduled=FORMER)
    put_off = after(planned, PUT_OFF)
    again = after(put_off, Scheduled(ON, STAGE, date(2020, 5, 18), date(2020, 5, 19)))
    seen = [first(state) for state in (planned, put_off, again)]
    assert len({entry.uid for entry in seen}) == 1
    assert [(entry.first.isoformat(), entry.confirmation, entry.status, entry.transparent) for entry in seen] == [
        ("2020-04-10", "CONFIRMED", "scheduled", False),
        ("2020-04-10", "TENTATIVE", "postponed", True),
        ("2020-05-18", "CONFIRMED", "scheduled", False),
    ]
    assert seen[1].summary.vi == f"⏸ {TITLE}: hoãn, chưa có ngày mới (trước: 10-11/04)"
    assert seen[1].summary.en.endswith(": postponed, no new date (was 10-11/04)")
    assert lines(put_off)[0] == "Postponed: was 10-11/04/2020, no new date yet"
    assert lines(again)[:2] == ["Scheduled: 18-19/05/2020", "Moved from: 10-11/04/2020"]
    assert lines(again, "vi")[1] == "Chuyển từ: 10-11/04/2020"


def test_a_stage_scheduled_again_on_its_former_days_was_not_moved() -> None:
    again = after(congress(scheduled=FORMER), PUT_OFF, Scheduled(ON, STAGE, FORMER.first, FORMER.last))
    assert lines(again)[0] == "Scheduled: 10-11/04/2020"
    assert "Moved" not in lines(again)[1]


def test_one_day_for_all_that_is_put_off_is_not_overdue_for_it() -> None:
    late = after(unit(VILLAGE), FellOverdue(date(2020, 1, 6), "headman_election", Clock.DAY, date(2020, 1, 5)))
    assert first(late).status == "overdue"
    put_off = first(after(late, Postponed(ON, "headman_election", date(2020, 1, 5), date(2020, 1, 5), "flood")))
    assert put_off.status == "postponed"
    assert put_off.summary.vi == "⏸ Bầu cử khu phố 1 (phường Hà Tu): hoãn, chưa có ngày mới (trước: 05/01)"


def test_a_postponed_stage_past_its_deadline_is_both() -> None:
    state = after(congress(scheduled=FORMER), PUT_OFF, FellOverdue(ON, STAGE, Clock.DEADLINE, date(2020, 6, 30)))
    days, _, target, deadline = entries(PLAN, state)
    assert (days.status, target.status, deadline.status) == ("postponed", "overdue", "overdue")
    assert deadline.summary.vi == f"⚠ {TITLE}: quá hạn từ 30/06"


@pytest.mark.parametrize(
    ("freeze", "said"),
    [
        (COVID, "Suspended: from 31/03/2020 until 22/04/2020 (35-CT/TW, 30/05/2019, sec. 3)"),
        (replace(COVID, last=None), "Suspended: from 31/03/2020 until further notice (35-CT/TW, 30/05/2019, sec. 3)"),
        (Suspension("flood", date(2020, 4, 11), date(2020, 4, 11)), "Suspended: from 11/04/2020 until 11/04/2020"),
    ],
)
def test_the_freeze_that_took_the_days_is_told(freeze: Suspension, said: str) -> None:
    assert lines(suspended(congress(postponed=FORMER), freeze))[1] == said


def test_a_freeze_of_the_plan_is_told_with_its_source() -> None:
    freeze = {"from": "2020-03-31", "to": "2020-04-22", "source": "directive-35 sec. 3"}
    plan = Plan.model_validate({**PLAN.document(), "freezes": [freeze]})
    state = replace(congress(scheduled=FORMER), rules=Rules.of(plan, "commune"))
    (taken,) = due_facts(state, date(2020, 3, 31))
    told = first(after(state, taken), plan).description.en.split("\n")
    assert told[1] == "Suspended: from 31/03/2020 until 22/04/2020 (35-CT/TW, 30/05/2019, sec. 3)"


def test_days_that_people_put_off_are_laid_on_no_freeze() -> None:
    state = replace(congress(postponed=FORMER), freezes=(COVID,))
    assert not [line for line in lines(state) if "Suspended" in line]


@pytest.mark.parametrize(
    ("gate", "held", "vi", "en"),
    [
        (None, False, "chưa đủ", "closed"),
        (Gate.CLOSED, False, "chưa đủ", "closed"),
        (Gate.OPEN, False, "đã đủ", "open"),
        (Gate.WAIVED, False, "được miễn", "waived"),
        (Gate.WAIVED, True, "được miễn", "waived"),
        (Gate.CONFLICT, True, "mâu thuẫn", "conflict"),
        (None, True, None, None),
    ],
)
def test_a_gate_is_one_word(gate: Gate | None, held: bool, vi: str | None, en: str | None) -> None:
    state = congress(gate=gate, held=FORMER if held else None)
    for language, label, word in (("vi", "Điều kiện ở cấp dưới", vi), ("en", "Gate", en)):
        said = [line for line in lines(state, language) if line.startswith(label)]
        assert said == ([f"{label}: {word}"] if word else [])


def test_a_unit_without_a_gate_says_nothing_of_one() -> None:
    assert not [line for line in lines(unit(DISTRICT)) if "Gate" in line]


def test_counts_and_names_of_a_gate_change_no_entry() -> None:
    one = after(congress(gate=None), GateTurned(ON, STAGE, Gate.CLOSED, 3, 12, ("06664-01", "06664-02")))
    other = after(one, GateTurned(ON, STAGE, Gate.CLOSED, 4, 12, ("06664-01",)))
    assert [facts(entry) for entry in entries(PLAN, one)] == [facts(entry) for entry in entries(PLAN, other)]


@pytest.mark.parametrize("name", STATES)
def test_what_is_not_shown_changes_no_entry(name: str) -> None:
    before = STATES[name]
    changed = before
    for stage in before.rules.stages:
        reminded = ReminderDue(ON, stage.id, "deadline", date(2020, 6, 30), 30)
        changed = after(changed, reminded, Consented(ON, stage.id, "Quân ủy Trung ương"))
    assert changed.stages != before.stages
    assert entries(PLAN, changed) == entries(PLAN, before)


def test_days_of_its_own_say_why_and_what_they_stand_instead_of() -> None:
    state = after(congress(), Pinned(ON, STAGE, Clock.TARGET, date(2020, 6, 15), "directive-35 sec. 9"))
    target = entries(PLAN, state)[1]
    assert (target.kind, target.first) == ("target", date(2020, 6, 15))
    assert lines(state)[1] == (
        "Local target: 15/06/2020; the unit's own day (35-CT/TW, 30/05/2019, sec. 9) instead of the plan's 31/05/2020"
    )
    assert lines(state, "vi")[1] == (
        "Mục tiêu: 15/06/2020; ngày riêng của đơn vị (35-CT/TW, 30/05/2019, sec. 9) thay cho 31/05/2020 của kế hoạch"
    )
    again = after(state, Unpinned(ON, STAGE, Clock.TARGET, "over"))
    assert entries(PLAN, again) == entries(PLAN, congress())


def test_a_day_of_its_own_where_the_plan_has_none() -> None:
    state = pinned(unit(DISTRICT), "district_congress", target=Pin(date(2020, 7, 31), "storm"))
    assert lines(state)[0] == "Local target: 31/07/2020; the unit's own day (storm), the plan sets none"


def test_one_day_for_all_may_be_the_units_own_too() -> None:
    pin = Pin(date(2020, 1, 12), "lũ {1}", Due(date=date(2020, 1, 5)))
    state = pinned(unit(VILLAGE), "headman_election", on=pin)
    assert first(state).first == date(2020, 1, 12)
    assert lines(state, "vi") == [
        "Ngày chung: 12/01/2020; ngày riêng của đơn vị (lũ {1}) thay cho 05/01/2020 của kế hoạch"
    ]


def test_a_merged_unit_keeps_what_it_held_and_points_to_its_successor() -> None:
    state = unit(VILLAGE, headman_election=StageState(held=span("2020-01-05")))
    merged = Ended(date(2020, 2, 1), "merged", "06664-02", "Khu phố 2", "directive-35")
    kept, pointer = entries(PLAN, after(state, merged))
    assert kept == first(state)
    assert (pointer.kind, pointer.status, pointer.stage) == ("ended", "ended", "")
    assert (pointer.first, pointer.last) == (date(2020, 2, 1),) * 2
    assert pointer.uid == "quang-ninh-2020.06664-01.-ended@congress-calendars"
    assert pointer.summary.vi == "Khu phố 1 (phường Hà Tu): sáp nhập vào khu phố 2 từ 01/02/2020"
    assert pointer.summary.en == "Quarter 1 (Hà Tu ward): merged into quarter 2 from 01/02/2020"
    assert pointer.description.en == (
        "What was held stays in this calendar.\n"
        "What follows: see the calendar of quarter 2 (06664-02).\n"
        "Reason: 35-CT/TW, 30/05/2019"
    )
    assert pointer.transparent


def test_a_dissolved_unit_has_no_successor() -> None:
    (pointer,) = entries(PLAN, after(congress(scheduled=FORMER), Ended(date(2020, 4, 1), "dissolved")))
    assert pointer.summary == (
        f"{COMMUNE.name}: giải thể từ 01/04/2020",
        "Hà Tu ward: dissolved from 01/04/2020",
    )
    assert pointer.description.en == "What was held stays in this calendar."
