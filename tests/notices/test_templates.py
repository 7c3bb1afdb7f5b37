"""The words: subjects say it all, numbers agree, long lists are cut, and a province's own templates come first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from calendars.notices import phrases
from calendars.notices.composing import compose
from calendars.notices.items import Digest, DigestLine, Item, NoticeKind
from calendars.notices.templates import KINDS, PACKAGED, PARTS, Templates
from calendars.plan.model import Text
from calendars.sequence.state import Ending, Profile
from tests.ical.cases import span
from tests.notices.cases import (
    CALLED_OFF,
    DIGEST,
    ENDED,
    ESCALATION,
    LEAD_IN,
    MOVED,
    OVERDUE,
    REMINDER,
    SCHEDULED,
    SEVERAL,
    VILLAGE_DAY,
    envelope,
)
from tests.notices.reading import body, read

TEMPLATES = Templates()
DAY = timedelta(days=1)
SUBJECTS: list[tuple[Item, str, str]] = [
    (
        REMINDER,
        "Nhắc: Đại hội Đảng bộ phường Hà Tu – mục tiêu 31/05/2020, còn 14 ngày",
        "Reminder: Grassroots congress, Phường Hà Tu – local target 31/05/2020, 14 days left",
    ),
    (
        replace(REMINDER, today=date(2020, 5, 30)),
        "Nhắc: Đại hội Đảng bộ phường Hà Tu – mục tiêu 31/05/2020, còn 1 ngày",
        "Reminder: Grassroots congress, Phường Hà Tu – local target 31/05/2020, 1 day left",
    ),
    (
        replace(REMINDER, today=date(2020, 6, 30), anchor="deadline", day=date(2020, 6, 30)),
        "Nhắc: Đại hội Đảng bộ phường Hà Tu – hạn Trung ương 30/06/2020, hôm nay",
        "Reminder: Grassroots congress, Phường Hà Tu – central deadline 30/06/2020, today",
    ),
    (
        SCHEDULED,
        "Nhắc: Đại hội Đảng bộ phường Hà Tu – lịch 18-19/05/2020, còn 1 ngày",
        "Reminder: Grassroots congress, Phường Hà Tu – scheduled for 18-19/05/2020, 1 day left",
    ),
    (
        LEAD_IN,
        "Nhắc: Đại hội Đảng bộ phường Hà Tu – Thông báo triệu tập: 20/05/2020, còn 3 ngày",
        "Reminder: Grassroots congress, Phường Hà Tu – Notice: 20/05/2020, 3 days left",
    ),
    (
        VILLAGE_DAY,
        "Nhắc: Đại hội chi bộ khu phố 1 (phường Hà Tu) – ngày chung 18/01/2020, còn 7 ngày",
        "Reminder: Cell congress, Khu phố 1 (Phường Hà Tu) – day for all 18/01/2020, 7 days left",
    ),
    (
        OVERDUE,
        "Quá hạn: Đại hội Đảng bộ phường Hà Tu – mục tiêu 31/05/2020, đã quá 3 ngày",
        "Overdue: Grassroots congress, Phường Hà Tu – local target 31/05/2020, passed 3 days ago",
    ),
    (
        replace(OVERDUE, today=date(2020, 6, 1)),
        "Quá hạn: Đại hội Đảng bộ phường Hà Tu – mục tiêu 31/05/2020, đã quá 1 ngày",
        "Overdue: Grassroots congress, Phường Hà Tu – local target 31/05/2020, passed 1 day ago",
    ),
    (
        ESCALATION,
        "Chưa phản hồi: Đại hội Đảng bộ phường Hà Tu – mục tiêu 31/05/2020, đã quá 3 ngày",
        "No answer: Grassroots congress, Phường Hà Tu – local target 31/05/2020, passed 3 days ago",
    ),
    (
        MOVED,
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – mục tiêu chuyển từ 31/05/2020 sang 10/06/2020, còn 24 ngày",
        "Change: Grassroots congress, Phường Hà Tu – local target moved from 31/05/2020 to 10/06/2020, 24 days left",
    ),
    (
        replace(MOVED, former=None),
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – mục tiêu mới 10/06/2020, còn 24 ngày",
        "Change: Grassroots congress, Phường Hà Tu – new local target 10/06/2020, 24 days left",
    ),
    (
        replace(MOVED, day=None),
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – bỏ mục tiêu 31/05/2020",
        "Change: Grassroots congress, Phường Hà Tu – local target 31/05/2020 withdrawn",
    ),
    (
        replace(SCHEDULED, kind=NoticeKind.CHANGE, former=date(2020, 4, 10)),
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – chuyển từ 10/04/2020 sang 18-19/05/2020, còn 1 ngày",
        "Change: Grassroots congress, Phường Hà Tu – moved from 10/04/2020 to 18-19/05/2020, 1 day left",
    ),
    (
        replace(SCHEDULED, kind=NoticeKind.CHANGE),
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – lịch mới 18-19/05/2020, còn 1 ngày",
        "Change: Grassroots congress, Phường Hà Tu – now scheduled for 18-19/05/2020, 1 day left",
    ),
    (
        CALLED_OFF,
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – hoãn, chưa có ngày mới (trước: 10/04/2020)",
        "Change: Grassroots congress, Phường Hà Tu – postponed, no new date yet (was 10/04/2020)",
    ),
    (
        replace(LEAD_IN, kind=NoticeKind.CHANGE, day=None, former=date(2020, 5, 20)),
        "Thay đổi: Đại hội Đảng bộ phường Hà Tu – Thông báo triệu tập: hoãn, chưa có ngày mới (trước: 20/05/2020)",
        "Change: Grassroots congress, Phường Hà Tu – Notice: postponed, no new date yet (was 20/05/2020)",
    ),
    (
        ENDED,
        "Thay đổi: Đại hội chi bộ khu phố 1 (phường Hà Tu) – đơn vị sáp nhập vào khu phố 2 từ 01/02/2020",
        "Change: Cell congress, Khu phố 1 (Phường Hà Tu) – unit merged into Khu phố 2 from 01/02/2020",
    ),
    (
        replace(ENDED, stage="", ended=Ending(date(2020, 2, 1), "dissolved")),
        "Thay đổi: Khu phố 1 (phường Hà Tu) – giải thể từ 01/02/2020",
        "Change: Khu phố 1 (Phường Hà Tu) – dissolved from 01/02/2020",
    ),
]


def subject(language: str, *items: Item, digest: Digest | None = None) -> str:
    return compose(envelope(language, *items, digest=digest), TEMPLATES).subject


def text(language: str, *items: Item, digest: Digest | None = None) -> str:
    return body(read(compose(envelope(language, *items, digest=digest), TEMPLATES).content), "plain")


def html(language: str, *items: Item, digest: Digest | None = None) -> str:
    return body(read(compose(envelope(language, *items, digest=digest), TEMPLATES).content), "html")


def test_every_kind_has_every_part_in_both_languages() -> None:
    names = {f"{language}/{kind}.{part}.j2" for language in ("vi", "en") for kind in KINDS for part in PARTS}
    assert names <= {path.relative_to(PACKAGED).as_posix() for path in PACKAGED.rglob("*.j2")}
    assert {path.name for path in (PACKAGED / "vi").iterdir()} == {path.name for path in (PACKAGED / "en").iterdir()}
    assert set(NoticeKind) <= set(KINDS)


@pytest.mark.parametrize(("item", "vi", "en"), SUBJECTS)
def test_subjects(item: Item, vi: str, en: str) -> None:
    assert subject("vi", item) == vi
    assert subject("en", item) == en


def test_subjects_of_several() -> None:
    assert subject("vi", *SEVERAL) == "Tổng hợp: 1 quá hạn, 1 nhắc, 2 thay đổi – Phường Hà Tu và 1 đơn vị khác"
    assert subject("en", *SEVERAL) == "Summary: 1 overdue, 1 reminder, 2 changes – Phường Hà Tu and 1 other unit"
    both = MOVED, replace(MOVED, anchor="deadline", day=date(2020, 7, 15), former=date(2020, 6, 30))
    assert subject("en", *both) == (
        "Changes: Grassroots congress, Phường Hà Tu – local target moved from 31/05/2020 to 10/06/2020, 24 days left; "
        "central deadline moved from 30/06/2020 to 15/07/2020, 59 days left"
    )
    assert subject("vi", *both, *both).endswith("sang 10/06/2020, còn 24 ngày và 3 ngày khác")


def test_subjects_of_digests() -> None:
    assert subject("vi", digest=DIGEST) == (
        "Tổng hợp ngày 03/06/2020: Thành phố Hạ Long – 6 quá hạn (3 chưa phản hồi), 2 sắp đến hạn, 23 đã tổ chức, "
        "1 không liên lạc được"
    )
    few = replace(DIGEST, overdue=(), silent=(), due=(), unreachable=())
    assert subject("en", digest=few) == "Summary of 03/06/2020: Thành phố Hạ Long – 23 held"
    assert subject("en", digest=replace(few, held=())).endswith("nothing new")


def test_bodies_list_the_dates_and_what_to_do() -> None:
    said = text("vi", REMINDER)
    for line in (
        "Kính gửi Văn phòng Đảng ủy phường Hà Tu,",
        "- Mục tiêu: 31/05/2020 (còn 14 ngày)",
        "- Hạn Trung ương: 30/06/2020 (còn 44 ngày)",
        "- Thông báo triệu tập: 20/05/2020 (còn 3 ngày)",
        "Báo cáo hoặc báo hoãn tại trang của đơn vị: https://lich.quang-ninh.example/units/06664",
    ):
        assert line in said.splitlines()
    assert "\n\n\n" not in said
    changed = text("en", MOVED).splitlines()
    assert "- Local target: 10/06/2020 (24 days left); was 31/05/2020" in changed
    assert "Ordered by: 400-KH/TU, 20/05/2020" in changed
    off = text("en", CALLED_OFF).splitlines()
    assert "- Scheduled: no date yet; was 10/04/2020" in off
    assert "Reason: Tạm dừng đại hội để phòng, chống dịch Covid-19" in off


def test_a_step_is_named_once() -> None:
    step = Text(vi="Thông báo triệu tập", en="Notice")
    said = text("vi", replace(LEAD_IN, lead_ins=((step, date(2020, 5, 20)),)))
    assert said.count("Thông báo triệu tập: 20/05/2020 (") == 1
    assert "Việc chuẩn bị" not in said


def test_a_day_for_all_is_named_once() -> None:
    assert text("vi", VILLAGE_DAY).count("18/01/2020 (") == 1
    late = replace(VILLAGE_DAY, kind=NoticeKind.OVERDUE, today=date(2020, 1, 20), planned=span("2020-01-25"))
    assert "- Lịch tổ chức: 25/01/2020 (còn 5 ngày)" in text("vi", late).splitlines()


@pytest.mark.parametrize(
    ("step", "vi", "en"),
    [
        (1, "Phường Hà Tu chưa", "Phường Hà Tu did"),
        (
            2,
            "Phường Hà Tu và cấp trên trực tiếp (thành phố Hạ Long) chưa",
            "Phường Hà Tu and its direct superior (Thành phố Hạ Long) did",
        ),
        (3, "Phường Hà Tu và các cấp trên (thành phố Hạ Long) chưa", "Phường Hà Tu and its superiors"),
    ],
)
def test_an_escalation_names_who_did_not_answer(step: int, vi: str, en: str) -> None:
    item = replace(ESCALATION, step=step)
    assert vi in text("vi", item)
    assert en in text("en", item)
    assert vi.removesuffix(" chưa") in html("vi", item)


def test_an_answer_is_asked_for_only_where_one_can_be_given() -> None:
    assert "xác nhận" not in text("vi", replace(OVERDUE, acknowledge_url="")).lower()
    assert "cấp trên sẽ được thông báo" in text("vi", OVERDUE)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_long_lists_are_cut(language: str) -> None:
    def lines(count: int) -> tuple[DigestLine, ...]:
        return tuple(replace(DIGEST.held[0], name=f"Xã {number}!") for number in range(count))

    digest = replace(
        DIGEST,
        held=lines(20),
        due=lines(21),
        overdue=lines(150),
        unreachable=tuple((str(number), f"Xã {number}?") for number in range(33)),
    )
    said = text(language, digest=digest)
    assert said.count("!") == 60
    assert said.count("?") == 20
    more = "dòng khác" if language == "vi" else "more"
    for shown in (said, html(language, digest=digest)):
        assert f" 1 {more}" in shown
        assert f" 130 {more}" in shown
        assert f" 0 {more}" not in shown
    many = text(language, *[REMINDER, MOVED] * 11)
    assert many.count("\n- ") == 20
    assert ("2 thông báo khác" if language == "vi" else "… and 2 more.") in many


def test_names_of_units() -> None:
    for name, parent, vi, en in (
        ("Phường Hà Tu", "Thành phố Hạ Long", "phường Hà Tu", "Phường Hà Tu"),
        ("Thôn 3", "Xã Đồng Sơn", "thôn 3 (xã Đồng Sơn)", "Thôn 3 (Xã Đồng Sơn)"),
        ("Khu phố 3", "", "khu phố 3", "Khu phố 3"),
        ("Công an tỉnh", "Tỉnh Quảng Ninh", "Công an tỉnh", "Công an tỉnh"),
    ):
        assert phrases.unit_name(Profile("1", name, "x", "2", parent)) == (vi, en)


def folder(path: Path, **templates: str) -> Templates:
    """A province's own folder with these templates of `vi`; two underscores stand for a dot."""
    (path / "vi").mkdir(parents=True)
    for name, content in templates.items():
        (path / "vi" / f"{name.replace('__', '.')}.j2").write_text(content, encoding="utf-8")
    return Templates(path)


def test_own_templates_come_first(tmp_path: Path) -> None:
    own = folder(
        tmp_path,
        reminder__subject="\ufeffTỈNH ỦY:\n {{ item.title }}\n",
        layout__txt="{% block body %}{% endblock %}Hết.",
    )
    composed = compose(envelope("vi", REMINDER), own)
    assert composed.subject == "TỈNH ỦY: Đại hội Đảng bộ phường Hà Tu"
    message = read(composed.content)
    assert body(message, "plain").endswith("Hết.\n")
    assert "<title>TỈNH ỦY: Đại hội Đảng bộ phường Hà Tu</title>" in body(message, "html")
    assert compose(envelope("en", REMINDER), own) == compose(envelope("en", REMINDER), TEMPLATES)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    sent = envelope("vi", REMINDER)
    assert compose(sent, Templates(tmp_path / "templates")) == compose(sent, TEMPLATES)


def test_own_templates_are_escaped_too(tmp_path: Path) -> None:
    own = folder(tmp_path, reminder__html="<p>{{ item.unit }}</p>")
    item = replace(REMINDER, unit=replace(REMINDER.unit, name="<b>Hà Tu</b>"))
    assert body(read(compose(envelope("vi", item), own).content), "html") == "<p>&lt;b&gt;Hà Tu&lt;/b&gt;</p>\n"


def _binary(path: Path) -> None:
    (path / "vi/reminder.txt.j2").write_bytes(b"Nh\xe1c")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Nhắc\n{% if item %}\n", "reminder.txt.j2, line 2"),
        ("Nhắc\n\n{{ item.titel }}", "reminder.txt.j2, line 3"),
        ("{{ unit }}", "reminder.txt.j2, line 1"),
        ("\n{{ 1 / 0 }}", "reminder.txt.j2, line 2"),
        ("\n{% include 'vi/none.j2' %}", "reminder.txt.j2, line 2"),
        ("{% extends 'vi/reminder.txt.j2' %}", "reminder.txt.j2"),
        ("{{ item.title.__class__.__mro__ }}", "reminder.txt.j2, line 1"),
        ("{% for x in range(10 ** 9) %}{% endfor %}", "reminder.txt.j2, line 1"),
        ("  \n", "reminder.txt.j2 says nothing"),
        (_binary, "reminder.txt.j2"),
    ],
)
def test_a_broken_own_template_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str | Callable[[Path], None], told: str
) -> None:
    own = folder(tmp_path, reminder__txt=content if isinstance(content, str) else "")
    if not isinstance(content, str):
        content(tmp_path)
    sent = envelope("vi", REMINDER)
    with caplog.at_level(logging.WARNING):
        assert compose(sent, own) == compose(sent, TEMPLATES)
        assert compose(sent, own) == compose(sent, TEMPLATES)
    assert len(caplog.messages) == 1
    assert told in caplog.messages[0]
    assert str(tmp_path / "vi") in caplog.messages[0]


def test_a_broken_layout_of_its_own_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    own = folder(tmp_path, layout__html="{% extends 'base.html.j2' %}\n{% block greeting %}{{ who }}{% endblock %}")
    sent = envelope("vi", REMINDER)
    assert compose(sent, own) == compose(sent, TEMPLATES)
    assert "layout.html.j2, line 2" in caplog.text


def test_a_mended_template_is_taken(tmp_path: Path) -> None:
    own = folder(tmp_path, reminder__subject="{{")
    sent = envelope("vi", REMINDER)
    assert compose(sent, own) == compose(sent, TEMPLATES)
    (tmp_path / "vi/reminder.subject.j2").write_text("Xin chào", encoding="utf-8")
    assert compose(sent, own).subject == "Xin chào"
