"""The link to a unit's page in rendered entries."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from calendars.ical.linking import linking

PIECE = b"BEGIN:VEVENT\r\nUID:a@b\r\nSUMMARY:x\r\nEND:VEVENT\r\n"


@pytest.mark.parametrize("public_url", ["https://lich.example.vn", "https://lich.example.vn/"])
def test_the_address_is_that_of_the_page_and_the_line_is_folded(public_url: str) -> None:
    linked = linking(public_url)("quang-ninh-2020", "06664-01", PIECE)
    event = Calendar.from_ical(linked)
    assert str(event["URL"]) == "https://lich.example.vn/units/06664-01?campaign=quang-ninh-2020"
    assert all(len(line) <= 75 for line in linked.split(b"\r\n"))
    assert linked.startswith(PIECE.removesuffix(b"END:VEVENT\r\n"))


def test_a_code_is_no_path() -> None:
    linked = linking("https://lich.example.vn")("a", "../x?y", PIECE)
    assert b"/units/..%2Fx%3Fy?campaign=a" in linked.replace(b"\r\n ", b"")


def test_without_an_address_there_is_no_link() -> None:
    assert linking("")("a", "b", PIECE) == PIECE
