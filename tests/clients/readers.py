"""Calendar programs and parsers as readers of a feed: each subscribes to an address and says which entries it got."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
import icalendar

HERE = Path(__file__).parent
DAY = timedelta(days=1)
PROGRAMS = HERE / ".venv/bin"

VDIRSYNCER = """
[general]
status_path = "{folder}/status"

[pair feed]
a = "remote"
b = "local"
collections = null

[storage remote]
type = "http"
url = "{url}"

[storage local]
type = "filesystem"
path = "{folder}/entries"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[feed]]
path = {folder}/entries
readonly = True

[sqlite]
path = {folder}/khal.db

[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """An all-day entry as a person sees it, from its first to its last day."""

    uid: str
    summary: str
    first: date
    last: date


def read_directly(url: str) -> list[Entry]:
    """What the service says, read with the library it writes with: what every reader is compared to."""
    calendar = icalendar.Calendar.from_ical(httpx.get(url).raise_for_status().content)
    events = [_entry(str(event["UID"]), str(event["SUMMARY"]), event.start, event.end) for event in calendar.events]
    due = [
        Entry(str(todo["UID"]), str(todo["SUMMARY"]), todo["DUE"].dt, todo["DUE"].dt) for todo in calendar.walk("VTODO")
    ]
    return sorted([*events, *due])


# Home Assistant's parser, which refuses a whole calendar for one entry it does not like.
ICAL = """
import json, sys, urllib.request
from ical.calendar_stream import IcsCalendarStream
text = urllib.request.urlopen(sys.argv[1]).read().decode("utf-8")
calendar = IcsCalendarStream.calendar_from_ics(text)
rows = [(event.uid, event.summary, event.dtstart, event.dtend) for event in calendar.events]
rows += [(todo.uid, todo.summary, todo.due, None) for todo in calendar.todos]
print(json.dumps([[str(value) if value else "" for value in row] for row in rows]))
"""


class Reader(Protocol):
    """A subscriber."""

    def read(self, url: str, folder: Path) -> list[Entry]:
        """What it shows after fetching `url`, sorted. What it keeps between two fetches is in `folder`."""

    def expected(self, published: list[Entry]) -> list[Entry]:
        """What it should show of what is published."""


class VdirsyncerAndKhal:
    """vdirsyncer copies the feed into a folder, khal lists the folder."""

    def __str__(self) -> str:
        return "vdirsyncer+khal"

    def read(self, url: str, folder: Path) -> list[Entry]:
        (folder / "entries").mkdir(exist_ok=True)
        (folder / "vdirsyncer.conf").write_text(VDIRSYNCER.format(folder=folder, url=url))
        (folder / "khal.conf").write_text(KHAL.format(folder=folder))
        for command in ("discover", "sync"):
            _run(PROGRAMS / "vdirsyncer", "--config", folder / "vdirsyncer.conf", command, home=folder)
        fields = ("title", "start-date-long", "end-date-long", "all-day")
        listed = _run(
            *(PROGRAMS / "khal", "--config", folder / "khal.conf", "list", "--once"),
            *(f"--json={field}" for field in fields),
            *("2019-01-01", "2030-12-31"),
            home=folder,
        )
        # khal prints one JSON list for each day.
        rows = [row for line in listed.splitlines() for row in json.loads(line)]
        assert all(row["all-day"] == "True" for row in rows)
        assert len(rows) == len(list((folder / "entries").glob("*.ics")))
        days = [[date.fromisoformat(row[f"{end}-date-long"]) for end in ("start", "end")] for row in rows]
        return sorted(Entry("", row["title"], first, last) for row, (first, last) in zip(rows, days, strict=True))

    def expected(self, published: list[Entry]) -> list[Entry]:
        """vdirsyncer gives entries from the web UIDs of its own."""
        return sorted(replace(entry, uid="") for entry in published)


@dataclass(frozen=True)
class NodeParser:
    """A parser for Node.js, on a computer in `timezone`."""

    parser: str
    timezone: str

    def __str__(self) -> str:
        return f"{self.parser} in {self.timezone}"

    def read(self, url: str, folder: Path) -> list[Entry]:
        rows = json.loads(_run("node", HERE / "parse.mjs", self.parser, url, home=folder, TZ=self.timezone))
        assert all(row["whole"] for row in rows)
        days = [[date.fromisoformat(row[end]) for end in ("start", "end")] for row in rows]
        return sorted(
            _entry(row["uid"], row["summary"], start, end) for row, (start, end) in zip(rows, days, strict=True)
        )

    def expected(self, published: list[Entry]) -> list[Entry]:
        return published


class HomeAssistant:
    """The library `ical`."""

    def __str__(self) -> str:
        return "ical"

    def read(self, url: str, folder: Path) -> list[Entry]:
        rows = json.loads(_run(PROGRAMS / "python", "-c", ICAL, url, home=folder))
        days = [[date.fromisoformat(row[place]) if row[place] else None for place in (2, 3)] for row in rows]
        return sorted(
            Entry(row[0], row[1], start, end - DAY if end else start)
            for row, (start, end) in zip(rows, days, strict=True)
            if start
        )

    def expected(self, published: list[Entry]) -> list[Entry]:
        return published


# A day must stay the same day on either side of midnight UTC.
READERS: tuple[Reader, ...] = (
    VdirsyncerAndKhal(),
    HomeAssistant(),
    *(
        NodeParser(parser, timezone)
        for parser in ("ical.js", "node-ical")
        for timezone in ("Asia/Ho_Chi_Minh", "America/Los_Angeles")
    ),
)


def _entry(uid: str, summary: str, start: date, end: date) -> Entry:
    """DTEND is the day after the last one (RFC 5545, 3.6.1)."""
    assert type(start) is type(end) is date
    return Entry(uid, summary, start, end - DAY)


def _run(*command: Any, home: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "HOME": str(home), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
