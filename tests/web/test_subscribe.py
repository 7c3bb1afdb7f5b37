"""The page of one feed: its address and QR code, its size, the steps, and which filters it has."""

from __future__ import annotations

import re
from html import unescape

import pytest

from calendars.web.qr import QUIET_ZONE, qr_code
from tests.web.stores import Filled
from tests.web.test_app import FEED, opened, text_of


async def test_one_feed_with_all_that_it_takes(filled: Filled) -> None:
    async with opened(filled.store) as http:
        page = (await http.get("/subscribe?under=193&level=commune&kind=target,deadline&lang=vi")).text
    said = text_of(unescape(page))
    address = f"{FEED}?kind=deadline,target&level=commune&under=193"
    assert f"<code>{address}</code>" in unescape(page)
    assert f'href="webcal://{address.partition("://")[2]}"' in unescape(page)
    assert "Thành phố Hạ Long và các đơn vị cấp dưới" in said
    assert "Cấp Xã, phường, thị trấn" in said
    assert "Mục trong lịch hạn Trung ương, mục tiêu" in said
    assert "2 mục, khoảng" in said
    for program in ("Google, Android", "iPhone, iPad, Mac", "Outlook", "Thunderbird"):
        assert program in said
    code = qr_code(f"webcal://{address.partition('://')[2]}")
    assert code is not None
    assert code.path in page
    assert not re.search(r"<script|\sstyle=|None", page)


async def test_an_english_reader_gets_an_english_feed(filled: Filled) -> None:
    async with opened(filled.store) as http:
        page = unescape((await http.get("/subscribe?under=193&lang=en")).text)
        alarms = text_of(unescape((await http.get("/subscribe?alarms=-PT15H&lunar=1&lang=en")).text))
    assert f"<code>{FEED}?lang=en&under=193</code>" in page
    assert "Alarms -PT15H" in alarms
    assert "Lunar days" in alarms


async def test_without_an_address_the_page_says_how_to_get_one(filled: Filled) -> None:
    async with opened(filled.store, feed_url_demo=lambda: None) as http:
        page = (await http.get("/subscribe?under=193&lang=en")).text
    assert "congress access grant 193 --role view" in page
    assert "webcal" not in page
    assert '<svg class="qr"' not in page


@pytest.mark.parametrize("detail", ["full", "compact", "minimal"])
async def test_the_size_is_known_beforehand(filled: Filled, detail: str) -> None:
    _, token = filled.grant()
    address = f"http://127.0.0.1/feeds/{token}.ics"
    async with opened(filled.store, feed_url_demo=lambda: address) as http:
        page = text_of(unescape((await http.get(f"/subscribe?detail={detail}&lang=en")).text))
        feed = await http.get(f"/feeds/{token}.ics?detail={detail}&lang=en")
    said = re.search(r"(\d+) entries, about (\d+) kB", page)
    assert said is not None, page
    assert int(said[1]) == feed.text.count("BEGIN:VEVENT")
    assert abs(int(said[2]) * 1000 - len(feed.content)) < 1500


async def test_an_empty_feed_says_what_to_do(filled: Filled) -> None:
    async with opened(filled.store) as http:
        page = text_of((await http.get("/subscribe?status=held&lang=en")).text)
    assert "0 entries" in page
    assert "With these conditions the calendar is empty now." in page


@pytest.mark.parametrize(
    ("query", "code", "sentence"),
    [
        ("?level=town&lang=en", 400, "level=town: expected"),
        ("?level=town", 400, "level=town: cần một trong số: commune, district"),
        ("?as_of=2020-02-30", 400, "as_of="),
        ("?q=x", 400, "q: không có bộ lọc này"),
        ("?under=nowhere", 404, "Không có đơn vị này"),
    ],
)
async def test_mistakes_are_named(filled: Filled, query: str, code: int, sentence: str) -> None:
    async with opened(filled.store) as http:
        answer = await http.get(f"/subscribe{query}")
    assert answer.status_code == code
    assert sentence in unescape(answer.text)


def test_a_code_is_dark_on_a_quiet_zone() -> None:
    code = qr_code("webcal://lich.example/feeds/secret.ics")
    assert code is not None
    rows = [(int(x), int(y), int(width)) for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path)]
    assert min(x for x, _, _ in rows) == min(y for _, y, _ in rows) == QUIET_ZONE
    assert max(x + width for x, _, width in rows) == code.size - QUIET_ZONE
    assert rows[0] == (QUIET_ZONE, QUIET_ZONE, 7)  # the upper edge of the first finder pattern
    assert qr_code("x" * 2000) is None
