"""Suspensions as entries of the unit they were ordered for: the days on which it and all below it hold nothing."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.ical import wording
from calendars.ical.entry import COLORS, KIND_WORDS, Entry, Kind, uid_of_freeze
from calendars.ical.wording import Wording, both, join
from calendars.plan.model import Plan
from calendars.plan.sources import citation
from calendars.sequence.state import Profile, Span, Status, Suspension, UnitState


def freezes(plan: Plan, state: UnitState, profile: Profile) -> Iterator[Entry]:
    """The suspensions ordered for the unit, in the order of their orders; one that was lifted before it began is none.

    While nobody has said until when it lasts, it covers the rest of the campaign.
    """
    for one in state.freezes:
        if one.under == profile.code and (one.last is None or one.last >= one.first):
            yield _entry(plan, profile, one)


def _entry(plan: Plan, profile: Profile, one: Suspension) -> Entry:
    levels = Wording.of(plan.level_titles.get(profile.level), profile.level)
    return Entry(
        key=f"-frozen/{one.id}",
        uid=uid_of_freeze(plan.campaign, profile.code, one.id),
        stage="",
        level=profile.level,
        kind=Kind.FREEZE,
        status=Status.SCHEDULED,
        confirmation="CONFIRMED",
        first=one.first,
        last=one.last or max(one.first, plan.until),
        summary=_summary(plan, profile, one).cleaned(),
        description=_description(plan, one).cleaned(),
        categories=(levels.cleaned(), KIND_WORDS[Kind.FREEZE]),
        color=COLORS[Kind.FREEZE],
        transparent=True,
        follows="",
    )


def _summary(plan: Plan, profile: Profile, one: Suspension) -> Wording:
    name = wording.full_name(plan, profile)
    if one.last is None:
        first = f"{one.first:%d/%m}"
        return both(
            "⏸ Tạm dừng đại hội {}: từ {} đến khi có thông báo mới",
            "⏸ Congresses suspended, {}: from {} until further notice",
            name,
            first,
        )
    span = wording.days(Span(one.first, one.last))
    return both("⏸ Tạm dừng đại hội {}: {}", "⏸ Congresses suspended, {}: {}", name, span)


def _description(plan: Plan, one: Suspension) -> Wording:
    until = Wording("khi có thông báo mới", "further notice") if one.last is None else wording.day(one.last)
    lines = [
        both("Tạm dừng: từ {} đến {}", "Suspended: from {} until {}", wording.day(one.first), until),
        both("Áp dụng cho đơn vị này và các đơn vị bên dưới.", "For this unit and all units below it."),
    ]
    if reason := citation(one.reason, plan.instruments):
        lines.append(both("Lý do: {}", "Reason: {}", reason))
    return join("\n", lines)
