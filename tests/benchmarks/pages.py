"""Pages of the real campaign from the real service: how long each takes, and how much of a large tree a page holds."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Figure
from tests.benchmarks.loading import Connection
from tests.benchmarks.processes import service

LAUNCH = ("--launch", "quang-ninh-2020", "--today", "2020-06-11")
PAGES = (
    "/",
    "/?under=193",
    "/tree",
    "/tree?q=ha+tu",
    "/tree?sort=margin&level=commune",
    "/units/22",
    "/units/205",
    "/units/06664",
    "/report",
    "/compare",
    "/subscribe?under=205",
    "/units/205/district_congress/report",
)
TIMES, MOST_MS, MOST_ROWS = 20, 150.0, 250


async def pages(folder: Path) -> list[Figure]:
    """The median of milliseconds of each page, asked again and again: the slowest page counts."""
    async with service(folder, *LAUNCH, ready="Board: ") as address:
        reader = Connection(address)
        took: dict[str, float] = {}
        rows = 0
        for page in PAGES:
            times = []
            for _ in range(TIMES + 1):  # the first one draws charts and warms up
                began = time.perf_counter()
                status, _, body = await reader.get(page)
                times.append((time.perf_counter() - began) * 1000)
                assert status == 200, f"{page}: {status}"
            took[page] = median(times[1:])
            if page.startswith("/tree"):
                rows = max(rows, body.count(b"<tr"))
        reader.close()
    slowest = max(took, key=lambda page: took[page])
    how = ", ".join(f"{page} {milliseconds:.0f}" for page, milliseconds in took.items())
    return [
        Figure(
            "pages of 1,740 units, the slowest at its median",
            f"<= {MOST_MS:.0f} ms",
            f"{took[slowest]:.0f} ms",
            took[slowest] <= MOST_MS,
            how,
        ),
        Figure("rows of a page of the tree", f"<= {MOST_ROWS}", f"{rows}", rows <= MOST_ROWS, "of 1,740 units"),
    ]
