"""The burn-up chart as a Vega-Lite specification: for each stage the share of units that had held it, day by day.

One panel below the other on one axis of days. The area between the line and the deadline is what was achieved ahead of
it. Target, deadline and the shown day are lines that differ in their dashes and say what they are; nothing rests on
colour. All panels are layers of one view, placed here: a view of its own for each takes the drawing four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from calendars.web.charts import AREA, BAND, DUE, GOAL, GRID, INK, LINE, Datum, Spec, above, beside, chart, iso, texts
from calendars.web.standing import Curve
from calendars.web.words import Format, words

AROUND = timedelta(days=10)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Band:
    """Days on which something held for all, such as a suspension; without `last` it goes on."""

    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels: how wide the days are, how high a panel is, how much is between two, and what stands left of them."""

    width: int
    panel: int
    gap: int
    beside: int


WIDE = Size(width=640, panel=74, gap=16, beside=216)
NARROW = Size(width=290, panel=58, gap=44, beside=0)
LINE_HEIGHT = 15


@dataclass(slots=True)
class _Drawn:
    bands: list[Datum] = field(default_factory=list)
    grid: list[Datum] = field(default_factory=list)
    areas: list[Datum] = field(default_factory=list)
    lines: list[Datum] = field(default_factory=list)
    pilots: list[Datum] = field(default_factory=list)
    rules: list[Datum] = field(default_factory=list)
    texts: list[Datum] = field(default_factory=list)


def burn_up(
    curves: Sequence[Curve],
    bands: Sequence[Band],
    day: date,
    titles: Callable[[Curve], list[str]],
    language: str,
    *,
    narrow: bool = False,
) -> Spec:
    """The chart of these curves on `day`. `titles` gives the lines above or beside a panel."""
    size = NARROW if narrow else WIDE
    first, last = _domain(curves, day)
    drawn = _Drawn()
    for no, curve in enumerate(curves):
        top = no * (size.panel + size.gap)
        panel = _Panel(drawn, size, top, first, last, language, final=no == len(curves) - 1)
        panel.draw(curve, bands, day, titles(curve))
    height = max(1, len(curves)) * (size.panel + size.gap) - size.gap
    months = {"title": None, "format": "%d/%m", "tickCount": {"interval": "month", "step": 2 if narrow else 1}}
    x: dict[str, Any] = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [iso(first), iso(last)]},
        "axis": months,
    }
    y: dict[str, Any] = {"field": "y", "type": "quantitative", "scale": {"domain": [height, 0]}, "axis": None}
    dashes: dict[str, Any] = {
        "field": "kind",
        "scale": {"domain": ["on", "target", "deadline", "day"], "range": [[6, 2, 2, 2], [5, 3], [1, 0], [2, 2]]},
        "legend": None,
    }
    inks: dict[str, Any] = {
        "field": "kind",
        "scale": {"domain": ["on", "target", "deadline", "day"], "range": [INK, GOAL, DUE, INK]},
        "legend": None,
    }
    to = {"field": "end"}
    down = {"field": "below"}
    stage = {"field": "stage"}
    step = {"interpolate": "step-after"}
    layers: list[dict[str, Any]] = [
        {"data": {"values": drawn.bands}, "mark": {"type": "rect", "color": BAND}, "encoding": {"x2": to, "y2": down}},
        {"data": {"values": drawn.grid}, "mark": {"type": "rule", "color": GRID}, "encoding": {"x2": to}},
        {
            "data": {"values": drawn.areas},
            "mark": {"type": "area", "color": AREA, **step},
            "encoding": {"y2": down, "detail": stage},
        },
        {
            "data": {"values": drawn.lines},
            "mark": {"type": "line", "color": LINE, "strokeWidth": 2.2, **step},
            "encoding": {"detail": stage},
        },
        {
            "data": {"values": drawn.pilots},
            "mark": {"type": "point", "shape": "diamond", "size": 46, "fill": "white", "stroke": LINE, "opacity": 1},
        },
        {
            "data": {"values": drawn.rules},
            "mark": {"type": "rule", "strokeWidth": 1.6},
            "encoding": {"y2": down, "strokeDash": dashes, "color": inks},
        },
        *texts(drawn.texts),
    ]
    drawing = {"width": size.width, "height": height, "encoding": {"x": x, "y": y}}
    return chart({**drawing, "layer": [layer for layer in layers if layer["data"]["values"]]})


def _domain(curves: Sequence[Curve], day: date) -> tuple[date, date]:
    days = [day]
    for curve in curves:
        days += [one for one in (curve.on, curve.target, curve.deadline) if one]
        days += [one for one, _ in curve.steps[:1]]
    return min(days) - AROUND, max(days) + AROUND


class _Panel:
    """One stage, from `top` down. The `final` panel also tells what all have in common."""

    def __init__(
        self, drawn: _Drawn, size: Size, top: int, first: date, last: date, language: str, *, final: bool
    ) -> None:
        self._drawn = drawn
        self._size = size
        self._top = top
        self._base = top + size.panel
        self._first = first
        self._last = last
        self._final = final
        self._t = words(language)
        self._percent = Format(language).whole_share

    def draw(self, curve: Curve, bands: Sequence[Band], day: date, titles: list[str]) -> None:
        lines = beside(titles) if self._size.beside else above(titles)
        middle = self._top + self._size.panel / 2 - LINE_HEIGHT / 2 * (len(lines) - 1)
        first = middle if self._size.beside else self._top - 9 - LINE_HEIGHT * (len(lines) - 1)
        for no, line in enumerate(lines):
            self._text(self._first, first + LINE_HEIGHT * no, line, dx=-self._size.beside, bold=no == 0)
        for share in (0, 0.5, 1):
            here = {"day": iso(self._first), "end": iso(self._last)}
            self._drawn.grid.append({**here, "y": self._at(share)})
            self._text(self._first, self._at(share), self._percent(share), dx=-5, align="right")
        self._suspended(bands)
        self._held(curve, day)
        left = self._last - AROUND == curve.deadline
        self._line("on", curve.on, self._t.chart_on, left=False)
        self._line("target", curve.target, self._t.chart_target, left=True)
        self._line("deadline", curve.deadline, self._t.chart_deadline, left=left)
        self._drawn.rules.append({"day": iso(day), "y": self._top, "below": self._base, "kind": "day"})
        if self._final:
            self._text(day, self._base - 7, f"{self._t.chart_day} {day:%d/%m}", dx=4, bold=True)

    def _suspended(self, bands: Sequence[Band]) -> None:
        for band in bands:
            end = band.last + DAY if band.last else self._last
            if band.first < self._last and end > self._first:
                days = {"day": iso(max(band.first, self._first)), "end": iso(min(end, self._last))}
                self._drawn.bands.append({**days, "y": self._top, "below": self._base})
                if self._final:
                    self._text(max(band.first, self._first), self._top + 9, self._t.chart_freeze, dx=3)

    def _held(self, curve: Curve, day: date) -> None:
        points = [(one, count / curve.units) for one, count in curve.steps]
        begin = (points[0][0] if points else day) - DAY
        line = [(begin, 0.0), *points, (day, curve.held / curve.units)]
        self._drawn.lines += [{"day": iso(at), "y": self._at(share), "stage": curve.stage} for at, share in line]
        due = curve.deadline or curve.target
        if due is not None:
            ahead = [point for point in line if point[0] <= due]
            if ahead and day > due:
                ahead.append((due, ahead[-1][1]))
            self._drawn.areas += [
                {"day": iso(at), "y": self._at(share), "below": self._base, "stage": curve.stage} for at, share in ahead
            ]
        for at, count in curve.pilots:
            self._drawn.pilots.append({"day": iso(at), "y": self._at(count / curve.units)})
        if curve.pilots:
            at, count = curve.pilots[0]
            self._text(at, self._at(count / curve.units) - 12, self._t.chart_pilots, dx=-4, align="right")

    def _line(self, kind: str, day: date | None, text: str, *, left: bool) -> None:
        if day is None:
            return
        self._drawn.rules.append({"day": iso(day), "y": self._top, "below": self._base, "kind": kind})
        colour = {"target": GOAL, "deadline": DUE}.get(kind, INK)
        place: dict[str, Any] = {"dx": -4, "align": "right"} if left else {"dx": 4}
        self._text(day, self._top + (21 if kind == "target" else 9), f"{text} {day:%d/%m}", colour=colour, **place)

    def _text(
        self,
        day: date,
        y: float,
        text: str,
        *,
        dx: int = 0,
        align: str = "left",
        bold: bool = False,
        colour: str = INK,
    ) -> None:
        words_at = {"day": iso(day), "y": y, "text": text}
        self._drawn.texts.append({**words_at, "dx": dx, "align": align, "bold": bold, "colour": colour})

    def _at(self, share: float) -> float:
        return round(self._base - share * self._size.panel, 2)
