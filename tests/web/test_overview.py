"""The overview: its figures, its charts, the day and the part of the tree that it shows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from calendars.store.database import Store
from calendars.store.grants import Role
from calendars.web.burn_up import Band, burn_up
from calendars.web.charts import Charts, chart
from calendars.web.engine import Engine, NotDrawn
from calendars.web.margin_chart import bins, margin_chart
from calendars.web.standing import Curve, Distribution
from calendars.web.viewer import Viewer
from tests.web.campaigns import TODAY, filled_in_june, opened
from tests.web.test_app import text_of

CURVE = Curve(
    stage="grassroots_congress",
    level="commune",
    units=4,
    held=3,
    steps=((date(2020, 3, 6), 1), (date(2020, 5, 19), 3)),
    pilots=((date(2020, 3, 6), 1),),
    on=None,
    target=date(2020, 5, 31),
    deadline=date(2020, 6, 30),
)


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


def test_a_burn_up_has_the_steps_the_due_dates_and_the_bands() -> None:
    bands = [Band(date(2020, 3, 31), date(2020, 4, 22)), Band(date(2021, 1, 1), None)]
    spec = burn_up([CURVE], bands, TODAY, lambda curve: ["title"], "en")
    layers = {
        layer["mark"]["type"]: layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] != "text"
    }
    line = [(point["day"], point["y"]) for point in layers["line"]]
    # 74 pixels high, from the bottom at 74 up.
    assert line == [("2020-03-05", 74), ("2020-03-06", 55.5), ("2020-05-19", 18.5), ("2020-06-11", 18.5)]
    assert [(point["day"], point["below"]) for point in layers["area"]][-1] == ("2020-06-11", 74)
    assert [(band["day"], band["end"]) for band in layers["rect"]] == [("2020-03-31", "2020-04-23")]
    assert [(one["day"], one["y"]) for one in layers["point"]] == [("2020-03-06", 55.5)]
    kinds = {one["kind"]: one["day"] for one in layers["rule"] if "kind" in one}
    assert kinds == {"target": "2020-05-31", "deadline": "2020-06-30", "day": "2020-06-11"}


def test_the_area_ends_at_the_deadline() -> None:
    spec = burn_up([CURVE], [], date(2020, 7, 20), lambda curve: ["title"], "vi", narrow=True)
    (area,) = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "area"]
    assert area[-1]["day"] == "2020-06-30"


@pytest.mark.parametrize(
    ("counts", "width", "spans"),
    [
        (((30, 2), (31, 1)), 2, {30: 3}),
        (((-3, 1), (0, 4)), 1, {-3: 1, 0: 4}),
        (((-3, 1), (164, 7)), 10, {-10: 1, 160: 7}),
    ],
)
def test_margins_are_counted_in_spans(counts: tuple[tuple[int, int], ...], width: int, spans: dict[int, int]) -> None:
    found = Distribution("grassroots_congress", "commune", True, counts)
    assert bins([found]) == (width, [spans])
    spec = margin_chart([found], lambda one: ["title"], "vi")
    (bars,) = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "rect"]
    assert {bar["x"] for bar in bars} == set(spans)


def test_a_chart_is_drawn_once_for_as_long_as_it_says_the_same() -> None:
    asked: list[str] = []

    def draw(spec: str) -> str:
        asked.append(spec)
        return '<svg width="7" height="3" viewBox="0 0 7 3"><g role="x" aria-label="y"></g></svg>'

    charts = Charts(draw)
    first = charts.svg(chart({"mark": "point"}), "wide", "A < B", "described")
    assert first == charts.svg(chart({"mark": "point"}), "wide", "A < B", "described")
    charts.svg(chart({"mark": "bar"}), "wide", "", "")
    assert len(asked) == 2
    assert first == (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" class="wide" viewBox="0 0 7 3" width="7">'
        "<title>A &lt; B</title><desc>described</desc><g></g></svg>"
    )


def test_a_chart_that_cannot_be_drawn_is_left_out() -> None:
    engine = Engine()
    try:
        with pytest.raises(NotDrawn):
            engine.draw('{"mark": 7}')
        assert Charts(engine.draw).svg({"mark": 7}, "wide", "", "") == ""
        # The same program goes on, and another one takes its place when it ended.
        assert engine.draw('{"data": {"values": []}, "mark": "point"}').startswith("<svg")
        assert engine._program
        engine._program.kill()
        engine._program.wait()
        assert engine.draw('{"data": {"values": []}, "mark": "point"}').startswith("<svg")
    finally:
        engine.close()


def test_nothing_from_elsewhere_is_drawn() -> None:
    engine = Engine()
    try:
        with pytest.raises(NotDrawn, match="url not allowed"):
            engine.draw('{"data": {"url": "http://127.0.0.1:9/data.csv"}, "mark": "point"}')
    finally:
        engine.close()


async def test_before_anything_was_held_the_page_says_so(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        page = await http.get("/?lang=vi&as_of=2019-12-01")
    assert page.status_code == 200
    assert "3 chi bộ và đảng bộ cơ sở chưa tổ chức đại hội; còn 212 ngày" in text_of(page.text)
    assert page.text.count("<svg") == 2  # nothing is early or late yet
