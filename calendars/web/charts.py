"""Charts: Vega-Lite specifications made into SVG on the server, kept while what they show stays the same.

Whatever a chart shows, a table beside it says too. The ground is white and the ink dark in both colour schemes, as on
paper.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from html import escape
from threading import Lock, Thread
from typing import Any

from markupsafe import Markup

Spec = dict[str, Any]
Datum = dict[str, Any]

INK = "#1c1f24"
LINE = "#1d4f91"
AREA = "#c8d8ec"
BAND = "#e6e3dc"
GRID = "#e2e2e2"
GOAL = "#7a4900"
DUE = "#a5132c"
FONT = "system-ui, Segoe UI, Roboto, Noto Sans, DejaVu Sans, sans-serif"
KEPT = 256
_LOOKS = ("dx", "align", "bold", "colour")
_OPENING = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_VEGA_LITE = "6.4"


def iso(day: date) -> str:
    """A day as charts have it: midnight UTC, which no time zone moves."""
    return day.isoformat()


def chart(spec: Spec) -> Spec:
    """The specification with what all charts have in common."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 6,
        "config": {
            "font": FONT,
            "text": {"fontSize": 11.5},
            "title": {"fontSize": 12, "fontWeight": "normal", "color": INK},
            "axis": {
                "labelColor": INK,
                "labelFontSize": 11,
                "gridColor": GRID,
                "domainColor": "#777",
                "tickColor": "#777",
            },
            "view": {"stroke": None},
        },
        **spec,
    }


def texts(values: Sequence[Datum]) -> list[Spec]:
    """Layers that write each `text` where it stands, shifted by `dx` pixels, as `align`, `bold` and `colour` say."""
    looks: dict[tuple[Any, ...], list[Datum]] = {}
    for value in values:
        looks.setdefault(tuple(value[name] for name in _LOOKS), []).append(value)
    return [
        {
            "data": {"values": [{name: one[name] for name in one if name not in _LOOKS} for one in alike]},
            "mark": {
                "type": "text",
                "baseline": "middle",
                "dx": dx,
                "align": align,
                "fontWeight": "bold" if bold else "normal",
                "color": colour,
            },
            "encoding": {"text": {"field": "text"}},
        }
        for (dx, align, bold, colour), alike in looks.items()
    ]


class Charts:
    """The charts that were asked for last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def svg(self, key: Hashable, make: Callable[[], Spec], title: str, description: str, kind: str) -> Markup:
        """An element `svg` of the class `kind`, made if nobody asked for it yet. It takes the width it is given, up to
        its own.

        `key` names everything that the chart depends on, its words included.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = _named(_drawn(make()), title, description, kind)
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn


def warm() -> None:
    """Starts what draws charts in a thread of its own, so that nobody's first page waits for it."""
    Thread(target=_drawn, args=(chart({"data": {"values": []}, "mark": "point"}),), name="charts", daemon=True).start()


def _drawn(spec: Spec) -> str:
    # Loads a JavaScript engine, which commands do not need.
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))


def _named(svg: str, title: str, description: str, kind: str) -> Markup:
    """One picture for whoever listens to the page; what its parts are called would only be in the way."""
    box = _OPENING.match(svg)
    assert box, "the drawing begins with its element"
    width = box[1].split()[2]
    inner = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg[box.end() :])
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="{kind}" viewBox="{box[1]}" width="{width}" '
        f'preserveAspectRatio="xMidYMid meet"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
    )
    return Markup(opening + inner)  # noqa: S704 - made from our own specification, with its texts escaped
