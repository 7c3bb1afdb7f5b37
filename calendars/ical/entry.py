"""What one VEVENT says, before any bytes and without its stamp."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from calendars.ical.wording import Wording
from calendars.sequence.state import Status

UID_HOST = "congress-calendars"


class Kind(StrEnum):
    """What an entry stands for: the days of a congress, planned or held, the day from which it may be held, a day it is
    due by, a preparatory step of it, days on which nothing is held, how much was held below the unit by a day, or the
    day on which the unit ended."""

    SCHEDULED = "scheduled"
    HELD = "held"
    OPENS = "opens"
    TARGET = "target"
    DEADLINE = "deadline"
    LEAD_IN = "lead_in"
    FREEZE = "freeze"
    ROLLUP = "rollup"
    ENDED = "ended"


KIND_WORDS = {
    Kind.OPENS: Wording("Bắt đầu được tổ chức", "May be held from"),
    Kind.TARGET: Wording("Mục tiêu", "Local target"),
    Kind.DEADLINE: Wording("Hạn Trung ương", "Central deadline"),
    Kind.LEAD_IN: Wording("Việc chuẩn bị", "Preparatory step"),
    Kind.FREEZE: Wording("Tạm dừng", "Suspension"),
    Kind.ROLLUP: Wording("Tổng hợp", "Summary"),
}
COLORS = {  # CSS3 names, as RFC 7986 5.9 asks
    Kind.SCHEDULED: "royalblue",
    Kind.HELD: "seagreen",
    Kind.OPENS: "teal",
    Kind.TARGET: "darkorange",
    Kind.DEADLINE: "firebrick",
    Kind.LEAD_IN: "mediumpurple",
    Kind.FREEZE: "steelblue",
    Kind.ROLLUP: "goldenrod",
    Kind.ENDED: "slategray",
}
COLOR_POSTPONED = COLOR_CANCELLED = "slategray"
_FROM_JSON: dict[str, Callable[[Any], Any]] = {
    "kind": Kind,
    "status": Status,
    "first": date.fromisoformat,
    "last": date.fromisoformat,
    "summary": Wording._make,
    "description": Wording._make,
    "categories": lambda pairs: tuple(map(Wording._make, pairs)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT without its stamp. The days `first` to `last` are included both.

    `status` is where the stage stands (held, scheduled, postponed, open, overdue, or ended with its unit),
    `confirmation` the property STATUS, `follows` the UID of the stage this one comes after, or empty. A transparent
    entry leaves its days free. What tells of the whole unit has no `stage`.
    """

    key: str
    uid: str
    stage: str
    level: str
    kind: Kind
    status: Status
    confirmation: str
    first: date
    last: date
    summary: Wording
    description: Wording
    categories: tuple[Wording, ...]
    color: str
    transparent: bool
    follows: str


def facts(entry: Entry) -> str:
    """Everything that determines the entry's bytes, save its stamp, as canonical JSON."""
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=date.isoformat)


def entry_of(facts: str) -> Entry:
    """The entry whose `facts` these are: of one that left the feed, as it last stood there."""
    values = json.loads(facts)
    return Entry(**values | {name: of(values[name]) for name, of in _FROM_JSON.items()})


def uid(campaign: str, unit: str, stage: str, part: str = "") -> str:
    """The UID of an entry: it knows no date, no title and no language, so it never changes.

    Lead-ins have the part `lead_in.ID`, which no other part is, whatever the plan calls them.
    """
    return f"{campaign}.{unit}.{stage}{'.' if part else ''}{part}@{UID_HOST}"


def uid_of_ending(campaign: str, unit: str) -> str:
    """The UID of the entry that tells of a unit's end: no stage is called so, as none begins with a dash."""
    return uid(campaign, unit, "-ended")


def uid_of_freeze(campaign: str, unit: str, freeze: str) -> str:
    """The UID of the entry that tells of a freeze on the unit it was ordered for."""
    return uid(campaign, unit, "-frozen", freeze.replace("/", "-"))


def uid_of_rollup(campaign: str, unit: str, stage: str, month: str) -> str:
    """The UID of the figure of a stage below the unit and of a month, such as 2020-03."""
    return uid(campaign, unit, "-rollup", f"{stage}.{month}")


def lead_in_of(uid_of_entry: str) -> str:
    """The id of the lead-in whose entry has this UID; empty for the UID of another kind."""
    *_, part, name = uid_of_entry.rpartition("@")[0].split(".")
    return name if part == Kind.LEAD_IN else ""
