"""Charts: Vega-Lite specifications made into SVG on the server, kept while what they show stays the same.

Whatever a chart shows, a table beside it says too. The ground is white and the ink dark in both colour schemes, as on
paper.
"""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from textwrap import shorten, wrap
from threading import Lock
from typing import Any

from markupsafe import Markup

from calendars.web.engine import ENGINE, NotDrawn

_log = logging.getLogger(__name__)

Spec = dict[str, Any]
Datum = dict[str, Any]

INK = "#1c1f24"
LINE = "#1d4f91"
AREA = "#c8d8ec"
BAND = "#e6e3dc"
GRID = "#e2e2e2"
GOAL = "#7a4900"
DUE = "#a5132c"
# The style sheet has the letters of the page; looking for several families takes the drawing three times as long.
FONT = "sans-serif"
KEPT = 256
# How many letters fit, as wide as most are.
BESIDE_LETTERS, ABOVE_LETTERS = 27, 48
_LOOKS = ("dx", "align", "bold", "colour")
_OPENING = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def iso(day: date) -> str:
    """A day as charts have it: midnight UTC, which no time zone moves."""
    return day.isoformat()


def chart(spec: Spec) -> Spec:
    """The specification with what all charts have in common."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 10,
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


def beside(titles: Sequence[str]) -> list[str]:
    """The lines left of a panel, long ones broken."""
    return [line for title in titles for line in wrap(title, BESIDE_LETTERS)]


def above(titles: Sequence[str]) -> list[str]:
    """The lines above a panel on a narrow screen: the second title on a line of its own, cut where it is too long."""
    first, *others = titles
    second, *rest = others or [""]
    lines = [" · ".join([first, *rest]), second]
    return [shorten(line, ABOVE_LETTERS, placeholder=" …") for line in lines if line]


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

    def __init__(self, draw: Callable[[str], str] = ENGINE.draw) -> None:
        self._draw = draw
        self._lock = Lock()
        self._kept: OrderedDict[str, str] = OrderedDict()

    def svg(self, spec: Spec, kind: str, title: str, description: str) -> Markup:
        """An element `svg` of the class `kind`, which takes the width it is given, up to its own.

        Nothing when it cannot be drawn now: the table beside it says the same.
        """
        key = json.dumps(spec, ensure_ascii=False)
        with self._lock:
            drawn = self._kept.get(key)
        if drawn is None:
            try:
                drawn = self._draw(key)
            except NotDrawn:
                _log.exception("A chart is missing on a page")
                return Markup()
        with self._lock:
            self._kept[key] = drawn
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return _named(drawn, kind, title, description)


def _named(svg: str, kind: str, title: str, description: str) -> Markup:
    """One picture for whoever listens to the page; what its parts are called would only be in the way."""
    box = _OPENING.match(svg)
    assert box, "the drawing begins with its element"
    width = box[1].split()[2]
    inner = _ROLES.sub("", svg[box.end() :])
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="{kind}" viewBox="{box[1]}" width="{width}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    )
    return Markup(opening + inner)  # noqa: S704 - made from our own specification, with its texts escaped
