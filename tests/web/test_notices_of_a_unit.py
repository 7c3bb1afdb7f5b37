"""What the page of a unit says of notices: what, to which office, with which outcome, and nobody's address."""

from __future__ import annotations

from typing import Any

import pytest

from calendars.store.grants import Role
from calendars.store.schema import outbox
from calendars.web.pages import frame
from calendars.web.pages.unit import without_addresses
from calendars.web.viewer import Viewer
from tests.store.test_contacts import notice
from tests.web.stores import Filled
from tests.web.test_app import opened, text_of
from tests.web.test_notices import ID, ROW, write

CONGRESS = "grassroots_congress"


def put(filled: Filled, *rows: dict[str, Any]) -> None:
    """Notices to the ward's secretary."""
    write(filled.store, ROW)
    given = {"campaign": filled.plan.campaign, "contact": ID}
    with filled.store.writing() as connection:
        connection.execute(outbox.insert(), [{**row, **given} for row in rows])


async def shown(filled: Filled, query: str = "") -> str:
    async with opened(filled.store) as http:
        return text_of((await http.get(f"/units/06664{query}")).text)


async def test_sent_planned_refused_and_withdrawn(filled: Filled) -> None:
    refused = notice(ROW, "refused", 3, "550 5.1.1 <bi-thu@example.org>: no such user")
    planned = notice(ROW, "planned", 4) | {"settled": None, "kind": "overdue"}
    put(filled, notice(ROW, "sent", 1), notice(ROW, "withdrawn", 2, "held"), refused, planned)
    vi, en = [await shown(filled, f"?lang={language}") for language in ("vi", "en")]
    assert "Nhắc việc Đại hội Đảng bộ 31/05/2020 bí thư đã gửi 04/05/2020 08:03" in vi
    assert "Reminder Grassroots congress 31/05/2020 secretary sent 04/05/2020 08:03" in en
    assert "withdrawn 04/05/2020 08:04 held" in en
    assert "refused 04/05/2020 08:05 550 5.1.1 …: no such user" in en
    assert "Overdue Grassroots congress 31/05/2020 secretary planned 04/05/2020 08:02" in en
    assert "bi-thu" not in vi + en
    assert "Bí thư Đảng ủy" not in vi + en  # the contact's name


async def test_a_notice_is_shown_from_the_day_of_its_event_on(filled: Filled) -> None:
    filled.hold("06664", CONGRESS, "2020-05-18")
    put(filled, notice(ROW, "sent", 1) | {"event": 2})
    assert "đã gửi 04/05/2020" in await shown(filled, "?lang=vi")
    assert "đã gửi 04/05/2020" not in await shown(filled, "?lang=vi&as_of=2020-05-17")


async def test_a_superior_beyond_the_scope_stays_unnamed(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    put(filled, notice(ROW, "sent", 1) | {"kind": "escalation", "recipient": "193"})
    assert "Escalation Grassroots congress 31/05/2020 Thành phố Hạ Long, secretary sent" in await shown(
        filled, "?lang=en"
    )
    monkeypatch.setattr(frame, "LOCAL", Viewer("Bà Lan", Role.VIEW, "06664"))
    seen = await shown(filled, "?lang=en")
    assert "Escalation Grassroots congress 31/05/2020 a superior sent" in seen
    assert "Thành phố Hạ Long" not in seen


async def test_without_notices_the_page_says_what_makes_them(filled: Filled) -> None:
    assert "Chưa có thông báo nào về đơn vị này." in await shown(filled, "?lang=vi")
    assert "Add contacts from a file" in await shown(filled, "?lang=en")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("550 <a.b@c.vn>: no", "550 …: no"),
        ("a@b rejected, c@d too", "… rejected, … too"),
        ("550 <no> such user", "550 <no> such user"),
        ("mailto:x@y.vn", "mailto:…"),
    ],
)
def test_addresses_are_left_out(said: str, shown: str) -> None:
    assert without_addresses(said) == shown
