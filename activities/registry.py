"""All activities that a worker serves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.broadcast import BroadcastActivities
from activities.changes import ChangeActivities
from activities.journal import JournalActivities
from activities.neighbours import NeighbourActivities
from calendars.store.database import Store
from calendars.store.writer import Writer


def all_activities(
    client: Client, store: Store, writer: Writer, folder: Path, task_queue: str, renderer: int
) -> list[Callable[..., Any]]:
    """What a worker registers. `folder` holds the launched campaigns."""
    return [
        *JournalActivities(writer).activities,
        *NeighbourActivities(store).activities,
        *BroadcastActivities(client, store, folder, task_queue, renderer).activities,
        *ChangeActivities(client, store, writer, task_queue).activities,
    ]
