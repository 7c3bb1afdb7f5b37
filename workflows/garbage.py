"""How often a process that keeps thousands of workflows in memory looks for garbage."""

from __future__ import annotations

import gc

THRESHOLDS = (100_000, 50, 100)


def collect_rarely() -> None:
    """Cached workflows are many objects that live for a year, and each look at them finds nothing: with Python's own
    thresholds a sixth of the time of a rehearsal went into looking."""
    gc.set_threshold(*THRESHOLDS)
