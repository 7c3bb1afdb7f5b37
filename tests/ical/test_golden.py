"""Feeds byte by byte, and what a parser reads in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar, Event

from calendars.ical.detail import Detail, reduced
from calendars.ical.entries import entries
from calendars.ical.entry import Entry
from tests.ical.cases import PLAN, STATES
from tests.ical.golden import FOLDER, LANGUAGES, golden

CONTENT = golden()


def test_every_golden_file_is_made() -> None:
    assert {path.name for path in FOLDER.glob("*.ics")} == set(CONTENT)


@pytest.mark.parametrize("name", CONTENT)
def test_bytes(name: str) -> None:
    assert CONTENT[name] == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", CONTENT)
def test_calendar_rules(name: str) -> None:
    content = CONTENT[name]
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert all(line and len(line) <= 75 and line.decode() for line in lines)
    calendar = Calendar.from_ical(content)
    assert not {"METHOD", "UID", "SOURCE"} & set(calendar)
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert not [error for component in calendar.walk() for error in component.errors]
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in content


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_parses_back(name: str, language: str) -> None:
    events = Calendar.from_ical(CONTENT[f"{name}.{language}.ics"]).events
    for event, entry in zip(events, entries(PLAN, STATES[name]), strict=True):
        check(event, entry, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_shorter_detail_keeps_titles_and_days(name: str, language: str) -> None:
    content = CONTENT[f"{name}.{language}.ics"]
    head, _, body = content.partition(b"BEGIN:VEVENT")
    full, compact, minimal = (reduced(b"BEGIN:VEVENT" + body, detail) for detail in Detail)
    assert full == b"BEGIN:VEVENT" + body
    assert len(full) > len(compact) > len(minimal)
    for short in (compact, minimal):
        for event, entry in zip(Calendar.from_ical(head + short).events, entries(PLAN, STATES[name]), strict=True):
            assert str(event["SUMMARY"]) == getattr(entry.summary, language)
            assert (event.start, event.end) == (entry.first, entry.last + timedelta(days=1))
            assert not {"DESCRIPTION", "CREATED", "RELATED-TO"} & set(event)
            assert {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS", "TRANSP"} <= set(event)


def check(event: Event, entry: Entry, language: str) -> None:
    """The event says what the entry says."""
    assert str(event["UID"]) == entry.uid
    assert type(event.start) is type(event.end) is date
    assert (event.start, event.end) == (entry.first, entry.last + timedelta(days=1))
    assert str(event["SUMMARY"]) == getattr(entry.summary, language)
    assert str(event["DESCRIPTION"]) == getattr(entry.description, language)
    assert event.categories == [getattr(category, language) for category in entry.categories]
    put_off = entry.kind == "scheduled" and entry.status == "postponed"
    called_off = entry.kind != "ended" and entry.status == "ended"
    assert str(event["STATUS"]) == ("CANCELLED" if called_off else "TENTATIVE" if put_off else "CONFIRMED")
    blocks = entry.kind in {"scheduled", "held"} and not put_off and not called_off
    assert str(event["TRANSP"]) == ("OPAQUE" if blocks else "TRANSPARENT")
    assert str(event.get("RELATED-TO", "")) == entry.follows
