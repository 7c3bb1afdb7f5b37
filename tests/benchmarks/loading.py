"""Many requests for one address: by wrk where it is installed, else by a client that only counts bytes."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

CONNECTIONS = 8
WRK = shutil.which("wrk")
NAME = "wrk" if WRK else "a client of our own, which takes its part of the processor"


class Connection:
    """One kept connection to a server on this machine; one request at a time."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers in lower case, and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._address.hostname, self._address.port)
        reader, writer = self._streams
        writer.write(request(self._address.netloc, path, headers))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        status = int(head[0].split()[1])
        length = 0 if status == 304 else int(found.get("content-length", 0))
        return status, found, await reader.readexactly(length)

    def close(self) -> None:
        """Ends the connection."""
        if self._streams is not None:
            self._streams[1].close()


def request(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    """A GET. Names of headers are written with `_` for `-`."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode()


async def rate(address: str, path: str, seconds: float, **headers: str) -> float:
    """Requests a second over eight connections. All answers must be as long as the first one."""
    if WRK:
        return await _by_wrk(WRK, address + path, seconds, headers)
    size = await _size(address, path, headers)
    parts = urlsplit(address)
    sent = request(parts.netloc, path, headers)
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: _Counter(sent, size), parts.hostname or "", parts.port or 80))[1]
        for _ in range(CONNECTIONS)
    ]
    before, began = sum(counter.answers for counter in made), time.perf_counter()
    await asyncio.sleep(seconds)
    after, took = sum(counter.answers for counter in made), time.perf_counter() - began
    for counter in made:
        counter.close()
    return (after - before) / took


class _Counter(asyncio.Protocol):
    def __init__(self, sent: bytes, size: int) -> None:
        self._sent, self._size, self._got = sent, size, 0
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._sent)

    def data_received(self, data: bytes) -> None:
        self._got += len(data)
        if self._got >= self._size:
            self._got -= self._size
            self.answers += 1
            self._transport.write(self._sent)

    def close(self) -> None:
        self._transport.abort()


async def _size(address: str, path: str, headers: Mapping[str, str]) -> int:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request(parts.netloc, path, headers))
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    writer.close()
    return len(head) + (int(length[1]) if length and b" 304 " not in head[:20] else 0)


async def _by_wrk(program: str, url: str, seconds: float, headers: Mapping[str, str]) -> float:
    given = [part for name, value in headers.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
    arguments = ["-t1", f"-c{CONNECTIONS}", f"-d{round(seconds)}s", *given, url]
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    found = re.search(rb"Requests/sec:\s+([\d.]+)", output)
    assert found, output.decode()
    assert b"Non-2xx" not in output, output.decode()
    return float(found[1])
