"""The parts of the service inside this process: its own Temporal server, and its worker with a store of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import worker
from calendars.store.database import Store, open_store
from calendars.wallclock import real_now
from tests.benchmarks.campaigns import write_campaign
from workflows.client import CongressClient
from workflows.connection import NAMING
from workflows.datafolder import DataFolder
from workflows.launching import launch, prepare
from workflows.settings import Settings

FIRST_DAY = date(2019, 12, 1)  # of the plan of Quang Ninh 2020: nothing is due yet


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[worker.Temporal]:
    """The embedded server as the service starts it, its database in `folder`."""
    for name in NAMING:
        os.environ.pop(name, None)
    data = DataFolder(folder)
    data.make()
    async with worker._temporal(Settings(data=folder), data) as temporal:
        yield temporal


@dataclass(frozen=True)
class Bench:
    """A running worker with its store."""

    temporal: worker.Temporal
    store: Store
    folder: DataFolder
    queue: str

    def client(self, campaign: str) -> CongressClient:
        """Sends commands to the units of a campaign."""
        return CongressClient(self.temporal.client, campaign, self.queue)

    async def enrol(self, campaign: str, units: int, today: date = FIRST_DAY) -> CongressClient:
        """Launches a made-up campaign without reports, as the command line does; returns once readers see all."""
        source = write_campaign(self.folder.path / "sources", campaign, units)
        prepared = prepare(
            str(source), self.folder, self.store, today=today, now=real_now(), reports=False, by="benchmark"
        )
        client = self.client(campaign)
        await launch(client, prepared, lambda _: None)
        return client


@asynccontextmanager
async def bench(temporal: worker.Temporal, folder: Path, queue: str) -> AsyncIterator[Bench]:
    """The service's worker on an empty store in `folder`."""
    settings = Settings(data=folder, task_queue=queue)
    data = DataFolder(folder)
    data.make()
    store = open_store(settings.store_url)
    try:
        async with worker._worker(settings, store, data, temporal, None):
            yield Bench(temporal, store, data, queue)
    finally:
        store.close()
