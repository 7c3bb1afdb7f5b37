"""Appends a unit's events to the journal and projects them, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity

from calendars.sequence.messages import Append, Appended
from calendars.store.writer import Writer


class JournalActivities:
    """The activity behind every flush. It runs as a local activity, and as a normal one while the store is away."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.journal_append]

    @activity.defn
    async def journal_append(self, append: Append) -> Appended:
        """Appends; a repeat changes nothing. Fails while the store is away; the workflow decides how to go on."""
        return await asyncio.wrap_future(self._writer.submit(append))
