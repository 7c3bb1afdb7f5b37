"""Programs that a measurement starts, and ends again however it ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from workflows.connection import NAMING

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30
READY_SECONDS = 240


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where it answers, and its process."""

    address: str
    process: int

    @property
    def megabytes(self) -> float:
        """Its memory now, with that of the processes it started."""
        own = psutil.Process(self.process)
        return sum(one.memory_info().rss for one in (own, *own.children(recursive=True))) / 1e6


@asynccontextmanager
async def running(arguments: list[str], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *arguments, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.communicate(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def service(folder: Path, *arguments: str, ready: str) -> AsyncIterator[str]:
    """The address of `served`."""
    async with served(folder, *arguments, ready=ready) as server:
        yield server.address


@asynccontextmanager
async def served(folder: Path, *arguments: str, ready: str) -> AsyncIterator[Server]:
    """`worker.py` on a data folder and a free port, once it has printed a line with `ready`."""
    port = free_port()
    settings = {"CONGRESS_DATA": str(folder), "CONGRESS_PORT": str(port), "CONGRESS_FEED_RATE": "0"}
    clean = {name: value for name, value in os.environ.items() if name not in NAMING and "CONGRESS_" not in name}
    async with running([sys.executable, str(ROOT / "worker.py"), *arguments], {**clean, **settings}) as process:
        await asyncio.wait_for(_printed(process, ready), READY_SECONDS)
        yield Server(f"http://127.0.0.1:{port}", process.pid)


async def _printed(process: asyncio.subprocess.Process, wanted: str) -> None:
    assert process.stdout is not None
    seen = []
    async for line in process.stdout:
        seen.append(line.decode(errors="replace"))
        if wanted in seen[-1]:
            return
    raise RuntimeError("the service ended: " + "".join(seen))


async def listening(process: asyncio.subprocess.Process, port: int) -> Server:
    """The server of this process, once it answers on the port."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert process.returncode is None, "the server ended at once"
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return Server(f"http://127.0.0.1:{port}", process.pid)
    raise RuntimeError("the server does not listen")
