"""From sending a report to seeing it in the feed: the real service as a process of its own, 20 reports a second."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path

from calendars.store.database import open_store
from calendars.store.grants import Role, create
from calendars.wallclock import real_now
from tests.benchmarks.campaigns import PROVINCE, villages, write_campaign
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.loading import Connection
from tests.benchmarks.processes import service
from workflows.client import CongressClient
from workflows.connection import connect
from workflows.datafolder import DataFolder
from workflows.settings import Settings

CAMPAIGN, UNITS, TODAY = "bench-reports", 350, "2020-01-05"
STAGE, DAY = "headman_election", date(2020, 1, 5)
A_SECOND, SECONDS, WARM_UP = 20, 14, 10
P50_MS, P99_MS = 100.0, 500.0


async def reporting(folder: Path) -> list[Figure]:
    """Reports at a steady rate, whatever the answers take; each then fetches its unit's feed until it changed."""
    source = write_campaign(folder / "sources", CAMPAIGN, UNITS)
    async with service(folder, "--launch", str(source), "--today", TODAY, ready="Board: ") as address:
        running = DataFolder(folder).service()
        assert running is not None
        client = CongressClient(await connect(running.temporal_address), CAMPAIGN, running.task_queue)
        feed = f"/feeds/{_grant(folder)}.ics"
        took = await _reported(client, address, feed, villages(UNITS))
    p50, p99 = percentile(took, 0.5) * 1000, percentile(took, 0.99) * 1000
    how = f"{len(took)} reports at {A_SECOND} a second"
    return [
        Figure("report sent to visible in the feed, p50", f"< {P50_MS:.0f} ms", f"{p50:.0f} ms", p50 < P50_MS, how),
        Figure("report sent to visible in the feed, p99", f"< {P99_MS:.0f} ms", f"{p99:.0f} ms", p99 < P99_MS, how),
    ]


def _grant(folder: Path) -> str:
    store = open_store(Settings(data=folder).store_url)
    try:
        with store.writing() as connection:
            made = create(
                connection, campaign=CAMPAIGN, scope=PROVINCE, role=Role.VIEW, label="bench", created=real_now()
            )
        return made[1]
    finally:
        store.close()


async def _reported(client: CongressClient, address: str, feed: str, codes: list[str]) -> list[float]:
    async def one(code: str, after: float) -> float:
        reader = Connection(address)
        path = f"{feed}?under={code}"
        try:
            await asyncio.sleep(max(after - 0.5, 0))
            _, found, _ = await reader.get(path)
            await asyncio.sleep(max(begin + after - time.perf_counter(), 0))
            began = time.perf_counter()
            await client.report(code, STAGE, DAY, by="benchmark")
            while (await reader.get(path, if_none_match=found["etag"]))[0] == 304:
                pass
            return time.perf_counter() - began
        finally:
            reader.close()

    begin = time.perf_counter()
    await asyncio.gather(*(one(code, no / A_SECOND) for no, code in enumerate(codes[:WARM_UP], 1)))
    measured = codes[WARM_UP:][: A_SECOND * SECONDS]
    begin = time.perf_counter()
    return await asyncio.gather(*(one(code, 0.5 + no / A_SECOND) for no, code in enumerate(measured)))
