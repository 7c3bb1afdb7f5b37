"""The overview: its figures, its charts, the day and the part of the tree that it shows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from calendars.sequence.facts import Scheduled
from calendars.store.database import Store
from calendars.store.grants import Role
from calendars.web.viewer import Viewer
from tests.web.campaigns import GRASSROOTS, filled_in_june, opened
from tests.web.test_app import text_of


async def test_the_sentence_and_the_tables(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        vi, en = [text_of((await http.get("/", params={"lang": language})).text) for language in ("vi", "en")]
    assert "Đến hết ngày 11/06/2020, 66,7 % (2/3) chi bộ và đảng bộ cơ sở đã tổ chức đại hội" in vi
    assert "Đại hội tạm dừng từ 31/03/2020 đến 22/04/2020: Covid-19" in vi
    assert "Quá hạn 1 Xã Tân Bình (Huyện Đầm Hà) : Đại hội Đảng bộ, 11 ngày sau ngày 31/05/2020" in vi
    assert "direct ≥ 75% 100% ✓ met" in en
    # The tables behind the charts.
    assert "Grassroots congress (Commune level) 19/05/2020 1/2 50%" in en
    assert "Grassroots congress (Commune level) +40 … +49 1" in en


async def test_another_day_changes_everything(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        answer = await http.get("/?lang=en&as_of=2020-01-18")
    page = text_of(answer.text)
    assert "As of 18/01/2020, 33.3% (1/3) of cells and grassroots organisations have held their congress" in page
    assert "No unit is overdue." in page
    assert "Congresses suspended" not in page
    assert "shown day 18/01" in page
    assert "direct ≥ 75% nothing reported" in page
    assert '<a href="/?lang=en&amp;as_of=2020-01-17" rel="prev"' in answer.text
    assert '<a href="/?lang=en&amp;as_of=2020-01-19" rel="next"' in answer.text
    assert '<a href="/?lang=en">Back to today (11/06)</a>' in answer.text


async def test_what_was_to_come_on_a_past_day(store: Store) -> None:
    """Plans that changed afterwards, and those that nobody knew yet."""
    filled = filled_in_june(store)
    filled.take("06664", Scheduled(date(2020, 5, 4), GRASSROOTS, date(2020, 5, 16), date(2020, 5, 17)))
    async with opened(store) as http:
        before, after, today = [
            text_of((await http.get("/", params={"lang": "en", "as_of": day})).text)
            for day in ("2020-05-03", "2020-05-10", "2020-06-11")
        ]
    assert "16/05/2020 – 17/05/2020 Grassroots congress : is held, Phường Hà Tu" in after
    assert "17/05/2020" not in before
    assert "16/05/2020" not in today
    assert "18/06/2020" in today
    assert "18/06/2020" not in after


async def test_the_form_for_the_day_keeps_what_the_address_says(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        page = (await http.get("/?lang=en&under=193&as_of=2020-06-10")).text
        empty = await http.get("/?as_of=&under=193&lang=en")
    (form,) = re.findall(r'<form class="day".*?</form>', page, re.DOTALL)
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [("under", "193"), ("lang", "en")]
    assert 'type="date" name="as_of" value="2020-06-10" min="2019-12-01" max="2020-06-11"' in form
    # The day after is today, which needs no date in the address.
    assert '<a href="/?lang=en&amp;under=193" rel="next"' in form
    assert "As of the end of 11/06/2020" in text_of(empty.text)


async def test_a_part_of_the_tree(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        page = text_of((await http.get("/?lang=en&under=193")).text)
        assert "By 19/05/2020, 100% of cells and grassroots organisations had held their congress" in page
        assert "Thành phố Hạ Long has not held its congress yet; 81 days left" in page
        assert "Tân Bình" not in page
        assert (await http.get("/?under=999")).status_code == 404
        assert (await http.get("/?under=")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/report", "/compare", "/compare?what=units", "/compare?what=releases"])
async def test_whoever_sees_a_district_sees_its_figures_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    filled_in_june(store)
    monkeypatch.setattr("calendars.web.pages.frame.LOCAL", Viewer("test", Role.VIEW, "193"))
    async with opened(store) as http:
        page = text_of((await http.get(path)).text)
        refused = [(await http.get(f"/{name}?under=200")).status_code for name in ("", "report", "report.xlsx")]
        compared = await http.get("/compare?what=units&a=193&b=200&lang=en")
    assert not re.search("Đầm Hà|Tân Bình", page)
    assert refused == [404, 404, 404]
    assert compared.status_code == 400
    assert "Đầm Hà" not in compared.text


async def test_charts_stand_in_the_page_without_styles_and_named(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        html = (await http.get("/?lang=vi")).text
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert [re.findall(r'class="(wide|narrow)"', one)[0] for one in drawings] == ["wide", "narrow"] * 2
    for one in drawings:
        assert 'role="img"' in one
        assert "<title>" in one
        assert "<desc>" in one
        assert not re.search(r"\sstyle=|<style|<script|aria-|href|url\(", one)
    for words in ("mục tiêu 31/05", "hạn TW 30/06", "ngày xem 11/06", "tạm dừng", "Đại hội chi bộ"):
        assert words in drawings[0]


async def test_before_anything_was_held_the_page_says_so(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        page = await http.get("/?lang=vi&as_of=2019-12-01")
    assert page.status_code == 200
    assert "3 chi bộ và đảng bộ cơ sở chưa tổ chức đại hội; còn 212 ngày" in text_of(page.text)
    assert page.text.count("<svg") == 2  # nothing is early or late yet
