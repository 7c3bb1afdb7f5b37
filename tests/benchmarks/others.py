"""Servers that people know, with the same calendar: nginx with files of it, Radicale with its entries."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.processes import ROOT, Server, free_port, listening, running

RADICALE = ROOT / "tests" / "clients" / ".venv" / "bin" / "radicale"
_ENTRY = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)


@asynccontextmanager
async def nginx(folder: Path, body: bytes, packed: bytes) -> AsyncIterator[Server | None]:
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
    async with running(arguments, dict(os.environ)) as process:
        yield await listening(process, port)


@asynccontextmanager
async def radicale(folder: Path, body: bytes) -> AsyncIterator[Server | None]:
    """Radicale with each entry of the feed as an item of a collection; gives None where it is not installed."""
    if not RADICALE.exists():
        yield None
        return
    collection = folder / "collection-root" / "bench" / "feed"
    collection.mkdir(parents=True)
    (collection / ".Radicale.props").write_text('{"tag": "VCALENDAR"}', encoding="ascii")
    head = body[: body.index(b"BEGIN:VEVENT")]
    for no, entry in enumerate(_ENTRY.findall(body)):
        (collection / f"{no}.ics").write_bytes(head + entry + b"END:VCALENDAR\r\n")
    port = free_port()
    settings = {"server-hosts": f"127.0.0.1:{port}", "auth-type": "none", "storage-filesystem-folder": str(folder)}
    arguments = [str(RADICALE), "--config", "", *(f"--{name}={value}" for name, value in settings.items())]
    async with running([*arguments, "--logging-level=error"], dict(os.environ)) as process:
        yield await listening(process, port)
