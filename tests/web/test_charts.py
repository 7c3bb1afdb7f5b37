"""Charts: what their specifications hold, and the program that draws them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import psutil
import pytest

from calendars.web.burn_up import Band, burn_up
from calendars.web.charts import Charts, above, beside, chart
from calendars.web.engine import Engine, NotDrawn
from calendars.web.margin_chart import bins, margin_chart
from calendars.web.standing import Curve, Distribution
from tests.web.campaigns import TODAY

POINT = json.dumps({"data": {"values": []}, "mark": "point"})
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
        assert engine.draw(POINT).startswith("<svg")
        assert engine._program
        engine._program.kill()
        engine._program.wait()
        assert engine.draw(POINT).startswith("<svg")
    finally:
        engine.close()


def test_nothing_from_elsewhere_is_drawn() -> None:
    engine = Engine()
    try:
        with pytest.raises(NotDrawn, match="url not allowed"):
            engine.draw('{"data": {"url": "http://127.0.0.1:9/data.csv"}, "mark": "point"}')
    finally:
        engine.close()


def test_long_titles_are_broken_beside_a_panel_and_cut_above_it() -> None:
    titles = ["Đại hội Đảng bộ", "Xã, phường, đặc khu và tương đương", "59/59"]
    assert beside(titles) == ["Đại hội Đảng bộ", "Xã, phường, đặc khu và", "tương đương", "59/59"]
    assert above(titles) == ["Đại hội Đảng bộ · 59/59", "Xã, phường, đặc khu và tương đương"]
    (_, cut) = above(["Đại hội", "Xã, phường, đặc khu và những nơi khác có vị trí tương đương"])
    assert cut == "Xã, phường, đặc khu và những nơi khác có vị …"


def test_the_program_ends_with_whoever_asked_it_even_if_killed() -> None:
    asks = f"""
from calendars.web.engine import ENGINE
ENGINE.draw({POINT!r})
print(ENGINE._program.pid, flush=True)
input()
"""
    asking = subprocess.Popen([sys.executable, "-c", asks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert asking.stdout
    drawing = psutil.Process(int(asking.stdout.readline()))
    asking.kill()
    asking.communicate()
    psutil.wait_procs([drawing], timeout=20)
    assert not drawing.is_running()
