"""`python -m tests.benchmarks [--only NAME]`: measures, prints one table, and exits with 1 where a goal is not met."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from tests.benchmarks.enrolling import enrolling
from tests.benchmarks.feeds import feed
from tests.benchmarks.figures import Figure, print_table
from tests.benchmarks.histories import history
from tests.benchmarks.notices import notices
from tests.benchmarks.pages import pages
from tests.benchmarks.reporting import reporting

BENCHMARKS: dict[str, Callable[[Path], Awaitable[list[Figure]]]] = {
    "history": history,
    "feed": feed,
    "pages": pages,
    "reporting": reporting,
    "enrolling": enrolling,
    "notices": notices,
}


def main() -> None:
    """Runs the benchmarks one after the other, each in a temporary folder of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure against the goals.")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run this one; may be given again")
    names = parser.parse_args().only or list(BENCHMARKS)
    figures = uvloop.run(_run(names))
    print_table(figures)
    sys.exit(1 if any(figure.met is False for figure in figures) else 0)


async def _run(names: list[str]) -> list[Figure]:
    figures = []
    for name in names:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="congress-bench-", ignore_cleanup_errors=True) as folder:
            figures += await BENCHMARKS[name](Path(folder))
        print(f"{name}: measured in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return figures


if __name__ == "__main__":
    main()
