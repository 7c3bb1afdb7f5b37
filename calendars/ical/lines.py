"""Content lines of RFC 5545: text made safe for every calendar program, escaped, and folded by octets.

Values and parameters are icalendar's own types. Two things of icalendar 7.3 are replaced: its TEXT turns a literal
`\\N` into a line break, and its folding walks every character, which costs more than all the rest of an event.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from icalendar import vText
from icalendar.parser import Contentline, Parameters

LINE_OCTETS = 75  # RFC 5545 3.1, the line break not counted
NO_PARAMETERS = Parameters()

# Control characters but TAB and LF, the line breaks that only Unicode knows, and halves of surrogate pairs: each of
# them makes some calendar program cut a text short or refuse the whole feed.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """The text in NFC, with LF as its only line break and without characters that break calendar programs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", _UNSAFE.sub("", text))


class SafeText(vText):
    """A TEXT value whose escaping (RFC 5545 3.3.11) loses nothing. The text is `clean` already."""

    def to_ical(self) -> bytes:
        """The escaped value as it stands in the line."""
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def text_line(name: str, text: str, parameters: Parameters = NO_PARAMETERS) -> bytes:
    """A folded line with a TEXT value; the text is `clean` already."""
    return line(name, SafeText(text), parameters)


def line(name: str, value: Any, parameters: Parameters = NO_PARAMETERS) -> bytes:
    """A folded line, without its line break, with a value of one of icalendar's types."""
    return fold(Contentline.from_parts(name, parameters, value).encode())


@lru_cache(maxsize=4096)
def common_line(name: str, value: str, parameter: str = "") -> bytes:
    """A line that many entries share, from a value that needs no escaping and at most one parameter `NAME=value`."""
    return fold(f"{name}{';' if parameter else ''}{parameter}:{value}".encode())


def fold(octets: bytes) -> bytes:
    """Folds a line so that no part is longer than 75 octets.

    Never inside a UTF-8 character; next to a space or after a backslash only where a part holds nothing else.
    """
    if len(octets) <= LINE_OCTETS:
        return octets
    parts = []
    start, room = 0, LINE_OCTETS
    while len(octets) - start > room:
        cut = start + room
        while cut > start and (_inside_character(octets, cut) or octets[cut - 1] in b" \\" or octets[cut] == 0x20):
            cut -= 1
        if cut == start:
            cut = start + room
            while _inside_character(octets, cut):
                cut -= 1
        parts.append(octets[start:cut])
        start, room = cut, LINE_OCTETS - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts)


def _inside_character(octets: bytes, place: int) -> bool:
    return octets[place] & 0xC0 == 0x80


def joined(lines: list[bytes]) -> bytes:
    """Lines with their line breaks."""
    return b"\r\n".join(lines) + b"\r\n"
