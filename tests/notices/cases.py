"""Envelopes of every kind in both languages, for golden messages and for looking at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from calendars.ical.entries import entries
from calendars.ical.entry import Entry, facts
from calendars.notices.digest import title_of
from calendars.notices.items import Digest, DigestLine, Envelope, FeedEntry, Item, NoticeKind, Recipient
from calendars.notices.phrases import DATES
from calendars.plan.model import Text
from calendars.sequence.state import UnitState
from tests.ical.cases import COMMUNE, COVID, DISTRICT, MERGED, PLAN, STAMP, STATES, VILLAGE, congress, span, suspended

BASE = "https://lich.quang-ninh.example"
SENDER = "Ban Tổ chức Tỉnh ủy Quảng Ninh <lich@quang-ninh.example>"
WRITTEN = datetime(2020, 5, 17, 1, 0, 5, tzinfo=UTC)
CONGRESS = PLAN.stage("grassroots_congress")
TODAY = date(2020, 5, 17)


def office(language: str) -> Recipient:
    """Who is told."""
    name = "Văn phòng Đảng ủy phường Hà Tu" if language == "vi" else "Office of the Hà Tu ward committee"
    return Recipient("c0ffee", name, "van-phong@ha-tu.example", language)


def entry_in(state: UnitState, part: str = "") -> FeedEntry:
    """The feed's entry of the commune's congress, or of its target or deadline."""
    key = f"{CONGRESS.id}/{part}" if part else CONGRESS.id
    return feed_entry(next(entry for entry in entries(PLAN, state) if entry.key == key))


def feed_entry(entry: Entry) -> FeedEntry:
    """An entry as the store keeps it."""
    return FeedEntry(entry.uid, facts(entry), STAMP.sequence, STAMP.created, STAMP.modified)


REMINDER = Item(
    kind=NoticeKind.REMINDER,
    unit=COMMUNE,
    stage=CONGRESS.id,
    stage_title=title_of(PLAN, CONGRESS.id),
    anchor="target",
    anchor_title=DATES["target"],
    day=date(2020, 5, 31),
    today=TODAY,
    target=date(2020, 5, 31),
    deadline=date(2020, 6, 30),
    lead_ins=((Text(vi="Thông báo triệu tập", en="Notice"), date(2020, 5, 20)),),
    unit_url=f"{BASE}/units/06664",
    entry=entry_in(STATES["open"], "target"),
)
OVERDUE = replace(
    REMINDER,
    kind=NoticeKind.OVERDUE,
    today=date(2020, 6, 3),
    lead_ins=(),
    acknowledge_url=f"{BASE}/acknowledge/IjA2NjY0Ig.Xs4kZQ.4bLh0TgPz1c2rV8kQyQ9s0fJ7aE",
    entry=entry_in(congress(overdue="target"), "target"),
)
ESCALATION = replace(OVERDUE, kind=NoticeKind.ESCALATION, step=1, entry=None)
MOVED = replace(
    REMINDER,
    kind=NoticeKind.CHANGE,
    day=date(2020, 6, 10),
    target=date(2020, 6, 10),
    former=date(2020, 5, 31),
    source="400-KH/TU, 20/05/2020",
    lead_ins=(),
)
CALLED_OFF = replace(
    REMINDER,
    kind=NoticeKind.CHANGE,
    anchor="scheduled",
    anchor_title=DATES["scheduled"],
    day=None,
    former=date(2020, 4, 10),
    today=date(2020, 3, 31),
    reason="Tạm dừng đại hội để phòng, chống dịch Covid-19",
    source="35-CT/TW, 30/05/2019, sec. 3",
    lead_ins=(),
    entry=entry_in(suspended(congress(postponed=span("2020-04-10", "2020-04-11")), COVID)),
)
ENDED = replace(
    CALLED_OFF,
    unit=VILLAGE,
    stage="cell_congress",
    stage_title=title_of(PLAN, "cell_congress"),
    former=date(2020, 2, 18),
    today=date(2020, 1, 20),
    reason="",
    target=None,
    deadline=None,
    ended=MERGED,
    entry=None,
)
LEAD_IN = replace(
    REMINDER,
    anchor="lead_in.notice",
    anchor_title=Text(vi="Thông báo triệu tập", en="Notice"),
    day=date(2020, 5, 20),
    entry=None,
)
SCHEDULED = replace(
    REMINDER,
    anchor="scheduled",
    anchor_title=DATES["scheduled"],
    day=date(2020, 5, 18),
    planned=span("2020-05-18", "2020-05-19"),
    entry=entry_in(STATES["scheduled"]),
)
VILLAGE_DAY = replace(
    REMINDER,
    unit=VILLAGE,
    stage="cell_congress",
    stage_title=title_of(PLAN, "cell_congress"),
    anchor="on",
    anchor_title=DATES["on"],
    day=date(2020, 1, 18),
    today=date(2020, 1, 11),
    planned=span("2020-01-18"),
    target=None,
    deadline=None,
    lead_ins=(),
    entry=None,
)
SEVERAL = (
    OVERDUE,
    replace(VILLAGE_DAY, today=OVERDUE.today, day=date(2020, 6, 17), planned=span("2020-06-17")),
    replace(MOVED, anchor="deadline", day=date(2020, 7, 15), former=date(2020, 6, 30), today=OVERDUE.today),
    replace(CALLED_OFF, today=OVERDUE.today),
)


def line(name: str, day: date, **more: object) -> DigestLine:
    """A line about the congress of a commune."""
    return DigestLine(f"066{len(name):02}", name, title_of(PLAN, CONGRESS.id), day, **more)  # type: ignore[arg-type]


_NAMES = (
    "Phường Hà Tu",
    "Phường Hà Phong",
    "Phường Hà Khánh",
    "Phường Cao Thắng",
    "Phường Bãi Cháy",
    "Phường Hùng Thắng",
)
_LATE = tuple(
    line(name, date(2020, 5, 31), anchor_title=DATES["target"], days=3, answered=number % 2 == 0)
    for number, name in enumerate(_NAMES)
)
DIGEST = Digest(
    unit=DISTRICT,
    today=date(2020, 6, 3),
    since=date(2020, 5, 27),
    held=tuple(
        line(f"Xã số {number}", date(2020, 5, 30) - timedelta(days=number % 4), margin_target=1, margin_deadline=31)
        for number in range(1, 24)
    ),
    due=(
        line("Xã Thượng Yên Công", date(2020, 6, 10), anchor_title=DATES["scheduled"], days=7),
        line("Xã Đồng Lâm", date(2020, 6, 3), anchor_title=DATES["scheduled"], days=0),
    ),
    overdue=_LATE,
    silent=tuple(one for one in _LATE if not one.answered),
    unreachable=(("06650", "Xã Đồng Sơn"),),
    totals=((title_of(PLAN, CONGRESS.id), 23, 33), (title_of(PLAN, "cell_congress"), 33, 33)),
    unit_url=f"{BASE}/units/193",
)


def envelope(language: str, *items: Item, digest: Digest | None = None, name: str = "notice") -> Envelope:
    """What is sent to the office."""
    return Envelope(
        message_id=f"{name}.{language}.4711@quang-ninh.example",
        written=WRITTEN,
        sender=SENDER,
        recipient=office(language),
        unsubscribe_url=f"{BASE}/unsubscribe/{'ImMwZmZlZSI' * 4}.{language}",
        items=items,
        digest=digest,
    )


ITEMS: dict[str, tuple[Item, ...]] = {
    "reminder": (REMINDER,),
    "overdue": (OVERDUE,),
    "escalation": (ESCALATION,),
    "change": (MOVED,),
    "several": SEVERAL,
    "reminder-lead-in": (LEAD_IN,),
    "reminder-scheduled": (SCHEDULED,),
    "reminder-village": (VILLAGE_DAY,),
    "change-called-off": (CALLED_OFF,),
    "change-ended": (ENDED,),
    "several-changes": (MOVED, replace(MOVED, anchor="deadline", day=date(2020, 7, 15), former=date(2020, 6, 30))),
}


def envelopes() -> dict[str, Envelope]:
    """Every case by name and language: `reminder.vi`."""
    found = {}
    for language in ("vi", "en"):
        for name, items in ITEMS.items():
            found[f"{name}.{language}"] = envelope(language, *items, name=name)
        found[f"digest.{language}"] = envelope(language, digest=DIGEST, name="digest")
    return found
