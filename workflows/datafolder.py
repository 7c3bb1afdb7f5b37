"""The data folder: who runs on it, where its Temporal listens, the one demonstration address kept in it, and the secret
that signs links."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from calendars.errors import UserError

SERVICE = "service.json"
SECRET = "secret.json"  # noqa: S105 - a file's name
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Process:
    """A process that we started: its id and start time, for ids are used again."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Process:
        """The running process with this id."""
        return cls(pid, psutil.Process(pid).create_time())

    def running(self) -> psutil.Process | None:
        """The process, or None when it has ended, its id now being free or somebody else's."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) > 0.05 or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.NoSuchProcess:
            return None
        return process


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What a running service tells the command line."""

    pid: int
    started: float
    board_url: str
    temporal_address: str = ""  # empty: the standard TEMPORAL_* settings name the cluster
    temporal_ui: str = ""
    task_queue: str = "congress"
    mail: bool = False  # whether it has a server to send e-mail through

    @property
    def process(self) -> Process:
        """The service's process."""
        return Process(self.pid, self.started)


class DataFolder:
    """The files of one service. Secrets are readable by their owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Creates the folder. Raises `UserError` when that is not possible."""
        try:
            # What lies in it are secrets and people's addresses.
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"CONGRESS_DATA={self.path}: the data folder cannot be made ({error.strerror}).") from error

    def campaign_folder(self, name: str) -> Path:
        """Where a launched campaign's files are kept."""
        return self.path / "campaigns" / name

    def read(self, name: str) -> dict[str, Any] | None:
        """A JSON file of the folder, or None when it is absent or cut off by a crash."""
        try:
            value = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return value if isinstance(value, dict) else None

    def write(self, name: str, value: dict[str, Any], mode: int = 0o644) -> None:
        """Replaces a JSON file as a whole, never leaving half of one."""
        temporary = self.path / f".{name}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1)
        temporary.replace(self.path / name)

    def remove(self, name: str) -> None:
        """Removes a file if it is there."""
        (self.path / name).unlink(missing_ok=True)

    def secret(self) -> bytes:
        """The 32 random bytes that sign links, made when first asked for: whoever has them can forge every link.

        Raises `UserError` when the file holds something else; another secret would end all links that were sent.
        """
        with (self.path / "secret.lock").open("a") as lock:
            # Worker and web may start at the same moment, and must have the same.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.path / SECRET).exists():
                self.write(SECRET, {"secret": secrets.token_hex(SECRET_BYTES)}, mode=0o600)
        try:
            secret = bytes.fromhex((self.read(SECRET) or {})["secret"])
        except (KeyError, TypeError, ValueError):
            secret = b""
        if len(secret) != SECRET_BYTES:
            raise UserError(
                f"{self.path / SECRET}: expected {SECRET_BYTES} bytes in hexadecimal under `secret`; restore the file, "
                "or remove it, and links in messages already sent end."
            )
        return secret

    def service(self) -> ServiceRecord | None:
        """The service that runs on this folder now, or None."""
        value = self.read(SERVICE)
        if value is None:
            return None
        record = ServiceRecord(**value)
        return record if record.process.running() else None

    def announce(self, record: ServiceRecord) -> None:
        """Tells the command line about a running service."""
        self.write(SERVICE, asdict(record))

    @contextmanager
    def locked(self, role: str) -> Iterator[None]:
        """Holds the folder for one service of a role. The system drops the lock with the process, however it ends."""
        file = (self.path / f"{role}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            running = self.service()
            who = f" (process {running.pid}, {running.board_url})" if running else ""
            raise UserError(f"A service runs on the data folder {self.path} already{who}.") from error
        try:
            yield
        finally:
            file.close()
