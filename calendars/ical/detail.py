"""Shorter entries, for programs that refuse large feeds, and for everybody: lines are left out of rendered ones."""

from __future__ import annotations

import re
from enum import StrEnum


class Detail(StrEnum):
    """How much an entry tells. `compact` has no description and no reference, `minimal` only what every calendar
    shows: title, days, state."""

    FULL = "full"
    COMPACT = "compact"
    MINIMAL = "minimal"


def _lines(*names: str) -> re.Pattern[bytes]:
    return re.compile(rb"^(?:%s)[;:].*\n(?: .*\n)*" % "|".join(names).encode(), re.MULTILINE)


_LEFT_OUT = {
    Detail.COMPACT: _lines("DESCRIPTION", "CREATED", "RELATED-TO"),
    Detail.MINIMAL: _lines("DESCRIPTION", "CREATED", "RELATED-TO", "CATEGORIES", "COLOR", "URL"),
}
_TYPED = _lines("DESCRIPTION")


def public(piece: bytes) -> bytes:
    """A rendered entry, or several, without anything that somebody typed: results, reasons and names stand in
    descriptions and nowhere else. Lines of a description may be made to look like any other, so all of it goes."""
    return _TYPED.sub(b"", piece)


def reduced(piece: bytes, detail: Detail) -> bytes:
    """A rendered entry, or several, in this detail."""
    return piece if detail is Detail.FULL else _LEFT_OUT[detail].sub(b"", piece)
