"""Rendered entries put together to one VCALENDAR. What stands around them is constant: no time and no count."""

from __future__ import annotations

import re
from collections.abc import Iterable

from calendars.ical.lines import clean, fold, joined, text_line

REFRESH = "PT6H"
NAME_CHARACTERS = 100  # the longest calendar name that Proton takes

# Dates of campaigns are later than 1975, so one rule without a change is all of Asia/Ho_Chi_Minh. It stands in every
# feed, all-day entries or not: some programs refuse a calendar without any component.
_TIMEZONE = [
    b"BEGIN:VTIMEZONE",
    b"TZID:Asia/Ho_Chi_Minh",
    b"BEGIN:STANDARD",
    b"DTSTART:19700101T000000",
    b"TZOFFSETFROM:+0700",
    b"TZOFFSETTO:+0700",
    b"TZNAME:+07",
    b"END:STANDARD",
    b"END:VTIMEZONE",
]
END = b"END:VCALENDAR\r\n"


def assemble(name: str, description: str, pieces: Iterable[bytes], source: str = "") -> bytes:
    """A whole calendar from rendered entries.

    `name` and `description` say what the calendar covers and depend on its address only: programs that hash the
    header into every entry would else rewrite them all. Commas, semicolons and backslashes leave the name, as some
    programs show their escapes. No METHOD (it would ask for an ORGANIZER), no UID (the calendar would pass for one
    entry), and SOURCE only where the address is no secret: `source`.
    """
    return b"".join([header(name, description, source), *pieces, END])


def header(name: str, description: str, source: str = "") -> bytes:
    """Everything before the first entry."""
    plain = " ".join(re.sub(r"[,;\\\n]", " ", clean(name)).split())[:NAME_CHARACTERS].rstrip()
    covers = clean(description)
    return joined(
        [
            b"BEGIN:VCALENDAR",
            b"VERSION:2.0",
            b"PRODID:-//Congress Calendars//Congress Calendars//EN",
            b"CALSCALE:GREGORIAN",
            text_line("NAME", plain),
            text_line("X-WR-CALNAME", plain),
            text_line("DESCRIPTION", covers),
            text_line("X-WR-CALDESC", covers),
            b"X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
            b"REFRESH-INTERVAL;VALUE=DURATION:" + REFRESH.encode(),
            b"X-PUBLISHED-TTL:" + REFRESH.encode(),
            *([fold(b"SOURCE;VALUE=URI:" + source.encode())] if source else []),
            b"COLOR:crimson",
            b"X-APPLE-CALENDAR-COLOR:#DC143C",
            *_TIMEZONE,
        ]
    )
