"""The distribution of margins as a Vega-Lite specification: how many units were how many days early.

One panel of bars for each stage, on one axis of days before (+) or after (-) the due day, which is a line of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from calendars.web.charts import DUE, INK, LINE, Datum, Spec, above, beside, chart, texts
from calendars.web.standing import Distribution
from calendars.web.words import Format, words

WIDTH, BESIDE = 640, 216
NARROW_WIDTH = 290
PANEL, GAP, NARROW_GAP = 46, 24, 52
LINE_HEIGHT = 15
BARS = 26
LABELLED = 5
STEPS = (1, 2, 5, 10, 20, 50, 100)


def bins(found: Sequence[Distribution]) -> tuple[int, list[Counter[int]]]:
    """How many days go together, and for each stage how many units fall into which of these spans, by its first day."""
    margins = [margin for one in found for margin, _ in one.counts]
    reach = max([0, *margins]) - min([0, *margins])
    width = next((step for step in STEPS if reach / step <= BARS), STEPS[-1])
    counted = []
    for one in found:
        spans: Counter[int] = Counter()
        for margin, count in one.counts:
            spans[margin // width * width] += count
        counted.append(spans)
    return width, counted


def margin_chart(
    found: Sequence[Distribution], titles: Callable[[Distribution], list[str]], language: str, *, narrow: bool = False
) -> Spec:
    """The chart. `titles` gives the lines above or beside a panel."""
    t, f = words(language), Format(language)
    gap = NARROW_GAP if narrow else GAP
    width, counted = bins(found)
    starts = [start for spans in counted for start in spans]
    first, last = min([0, *starts]) - width, max([0, *starts]) + 2 * width
    bars: list[Datum] = []
    labels: list[Datum] = []
    rules: list[Datum] = []
    zero: list[Datum] = []

    def say(
        x: float, y: float, text: str, *, dx: int = 0, align: str = "left", bold: bool = False, colour: str = INK
    ) -> None:
        labels.append({"x": x, "y": y, "text": text, "dx": dx, "align": align, "bold": bold, "colour": colour})

    for no, (one, spans) in enumerate(zip(found, counted, strict=True)):
        top = no * (PANEL + gap) + 12
        base = top + PANEL - 12
        most = max(spans.values())
        lines = above(titles(one)) if narrow else beside(titles(one))
        height_of = LINE_HEIGHT * (len(lines) - 1)
        at = top - 22 - height_of if narrow else base - 15 - height_of / 2
        for line, title in enumerate(lines):
            say(first, at + LINE_HEIGHT * line, title, dx=0 if narrow else -BESIDE, bold=line == 0)
        for start, count in sorted(spans.items()):
            bars.append({"x": start, "end": start + width, "y": base - (PANEL - 12) * count / most, "base": base})
        for start, count in spans.most_common(LABELLED):
            say(start + width / 2, base - (PANEL - 12) * count / most - 7, f.number(count), align="center")
        rules.append({"x": first, "end": last, "y": base})
        zero.append({"x": 0, "y": top - 8, "base": base})
    height = len(found) * (PANEL + gap) - gap
    say(0, height - PANEL + 6, t.chart_due, dx=4, colour=DUE)
    x: dict[str, Any] = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [first, last], "nice": False, "zero": False},
        "axis": {"title": t.chart_margins, "labelExpr": "(datum.value > 0 ? '+' : '') + datum.label", "grid": False},
    }
    y: dict[str, Any] = {"field": "y", "type": "quantitative", "scale": {"domain": [height, 0]}, "axis": None}
    base_of, end = {"field": "base"}, {"field": "end"}
    return chart(
        {
            "width": NARROW_WIDTH if narrow else WIDTH,
            "height": height,
            "encoding": {"x": x, "y": y},
            "layer": [
                {
                    "data": {"values": bars},
                    "mark": {"type": "rect", "color": LINE, "stroke": "white"},
                    "encoding": {"x2": end, "y2": base_of},
                },
                {
                    "data": {"values": rules},
                    "mark": {"type": "rule", "color": "#777"},
                    "encoding": {"x2": end},
                },
                {
                    "data": {"values": zero},
                    "mark": {"type": "rule", "color": DUE, "strokeWidth": 2},
                    "encoding": {"y2": base_of},
                },
                *texts(labels),
            ],
        }
    )
