"""Sources: how a plan says which instrument, or else which other text, a rule comes from.

A source whose first word (up to a space, comma or semicolon) is a key of `instruments` cites that instrument; what
follows is the place in it: `directive-35 art. 4`. Everything else is free text: `newspaper article of 2020-06-11`,
`plo.vn 903932`, any URL.

Where a stage's target or deadline comes from must not be misspelt: there a first word that is written like a key has to
be one. It is written so when it begins with a small letter, is made of small letters, digits, `-` and `_`, and has at
least one that is no letter: `directive-53`, `plan308`, but neither `plan 308` nor `35-CT/TW`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from calendars.plan.model import Instrument

_FIRST_WORD = re.compile(r"[^\s,;]*")
_LIKE_A_KEY = re.compile(r"(?=[a-z]+[0-9_-])[a-z0-9_-]+")


def cited_key(source: str, instruments: Collection[str]) -> str | None:
    """The first word of a source if it is, or is written like, a key of `instruments`; None for free text."""
    match = _FIRST_WORD.match(source)
    word = match.group() if match else ""
    return word if word in instruments or _LIKE_A_KEY.fullmatch(word) else None


def citation(source: str | None, instruments: Mapping[str, Instrument]) -> str | None:
    """A source as people cite it: `directive-35 art. 4` becomes "35-CT/TW, 30/05/2019, art. 4"; free text stays.

    The date belongs to the citation because the numbers of instruments restart with every tenure.
    """
    if source is None:
        return None
    key = cited_key(source, instruments)
    if key is None or key not in instruments:
        return source
    instrument = instruments[key]
    place = source[len(key) :].lstrip(" ,;\t\n")
    cited = f"{instrument.number}, {instrument.date:%d/%m/%Y}"
    if not place:
        return cited
    return f"{cited} {place}" if place.startswith("(") else f"{cited}, {place}"
