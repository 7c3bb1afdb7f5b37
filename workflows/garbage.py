"""How often a process that keeps thousands of workflows in memory looks for garbage."""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 10, 2)


def collect_rarely() -> None:
    """Cached workflows are many objects that live for a year, and most looks at them find nothing: with Python's own
    thresholds a sixth of the time of a rehearsal went into looking. All of them are still looked at after each million
    of new objects, for a workflow that left the cache is garbage that only such a look finds."""
    gc.set_threshold(*THRESHOLDS)
