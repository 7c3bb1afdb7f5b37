"""What a process that keeps thousands of workflows in memory need not do so often, or at all."""

from __future__ import annotations

import gc
from functools import wraps
from typing import Any

from temporalio.bridge import worker as bridge
from temporalio.converter import DataConverter
from temporalio.converter._extstore import StorageOperationMetrics

OF_A_SERVICE = (20_000, 10, 1)
OF_A_REHEARSAL = (50_000, 10, 2)
# Of the library's release that requirements.txt pins; another one without them runs as it comes.
WALKS = ("decode_activation", "encode_completion")


def collect_rarely(thresholds: tuple[int, int, int]) -> None:
    """Cached workflows are many objects that live for a year, and most looks at them find nothing: with Python's own
    thresholds a sixth of the time of a rehearsal went into looking. All of them are still looked at after each 200,000
    of new objects, in a rehearsal after a million: a workflow that left the cache is garbage that only such a look
    finds, and a service that waits longer holds a third more memory."""
    gc.set_threshold(*thresholds)


def walk_payloads_rarely() -> None:
    """For every workflow task the library walks through all payloads three times each way: for a codec, for storage
    elsewhere, and for a codec of what refers to it. A converter that has neither changes nothing on these walks, which
    took a twelfth of the time of a rehearsal; they are left out for it, and made for any other."""
    for name in WALKS:
        walk = getattr(bridge, name, None)
        if walk is not None and not hasattr(walk, "__wrapped__"):
            setattr(bridge, name, _only_where_needed(walk))


def _only_where_needed(walk: Any) -> Any:
    @wraps(walk)
    async def sparing(message: Any, converter: DataConverter, *args: Any, **more: Any) -> StorageOperationMetrics:
        if converter.payload_codec is None and converter.external_storage is None:
            return StorageOperationMetrics()
        made: StorageOperationMetrics = await walk(message, converter, *args, **more)
        return made

    return sparing
