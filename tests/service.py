"""The real service as its own process, on a data folder of its own, and the command line beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
START_SECONDS = 120


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ended(process: psutil.Process) -> bool:
    """Whether the process has ended; one that nobody collected, as in some containers, has."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Returns once the condition holds; fails when it does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


class Service:
    """`worker.py`, started and stopped as often as a test wants; `end` leaves no process behind."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self._arguments = arguments
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CONGRESS_")},
            "CONGRESS_DATA": str(data),
            "CONGRESS_PORT": str(self.port),
            "CONGRESS_FEED_RATE": "0",  # tests ask again and again until a change is there
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self.process: subprocess.Popen[str] | None = None
        self.output: list[str] = []
        self._began = time.time()
        self._servers: list[psutil.Process] = []

    def start(self) -> Service:
        """Starts the service and waits for the three lines that it prints when all is ready."""
        log = self.data.parent / f"{self.data.name}.log"
        with log.open("w", encoding="utf-8") as target:
            self.process = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", str(ROOT / "worker.py"), *self._arguments],
                stdout=target,
                stderr=target,
                env=self._environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.output = log.read_text(encoding="utf-8").splitlines()
            if any(line.startswith("Temporal: ") for line in self.output):
                break
            if self.process.poll() is not None or time.monotonic() > deadline:
                text = "\n".join(self.output)
                self.end()
                raise AssertionError(f"the service did not start:\n{text}")
            time.sleep(0.05)
        self._servers.append(self.temporal())
        return self

    def address(self, name: str) -> str:
        """What the service printed behind `Board:`, `Feed:` or `Temporal:`."""
        found = [line for line in self.output if line.startswith(f"{name}: ")]
        assert len(found) == 1, self.output
        return found[0].removeprefix(f"{name}: ")

    @property
    def board_url(self) -> str:
        """The board."""
        return self.address("Board")

    @property
    def feed_url(self) -> str:
        """The feed of everything."""
        return self.address("Feed")

    def temporal_pid(self) -> int:
        """The id of the embedded server, running or not."""
        pid: int = json.loads((self.data / "temporal.json").read_text())["pid"]
        return pid

    def temporal(self) -> psutil.Process:
        """The embedded server, running."""
        return psutil.Process(self.temporal_pid())

    def temporal_address(self) -> str:
        """Where the embedded server listens."""
        return f"127.0.0.1:{json.loads((self.data / 'temporal.json').read_text())['port']}"

    def congress(self, *arguments: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs one command."""
        return subprocess.run(
            [sys.executable, "-m", "workflows.cli", *arguments],
            capture_output=True,
            text=True,
            env={**self._environment, **environment},
            cwd=ROOT,
            timeout=timeout,
            check=False,
        )

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts one command and does not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "workflows.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
            cwd=ROOT,
        )

    def json(self, *arguments: str) -> Any:
        """The document that a command prints."""
        done = self.congress(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def journal(self) -> list[dict[str, Any]]:
        """Every journalled event."""
        file = self.data.parent / f"{self.data.name}.jsonl"
        done = self.congress("export", "journal", str(file))
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def feed(self, query: str = "") -> tuple[str, bytes]:
        """The feed's ETag and bytes."""
        with urllib.request.urlopen(self.feed_url + query, timeout=30) as answer:
            return answer.headers["ETag"], answer.read()

    def stop(self) -> int:
        """Asks the service to end and gives its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """Kills the service's process alone, as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_group(self) -> None:
        """Kills the service and everything it started, as a power cut would."""
        server = self.temporal()
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        server.kill()
        self.process.wait()
        psutil.wait_procs([server], 10)

    def end(self) -> None:
        """Leaves no process behind, whatever state the test left them in."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            server = self.temporal()
            if server.create_time() >= self._began:  # not one of another service on the same folder
                self._servers.append(server)
        for server in self._servers:
            with suppress(psutil.NoSuchProcess):
                server.kill()


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """The service, started; it is ended whatever happens."""
    try:
        yield service.start()
    finally:
        service.end()
