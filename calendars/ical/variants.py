"""Entries as somebody wished them: with alarms, with lunar dates, as tasks. They are made from rendered ones when asked
for, so that nothing of it is stored and the stamps stay those of the entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from calendars.ical.entry import Kind
from calendars.ical.lines import fold, joined
from calendars.ical.lunar import lunar_days

# Sign, days, hours, minutes of RFC 5545 3.3.6, of which nobody needs seconds. Without a sign it rings after midnight.
ALARM = re.compile(r"-?P(?:\d{1,2}W|(?=\d|T\d)(?:\d{1,3}D)?(?:T(?=\d)(?:\d{1,3}H)?(?:\d{1,4}M)?)?)")
TASKS = frozenset({Kind.SCHEDULED, Kind.HELD, Kind.TARGET, Kind.DEADLINE, Kind.LEAD_IN})
RINGING = frozenset({Kind.SCHEDULED, Kind.OPENS, Kind.TARGET, Kind.DEADLINE, Kind.LEAD_IN})
_DONE = "✓".encode()
# Noon at UTC+7: COMPLETED is an instant, and the day of it must be the same wherever it is read.
_NOON = "T050000Z"


@dataclass(frozen=True, slots=True)
class Variant:
    """What is wished: `alarms` as durations from the beginning of the day, lunar dates, tasks instead of events."""

    alarms: tuple[str, ...] = ()
    lunar: bool = False
    todo: bool = False
    language: str = "vi"

    def __bool__(self) -> bool:
        return bool(self.alarms or self.lunar or self.todo)


def varied(piece: bytes, kind: str, first: date, last: date, variant: Variant) -> bytes:
    """One rendered entry of this kind, on the days `first` to `last`, as it was wished."""
    lines = piece.replace(b"\r\n ", b"").removesuffix(b"\r\n").split(b"\r\n")
    if variant.lunar:
        lines = _with_lunar(lines, lunar_days(first, last, variant.language))
    if variant.alarms and kind in RINGING and b"STATUS:CONFIRMED" in lines:
        lines[-1:-1] = _alarms(lines, variant)
    if variant.todo:
        lines = list(_as_task(lines, kind, first, last))
    return joined([fold(line) for line in lines])


def _with_lunar(lines: list[bytes], said: str) -> list[bytes]:
    if not said:
        return lines
    place = next((no for no, line in enumerate(lines) if line.startswith(b"DESCRIPTION:")), None)
    if place is None:  # a shorter entry has none
        after = next(no for no, line in enumerate(lines) if line.startswith(b"SUMMARY:"))
        return [*lines[: after + 1], b"DESCRIPTION:" + said.encode(), *lines[after + 1 :]]
    separator = b"" if lines[place] == b"DESCRIPTION:" else b"\\n"
    return [*lines[:place], lines[place] + separator + said.encode(), *lines[place + 1 :]]


def _alarms(lines: list[bytes], variant: Variant) -> Iterator[bytes]:
    title = next(line for line in lines if line.startswith(b"SUMMARY:")).removeprefix(b"SUMMARY:")
    if title.startswith(_DONE):
        return
    # A task has no beginning that an alarm could count from, but a day it is due.
    related = b";RELATED=END" if variant.todo else b""
    for alarm in variant.alarms:
        yield b"BEGIN:VALARM"
        yield b"ACTION:DISPLAY"
        yield b"DESCRIPTION:" + title
        yield b"TRIGGER" + related + b":" + alarm.encode()
        yield b"END:VALARM"


def _as_task(lines: list[bytes], kind: str, first: date, last: date) -> Iterator[bytes]:
    """The days become the day it is due by. Its UID is another one: the event may be in a calendar beside it."""
    done = any(line.startswith(b"SUMMARY:" + _DONE) for line in lines)
    for line in lines:
        name, _, value = line.partition(b":")
        match name.partition(b";")[0]:
            case b"BEGIN" | b"END":
                yield line.replace(b"VEVENT", b"VTODO")
            case b"UID" | b"RELATED-TO":
                yield name + b":todo." + value
            case b"DTSTART":
                if first < last:
                    yield line
                yield b"DUE;VALUE=DATE:" + last.strftime("%Y%m%d").encode()
            case b"STATUS" if value != b"CANCELLED":
                yield b"STATUS:" + (b"COMPLETED" if done else b"NEEDS-ACTION")
                if done:
                    yield b"PERCENT-COMPLETE:100"
                if kind == Kind.HELD:
                    yield f"COMPLETED:{last:%Y%m%d}{_NOON}".encode()
            case b"DTEND" | b"TRANSP":
                continue
            case _:
                yield line
