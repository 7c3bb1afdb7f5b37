"""What a unit leaves behind when it ends: where to look from that day on, and what was called off with it."""

from __future__ import annotations

from dataclasses import replace

from calendars.ical import wording
from calendars.ical.entry import COLOR_CANCELLED, COLORS, Entry, Kind, uid_of_ending
from calendars.ical.wording import STATUS_WORDS, Wording, both, join
from calendars.plan.model import Plan
from calendars.plan.sources import citation
from calendars.sequence.state import Ending, Profile, Status

MARKS = "⏳⚠⏸📋▶✓ "


def called_off(entry: Entry) -> Entry:
    """What the unit will not hold any more: programs that know no STATUS show the word before the title."""
    status = STATUS_WORDS[Status.ENDED]
    return replace(
        entry,
        status=Status.ENDED,
        confirmation="CANCELLED",
        summary=both("ĐÃ HUỶ: {}", "CANCELLED: {}", Wording(*(text.lstrip(MARKS) for text in entry.summary))),
        categories=(entry.categories[0], status, *entry.categories[2:]),
        color=COLOR_CANCELLED,
        transparent=True,
    )


def pointer(plan: Plan, profile: Profile, ended: Ending) -> Entry:
    """The entry on the day from which the unit is no more."""
    levels = Wording.of(plan.level_titles.get(profile.level), profile.level)
    return Entry(
        key="-ended",
        uid=uid_of_ending(plan.campaign, profile.code),
        stage="",
        level=profile.level,
        kind=Kind.ENDED,
        status=Status.ENDED,
        confirmation="CONFIRMED",
        first=ended.on,
        last=ended.on,
        summary=_summary(plan, profile, ended).cleaned(),
        description=_description(plan, ended).cleaned(),
        categories=(levels.cleaned(), STATUS_WORDS[Status.ENDED]),
        color=COLORS[Kind.ENDED],
        transparent=True,
        follows="",
    )


def _summary(plan: Plan, profile: Profile, ended: Ending) -> Wording:
    name = wording.full_name(plan, profile)
    name = Wording(*(text[:1].upper() + text[1:] for text in name))
    on = wording.day(ended.on)
    if not ended.successor:
        return both("{}: giải thể từ {}", "{}: dissolved from {}", name, on)
    return both("{}: sáp nhập vào {} từ {}", "{}: merged into {} from {}", name, _successor(ended), on)


def _description(plan: Plan, ended: Ending) -> Wording:
    lines = [both("Những gì đã tổ chức vẫn còn trong lịch này.", "What was held stays in this calendar.")]
    if ended.successor:
        lines.append(
            both(
                "Việc tiếp theo: xem lịch của {} ({}).",
                "What follows: see the calendar of {} ({}).",
                _successor(ended),
                ended.successor,
            )
        )
    if reason := citation(ended.reason, plan.instruments):
        lines.append(both("Lý do: {}", "Reason: {}", reason))
    return join("\n", lines)


def _successor(ended: Ending) -> Wording:
    return (
        wording.unit_name(ended.successor_name) if ended.successor_name else Wording(ended.successor, ended.successor)
    )
