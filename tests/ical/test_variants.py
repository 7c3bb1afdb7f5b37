"""Entries with alarms, with lunar dates, and as tasks, parsed back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Alarm, Calendar, Event, Todo

from calendars.ical.detail import Detail, reduced
from calendars.ical.entries import entries
from calendars.ical.entry import Entry
from calendars.ical.lunar import lunar_days
from calendars.ical.rendering import render
from calendars.ical.variants import ALARM, TASKS, Variant, varied
from tests.ical.cases import PLAN, STAMP, STATES

# Tết Nguyên Đán of the official calendar, where UTC+7 sets it apart from the Chinese one (2007, 2030), and leap months.
LUNAR = [
    ("2019-02-05", "1/1 Kỷ Hợi"),
    ("2020-01-25", "1/1 Canh Tý"),
    ("2007-02-17", "1/1 Đinh Hợi"),
    ("2030-02-02", "1/1 Canh Tuất"),
    ("2025-01-29", "1/1 Ất Tỵ"),
    ("2020-01-05", "11/12 Kỷ Hợi"),
    ("2020-05-31", "9/4 nhuận Canh Tý"),
    ("2025-08-01", "8/6 nhuận Ất Tỵ"),
]
EACH = [(name, entry) for name, state in STATES.items() for entry in entries(PLAN, state)]


def made(entry: Entry, variant: Variant, detail: Detail = Detail.FULL) -> bytes:
    piece = reduced(render(entry, STAMP, variant.language), detail)
    return varied(piece, entry.kind, entry.first, entry.last, variant)


@pytest.mark.parametrize(("day", "said"), LUNAR)
def test_lunar_days(day: str, said: str) -> None:
    of = date.fromisoformat(day)
    assert lunar_days(of, of, "vi") == f"Âm lịch: {said}"


def test_lunar_days_of_a_span_and_in_english() -> None:
    first, last = date(2020, 5, 22), date(2020, 5, 23)
    assert lunar_days(first, last, "vi") == "Âm lịch: 30/4 Canh Tý - 1/4 nhuận Canh Tý"
    assert lunar_days(first, last, "en") == "Lunar calendar: 30/4 Canh Tý - 1/4 (leap month) Canh Tý"
    assert lunar_days(date(1899, 1, 1), date(1899, 1, 1), "vi") == ""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_wished_changes_no_byte(language: str) -> None:
    for _, entry in EACH:
        piece = render(entry, STAMP, language)
        assert varied(piece, entry.kind, entry.first, entry.last, Variant(language=language)) == piece


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_lunar_line_ends_the_description(language: str, detail: Detail) -> None:
    for _, entry in EACH:
        event = Event.from_ical(made(entry, Variant(lunar=True, language=language), detail))
        said = lunar_days(entry.first, entry.last, language)
        full = getattr(entry.description, language)
        assert str(event["DESCRIPTION"]) == (said if detail is not Detail.FULL else f"{full}\n{said}")


def test_alarms_ring_for_what_is_to_come() -> None:
    variant = Variant(alarms=("-PT15H", "PT8H"))
    rung = set()
    for name, entry in EACH:
        piece = made(entry, variant)
        event = Event.from_ical(piece)
        alarms = [alarm for alarm in event.subcomponents if isinstance(alarm, Alarm)]
        assert len(alarms) in (0, 2)
        if alarms:
            rung.add((name, entry.kind))
            assert [alarm["TRIGGER"].dt for alarm in alarms] == [timedelta(hours=-15), timedelta(hours=8)]
            assert {str(alarm["ACTION"]) for alarm in alarms} == {"DISPLAY"}
            assert {str(alarm["DESCRIPTION"]) for alarm in alarms} == {entry.summary.vi}
        assert all(len(line) <= 75 and line.decode() for line in piece.removesuffix(b"\r\n").split(b"\r\n"))
    assert ("scheduled", "scheduled") in rung
    assert ("open", "deadline") in rung
    silent = {("held", "held"), ("ended", "ended"), ("frozen", "freeze"), ("called-off", "scheduled")}
    assert not rung & (silent | {("postponed", "scheduled"), ("lead-ins-done", "lead_in")})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_task_is_due_on_the_last_day(language: str) -> None:
    variant = Variant(alarms=("-PT15H",), lunar=True, todo=True, language=language)
    for name, entry in EACH:
        if entry.kind not in TASKS:
            continue
        todo = Todo.from_ical(made(entry, variant))
        assert isinstance(todo, Todo)
        assert str(todo["UID"]) == f"todo.{entry.uid}"
        assert todo["DUE"].dt == entry.last
        assert ("DTSTART" in todo) == (entry.first < entry.last)
        assert not {"DTEND", "TRANSP"} & set(todo)
        assert todo["SEQUENCE"] == STAMP.sequence
        assert str(todo.get("RELATED-TO", "")) == (f"todo.{entry.follows}" if entry.follows else "")
        done = entry.summary.vi.startswith("✓")
        expected = "CANCELLED" if name == "called-off" and not done else "COMPLETED" if done else "NEEDS-ACTION"
        assert str(todo["STATUS"]) == expected
        if entry.kind == "held":
            assert todo["COMPLETED"].dt.date() == entry.last
        for alarm in todo.subcomponents:
            assert alarm["TRIGGER"].params["RELATED"] == "END"


@pytest.mark.parametrize("right", ["-PT15H", "PT8H", "-P1D", "-P6DT15H", "-P1W", "PT7H30M", "PT0M"])
def test_alarms_that_every_program_takes(right: str) -> None:
    assert ALARM.fullmatch(right)


@pytest.mark.parametrize(
    "wrong", ["", "P", "-P", "PT", "15H", "-PT15", "P1DT", "P1Y", "PT1S", "-PT99999M\r\n", "+PT1H"]
)
def test_alarms_that_are_none(wrong: str) -> None:
    assert not ALARM.fullmatch(wrong)


def test_a_calendar_of_tasks_is_one() -> None:
    pieces = [made(entry, Variant(todo=True)) for entry in entries(PLAN, STATES["open"]) if entry.kind in TASKS]
    calendar = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + b"".join(pieces) + b"END:VCALENDAR\r\n")
    assert [todo.name for todo in calendar.walk()] == ["VCALENDAR", "VTODO", "VTODO"]
