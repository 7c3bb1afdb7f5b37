"""QR codes for the camera of a phone, ready to be drawn as one SVG path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno

QUIET_ZONE = 4  # modules around the code, as ISO 18004 asks
CODES_KEPT = 256
MOST_OCTETS = 1200  # beyond it the modules get too small for a phone that looks at a screen


@dataclass(frozen=True, slots=True)
class Code:
    """A code of so many modules across, its margin included, and the path of its dark ones."""

    size: int
    path: str


@lru_cache(CODES_KEPT)
def qr_code(text: str) -> Code | None:
    """The code of a text; None for a text that is too long."""
    if len(text.encode()) > MOST_OCTETS:
        return None
    code = segno.make(text, error="m", micro=False)
    runs = []
    for y, line in enumerate(code.matrix_iter(border=QUIET_ZONE)):
        x = 0
        for dark, modules in groupby(line):
            width = len(list(modules))
            if dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return Code(len(code.matrix) + 2 * QUIET_ZONE, "".join(runs))
