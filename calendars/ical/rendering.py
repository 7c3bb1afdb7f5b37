"""One entry as the bytes of a VEVENT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import vCategory
from icalendar.parser import Parameters

from calendars.ical.entry import Entry
from calendars.ical.lines import SafeText, common_line, joined, line, text_line

RENDERER = 3  # grows whenever the same entry gives other bytes: stored entries are rendered again, ETags change
LAST_SEQUENCE = 2_147_483_647  # RFC 5545 3.3.8

Language = Literal["vi", "en"]
_FOLLOWS = Parameters({"RELTYPE": "FINISHTOSTART"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells two versions of an entry apart: its number from 0, and two instants in any time zone."""

    sequence: int
    created: datetime
    modified: datetime


def render(entry: Entry, stamp: Stamp, language: str) -> bytes:
    """The VEVENT with its line breaks; about 60 microseconds.

    DTSTAMP is the last revision, not the time of rendering: without METHOD it means just that (RFC 5545 3.8.7.2).
    DTEND is the day after the last one. Raises `ValueError` for a SEQUENCE that clients cannot hold.
    """
    if not 0 <= stamp.sequence <= LAST_SEQUENCE:
        raise ValueError(f"SEQUENCE of {entry.uid} is {stamp.sequence}, expected 0 to {LAST_SEQUENCE}")
    modified = _instant(stamp.modified)
    lines = [
        b"BEGIN:VEVENT",
        text_line("UID", entry.uid),
        common_line("DTSTAMP", modified),
        common_line("CREATED", _instant(stamp.created)),
        common_line("LAST-MODIFIED", modified),
        common_line("SEQUENCE", str(stamp.sequence)),
        _day("DTSTART", entry.first),
        _day("DTEND", entry.last + timedelta(days=1)),
        text_line("SUMMARY", getattr(entry.summary, language)),
        text_line("DESCRIPTION", getattr(entry.description, language)),
        _categories([getattr(category, language) for category in entry.categories]),
        common_line("COLOR", entry.color),
        common_line("STATUS", entry.confirmation),
        common_line("TRANSP", "TRANSPARENT" if entry.transparent else "OPAQUE"),
    ]
    if entry.follows:
        lines.append(text_line("RELATED-TO", entry.follows, _FOLLOWS))
    lines.append(b"END:VEVENT")
    return joined(lines)


def _day(name: str, day: date) -> bytes:
    return common_line(name, day.strftime("%Y%m%d"), "VALUE=DATE")


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _categories(categories: list[str]) -> bytes:
    return line("CATEGORIES", vCategory([SafeText(category) for category in categories]))
