"""Delivers notices as long as the service runs: one activity that stays open and beats."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from temporalio import activity

from activities.broadcast import beat
from calendars.errors import StoreAway
from calendars.notices.delivering import Delivery
from calendars.wallclock import real_now

IDLE_SECONDS = 1.0
BATCHES = 4  # before the store is asked again what is due by now
SHIFT_SECONDS = 3_600.0


class NoticeActivities:
    """The activity behind `workflows.dispatch`."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.deliver_notices]

    @activity.defn
    async def deliver_notices(self) -> None:
        """Delivers what is due until the worker stops, or for an hour: the next one goes on where this one ends."""
        beating = asyncio.create_task(beat())
        until = time.monotonic() + SHIFT_SECONDS
        try:
            while time.monotonic() < until and not activity.is_worker_shutdown():
                try:
                    done = await self._delivery.deliver_due(real_now(), BATCHES, activity.is_worker_shutdown)
                except StoreAway:
                    done = None
                if done is None or not done.total:
                    await _idle()
        finally:
            beating.cancel()


async def _idle() -> None:
    """A pause that ends early when the worker stops."""
    stopping = asyncio.create_task(activity.wait_for_worker_shutdown())
    await asyncio.wait([stopping], timeout=IDLE_SECONDS)
    stopping.cancel()
