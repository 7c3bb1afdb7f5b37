"""The text below an entry's title: its days, what they were moved from, its due days and their sources, its results.

Of a gate it says one word: counts and names change with every report below, and each change would be an update.
"""

from __future__ import annotations

from datetime import date

from calendars.ical import wording
from calendars.ical.subject import Subject
from calendars.ical.wording import GATE_WORDS, Wording, both, join
from calendars.plan.model import Due, Plan
from calendars.plan.sources import citation
from calendars.sequence.state import Clock, Gate, Pin, UnitState
from calendars.sequence.status import margins, opens_on, suspensions


def description(subject: Subject) -> Wording:
    """The same for the days of the stage, its target and its deadline."""
    stage, now, plan = subject.stage, subject.now, subject.plan
    lines = _days(subject)
    span = now.held or now.scheduled
    if stage.on:
        said = _pinned(plan, wording.day(stage.on), now.pins.get(Clock.DAY))
        lines.append(both("Ngày chung: {}", "One day for all: {}", said))
    if not now.held and not stage.on and (opens := opens_on(stage, subject.profile)):
        lines.append(both("Được tổ chức từ: {}", "May be held from: {}", wording.day(opens)))
    target, deadline = margins(stage, span) if span else (None, None)
    if stage.target:
        due = _due(plan, stage.target, target, now.pins.get(Clock.TARGET))
        lines.append(both("Mục tiêu: {}", "Local target: {}", due))
    if stage.deadline:
        due = _due(plan, stage.deadline, deadline, now.pins.get(Clock.DEADLINE))
        lines.append(both("Hạn Trung ương: {}", "Central deadline: {}", due))
    if gate := _gate(subject):
        lines.append(both("Điều kiện ở cấp dưới: {}", "Gate: {}", GATE_WORDS[gate]))
    if now.results:
        lines.append(both("Kết quả: {}", "Results: {}", wording.results(stage, now.results)))
    return join("\n", lines)


def _days(subject: Subject) -> list[Wording]:
    now = subject.now
    if former := subject.put_off:
        was = wording.dated(former)
        said = both("Hoãn: trước là {}, chưa có ngày mới", "Postponed: was {}, no new date yet", was)
        suspended = _suspension(subject.plan, subject.state, now.taken)
        if suspended is None and now.put_off:
            suspended = both("Lý do: {}", "Reason: {}", now.put_off)
        return [said, suspended] if suspended else [said]
    lines = []
    if now.held:
        lines.append(both("Đã tổ chức: {}", "Held: {}", wording.dated(now.held)))
    elif now.scheduled:
        lines.append(both("Lịch: {}", "Scheduled: {}", wording.dated(now.scheduled)))
    if now.postponed and now.postponed not in (now.held, now.scheduled):
        lines.append(both("Chuyển từ: {}", "Moved from: {}", wording.dated(now.postponed)))
    return lines


def _suspension(plan: Plan, state: UnitState, freeze: str) -> Wording | None:
    """The freeze that took the former days, with its reason; None where people put them off."""
    one = next((one for one in suspensions(state, date.max) if one.id == freeze), None)
    if one is None:
        return None
    until = Wording("khi có thông báo mới", "further notice") if one.last is None else wording.day(one.last)
    said = both("Tạm dừng: từ {} đến {}", "Suspended: from {} until {}", wording.day(one.first), until)
    reason = citation(one.reason, plan.instruments)
    return both("{} ({})", "{} ({})", said, reason) if reason else said


def _gate(subject: Subject) -> Gate | None:
    """How the gate stands; None where there is none. Of a stage that was held only what has been said is known."""
    if subject.state.rules.gate(subject.stage.id) is None:
        return None
    gate = subject.now.gate or Gate.CLOSED
    return None if subject.now.held and gate is Gate.CLOSED else gate


def _due(plan: Plan, due: Due, margin: int | None, pin: Pin | None) -> Wording:
    said = Wording(wording.day(due.date), wording.day(due.date))
    if margin is not None:
        said = join(", ", [said, wording.margin_words(margin)])
    if pin:
        return _pinned(plan, said, pin)
    source = wording.source(plan, due)
    return both("{} ({})", "{} ({})", said, source) if source else said


def _pinned(plan: Plan, said: Wording | str, pin: Pin | None) -> Wording:
    if pin is None:
        return both("{}", "{}", said)
    reason = citation(pin.reason, plan.instruments) or ""
    if pin.instead_of is None:
        return both(
            "{}; ngày riêng của đơn vị ({}), kế hoạch không đặt ngày",
            "{}; the unit's own day ({}), the plan sets none",
            said,
            reason,
        )
    return both(
        "{}; ngày riêng của đơn vị ({}) thay cho {} của kế hoạch",
        "{}; the unit's own day ({}) instead of the plan's {}",
        said,
        reason,
        wording.day(pin.instead_of.date),
    )
