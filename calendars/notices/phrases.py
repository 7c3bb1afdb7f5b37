"""What notices say of a date, in Vietnamese and English, short enough for a subject.

The words around them are in the templates, which a province may override; these are not.
"""

from __future__ import annotations

from datetime import date

from calendars.ical import wording
from calendars.ical.wording import Wording, both
from calendars.notices.headers import one_line
from calendars.notices.items import Item, NoticeKind
from calendars.plan.model import Text
from calendars.sequence.state import Clock, Ending, Profile

SCHEDULED, LEAD_IN = "scheduled", "lead_in."
DATES = {
    Clock.DAY.value: Text(vi="ngày chung", en="day for all"),
    Clock.TARGET.value: Text(vi="mục tiêu", en="local target"),
    Clock.DEADLINE.value: Text(vi="hạn Trung ương", en="central deadline"),
    SCHEDULED: Text(vi="lịch", en="scheduled"),
}
# Names that a campaign has hundreds of: "Thôn 1" says nothing without its commune.
NAMESAKES = ("Thôn ", "Bản ", "Khu ", "Khu phố ", "Tổ dân phố ")
CALLED_OFF = Wording("hoãn, chưa có ngày mới", "postponed, no new date yet")


def text(of: Text) -> Wording:
    """A text of the plan on one line."""
    return Wording(one_line(of.vi), one_line(of.en))


def unit_name(unit: Profile) -> Wording:
    """The unit inside a sentence: "phường Hà Tu"; in English by its official name. One with namesakes carries the name
    of its superior."""
    found = inside(unit.name)
    if unit.parent_name and one_line(unit.name).startswith(NAMESAKES):
        return both("{} ({})", "{} ({})", found, inside(unit.parent_name))
    return found


def title(item: Item) -> Wording:
    """The stage of the unit, or the unit alone where the notice is about all of it."""
    if not item.stage:
        return capital(unit_name(item.unit))
    return both("{} {}", "{}, {}", text(item.stage_title), unit_name(item.unit))


def date_name(anchor: str, anchor_title: Text | None) -> Wording:
    """What a date is called before its day in a sentence; a preparatory step by its own title."""
    if anchor == SCHEDULED:
        return Wording("lịch", "scheduled for")
    known = DATES.get(anchor, anchor_title)
    return text(known) if known else Wording("ngày", "date")


def date_label(anchor: str, anchor_title: Text | None) -> Wording:
    """What a date is called at the head of a line."""
    if anchor == SCHEDULED:
        return Wording("Lịch tổ chức", "Scheduled")
    return capital(date_name(anchor, anchor_title))


def when(item: Item, day: date) -> str:
    """The day, or all the days planned from it on, as dd/mm/yyyy or dd-dd/mm/yyyy."""
    if item.anchor == SCHEDULED and item.planned and item.planned.first == day:
        return wording.dated(item.planned)
    return wording.day(day)


def left(day: date, today: date) -> Wording:
    """How far away a day is, in whole days; "hôm nay" on the day itself."""
    return days_left((day - today).days)


def days_left(days: int) -> Wording:
    """So many days ahead, or passed where they are negative."""
    if days == 0:
        return Wording("hôm nay", "today")
    if days > 0:
        return Wording(f"còn {days} ngày", f"{_days(days)} left")
    return Wording(f"đã quá {-days} ngày", f"passed {_days(-days)} ago")


def said(item: Item) -> Wording:
    """The date with the days left or passed; of a change, how it moved, or that it was called off."""
    if item.ended:
        became = ending(item.ended)
        return both("đơn vị {}", "unit {}", became) if item.stage else became
    name = date_name(item.anchor, item.anchor_title)
    if item.day is None:
        return _called_off(item, name)
    days_left = left(item.day, item.today)
    if item.kind is not NoticeKind.CHANGE:
        joint = ": " if item.anchor.startswith(LEAD_IN) else " "
        return both("{}{}{}, {}", "{}{}{}, {}", name, joint, when(item, item.day), days_left)
    new = when(item, item.day)
    if item.former is None or item.former == item.day:
        return both("{}, {}", "{}, {}", _new(item, name, new), days_left)
    old = wording.day(item.former)
    if item.anchor == SCHEDULED:
        return both("chuyển từ {} sang {}, {}", "moved from {} to {}, {}", old, new, days_left)
    joint = ": " if item.anchor.startswith(LEAD_IN) else " "
    return both("{}{}chuyển từ {} sang {}, {}", "{}{}moved from {} to {}, {}", name, joint, old, new, days_left)


def ending(ended: Ending) -> Wording:
    """What became of a unit, and from which day on."""
    on = wording.day(ended.on)
    if not ended.successor:
        return both("giải thể từ {}", "dissolved from {}", on)
    successor = inside(ended.successor_name or ended.successor)
    return both("sáp nhập vào {} từ {}", "merged into {} from {}", successor, on)


def unanswered(item: Item) -> Wording:
    """Who did not answer for what an escalation is about: the unit, and the superiors that heard of it before."""
    unit = capital(unit_name(item.unit))
    if item.step <= 1:
        return unit
    superior = inside(item.unit.parent_name) if item.unit.parent_name else Wording("", "")
    named = both(" ({})", " ({})", superior) if superior.vi else superior
    if item.step == 2:
        return both("{} và cấp trên trực tiếp{}", "{} and its direct superior{}", unit, named)
    return both("{} và các cấp trên{}", "{} and its superiors{}", unit, named)


def margins(target: int | None, deadline: int | None) -> Wording:
    """How many days before the local target and the central deadline something was held; empty without either."""
    parts = [] if target is None else [wording.margin_words(target)]
    if deadline is not None:
        parts.append(wording.deadline_margin(deadline))
    return wording.join(", ", parts)


def inside(name: str) -> Wording:
    """The name of a unit as a Vietnamese sentence writes it; in English as it is."""
    return Wording(wording.unit_name(one_line(name)).vi, one_line(name))


def capital(of: Wording) -> Wording:
    """The same at the head of a sentence."""
    return Wording(*(said[:1].upper() + said[1:] for said in of))


def _called_off(item: Item, name: Wording) -> Wording:
    was = wording.day(item.former) if item.former else ""
    if item.anchor in (Clock.TARGET, Clock.DEADLINE):
        return both("bỏ {} {}", "{} {} withdrawn", name, was) if was else both("bỏ {}", "{} withdrawn", name)
    off = both("{} (trước: {})", "{} (was {})", CALLED_OFF, was) if was else CALLED_OFF
    return both("{}: {}", "{}: {}", name, off) if item.anchor.startswith(LEAD_IN) else off


def _new(item: Item, name: Wording, day: str) -> Wording:
    if item.anchor.startswith(LEAD_IN):
        return both("{}: ngày mới {}", "{}: now {}", name, day)
    if item.anchor == SCHEDULED:
        return both("lịch mới {}", "now scheduled for {}", day)
    return both("{} mới {}", "new {} {}", name, day)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
