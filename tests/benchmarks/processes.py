"""Programs that a measurement starts, and ends again however it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

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


@asynccontextmanager
async def _running(arguments: list[str], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
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
    """`worker.py` on a data folder and a free port; gives its address once it has printed a line with `ready`."""
    port = free_port()
    settings = {"CONGRESS_DATA": str(folder), "CONGRESS_PORT": str(port), "CONGRESS_FEED_RATE": "0"}
    clean = {name: value for name, value in os.environ.items() if name not in NAMING and "CONGRESS_" not in name}
    async with _running([sys.executable, str(ROOT / "worker.py"), *arguments], {**clean, **settings}) as process:
        await asyncio.wait_for(_printed(process, ready), READY_SECONDS)
        yield f"http://127.0.0.1:{port}"


async def _printed(process: asyncio.subprocess.Process, wanted: str) -> None:
    assert process.stdout is not None
    seen = []
    async for line in process.stdout:
        seen.append(line.decode(errors="replace"))
        if wanted in seen[-1]:
            return
    raise RuntimeError("the service ended: " + "".join(seen))


@asynccontextmanager
async def nginx(folder: Path, body: bytes, packed: bytes) -> AsyncIterator[str | None]:
    """nginx serving a feed of the same bytes from files, packed beforehand; gives None where it is not installed."""
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "feed.ics").write_bytes(body)
    (folder / "files" / "feed.ics.gz").write_bytes(packed)
    (folder / "nginx.conf").write_text(
        f"""
{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ text/calendar ics; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/files; gzip_static on; }}
}}
""",
        encoding="ascii",
    )
    arguments = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    async with _running(arguments, dict(os.environ)) as process:
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.returncode is None, "nginx ended at once"
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield f"http://127.0.0.1:{port}"
