"""Thousands of units that share one deadline: how soon all their notices stand in the outbox, beside bare workflows
that wake at one instant and run an activity each; then how fast these notices are mailed.

The campaign's midnight is made to come when all units are enrolled: its time zone has an offset of our own, in a folder
that goes before the system's zones. Nothing of the product is replaced. Run as a program, this file mails a store's
notices: `python -m tests.benchmarks.notices DATA SMTP_URL INSTANT`.
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
import sys
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import uvloop
from sqlalchemy import func, select
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from activities.broadcast import AT_ONCE
from calendars.store.database import Store, open_store
from calendars.store.schema import outbox
from calendars.wallclock import real_now
from tests.benchmarks.campaigns import write_shared_deadline
from tests.benchmarks.enrolling import empty_seconds
from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import running, service
from tests.benchmarks.setting import server
from tests.notices.mailserver import HOST, read_maildir
from workflows.client import CongressClient
from workflows.connection import connect
from workflows.datafolder import DataFolder
from workflows.embedded import RECORD
from workflows.launching import launch, prepare
from workflows.posting import delivery_of, post_of
from workflows.settings import Settings
from workflows.unit import FULL_ATTEMPT

UNITS = 5_000
DEADLINE = date(2020, 10, 29)  # a Thursday; its passing is told on the Friday
SHARE, WORKER_MB = 0.7, 300
CALIBRATION = 500
# From the first start to the instant: of the time for as many empty workflows, and of the time that starting the bare
# ones took; both with room for a machine that slows down, and some seconds.
OF_EMPTY, OF_BARE, SPARE = 0.8, 4.5, 20.0
DAY = 86_400
PATIENCE = 900

_done = 0


@activity.defn
async def nothing() -> None:
    """Does nothing."""


@workflow.defn
class Bare:
    """Sleeps until an instant, then runs one activity."""

    @workflow.run
    async def run(self, until: float) -> None:
        """Counts itself at its end, so that nobody has to ask the server for each."""
        global _done  # noqa: PLW0603
        await workflow.sleep(max(until - workflow.now().timestamp(), 0))
        await workflow.execute_activity(nothing, start_to_close_timeout=FULL_ATTEMPT)
        _done += 1


@dataclass(frozen=True, slots=True)
class Wake:
    """What one mass waking took: seconds from its instant, processor seconds of worker and server meanwhile, the
    worker's peak of memory, and the seconds in which all had been started before."""

    seconds: float
    processor: float
    peak_mb: float
    starting: float

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s ({self.processor:.0f} s of processor, {self.peak_mb:.0f} MB)"


async def notices(folder: Path) -> list[Figure]:
    """Bare workflows first, ours after them, each on a fresh server and with no other load of ours; then the mail."""
    bare = await _bare(folder / "bare")
    with _own_zones(folder / "zones"):
        ours = await _ours(folder / "ours", folder / "zones", bare.starting)
        mailed = await _mailed(folder)
    share = ours.seconds / bare.seconds
    how = f"bare first {bare}, then ours {ours}"
    what = f"{UNITS:,} units past one deadline, until all notices are in the outbox, of bare workflows"
    return [
        Figure(what, f"<= {SHARE}", f"{share:.2f}", share <= SHARE, how),
        Figure(
            f"memory of the worker with {UNITS:,} units, at its peak",
            f"<= {WORKER_MB} MB",
            f"{ours.peak_mb:.0f} MB",
            ours.peak_mb <= WORKER_MB,
            "role worker, from start through enrolment and waking",
        ),
        mailed,
    ]


async def _bare(folder: Path) -> Wake:
    """Bare workflows on a worker like ours, inside this process, which does nothing else."""
    global _done  # noqa: PLW0603
    queue = f"bare-{uuid4()}"
    async with (
        server(folder) as temporal,
        Worker(
            temporal.client,
            task_queue=queue,
            workflows=[Bare],
            activities=[nothing],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=worker.CACHED_UNITS,
            max_concurrent_workflow_tasks=worker.WORKFLOW_TASKS,
        ),
    ):
        await empty_seconds(temporal.client, 100)
        expected = await empty_seconds(temporal.client, CALIBRATION) / CALIBRATION * UNITS
        _done = 0
        instant = time.time() + expected * OF_EMPTY + SPARE
        starting = await _start_bare(temporal.client, queue, instant)
        await _sleep_until(instant)
        meter = _Meter(os.getpid(), folder)
        while _done < UNITS:  # counted by the workflows themselves
            assert time.time() < instant + PATIENCE, f"only {_done} bare workflows are done"
            await asyncio.sleep(0.01)
        return meter.read(instant, starting)


async def _start_bare(client: Client, queue: str, instant: float) -> float:
    places = asyncio.Semaphore(AT_ONCE)

    async def begin(no: int) -> None:
        async with places:
            await client.start_workflow(Bare.run, instant, id=f"{queue}/{no}", task_queue=queue)

    began = time.time()
    await asyncio.gather(*(begin(no) for no in range(UNITS)))
    return time.time() - began


async def _ours(folder: Path, zones: Path, bare: float) -> Wake:
    """The service's worker as a process of its own, and a campaign whose deadline passes while all of it is asleep."""
    name = f"bench-{uuid4().hex[:8]}"
    async with service(folder, "--role", "worker", ready="Temporal: "):
        running = DataFolder(folder).service()
        assert running is not None
        client = CongressClient(await connect(running.temporal_address), name, running.task_queue)
        store = open_store(Settings(data=folder).store_url)
        try:
            instant = float(round(time.time() + bare * OF_BARE + SPARE))
            source = write_shared_deadline(folder / "sources", name, UNITS, DEADLINE, _zone(zones, instant))
            starting = await _enrol(client, source, folder, store)
            early = _count(store)
            await _sleep_until(instant)
            assert not early, f"{early} notices before the instant"
            meter = _Meter(running.pid, folder)
            while (found := _count(store)) < UNITS:
                assert time.time() < instant + PATIENCE, f"only {found} notices"
                await asyncio.sleep(0.1)
            return meter.read(instant, starting)
        finally:
            store.close()


async def _enrol(client: CongressClient, source: Path, folder: Path, store: Store) -> float:
    began = time.time()
    prepared = prepare(
        str(source), DataFolder(folder), store, today=DEADLINE, now=real_now(), reports=False, by="benchmark"
    )
    await launch(client, prepared, lambda _: None)
    return time.time() - began


async def _sleep_until(instant: float) -> None:
    assert time.time() < instant, "starting took longer than the wait, so nothing was measured: the machine was busy"
    await asyncio.sleep(instant - time.time())


def _count(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(outbox)) or 0


@contextmanager
def _own_zones(folder: Path) -> Iterator[None]:
    """Time zones in `folder` go before the system's, in this process and in those that it starts."""
    before, path = zoneinfo.TZPATH, os.environ.get("PYTHONTZPATH")
    zoneinfo.reset_tzpath([str(folder.resolve()), *before])
    os.environ["PYTHONTZPATH"] = os.pathsep.join(zoneinfo.TZPATH)
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        os.environ.pop("PYTHONTZPATH")
        if path is not None:
            os.environ["PYTHONTZPATH"] = path


def _zone(folder: Path, instant: float) -> str:
    """Writes a time zone in which it is midnight at `instant`, and gives its name."""
    name = f"Bench/{uuid4().hex}"
    ahead = -int(instant) % DAY
    # RFC 8536, version 1: no transitions and one type of local time.
    head = struct.pack(">4s16x6l", b"TZif", 0, 0, 0, 0, 1, 4)
    kind = struct.pack(">lbb4s", ahead if ahead <= DAY / 2 else ahead - DAY, 0, 0, b"LMT\0")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(head + kind)
    return name


class _Meter:
    """Reads what a worker's process and the server of `folder` use from now on."""

    def __init__(self, pid: int, folder: Path) -> None:
        record = DataFolder(folder).read(RECORD)
        assert record is not None
        self._pid = pid
        self._processes = [psutil.Process(pid), psutil.Process(record["pid"])]
        self._before = self._processor()

    def read(self, instant: float, starting: float) -> Wake:
        return Wake(time.time() - instant, self._processor() - self._before, _peak_mb(self._pid), starting)

    def _processor(self) -> float:
        return sum(times.user + times.system for times in (process.cpu_times() for process in self._processes))


def _peak_mb(pid: int) -> float:
    """The most memory that a process ever held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


async def _mailed(folder: Path) -> Figure:
    """The notices that the campaign made, mailed by a process of its own to a server that is another one."""
    maildir = folder / "mail"
    mail = [sys.executable, "-m", "tests.notices.mailserver", "--maildir", str(maildir)]
    store = open_store(Settings(data=folder / "ours").store_url)
    with store.reading() as connection:
        due: datetime | None = connection.scalar(select(func.max(outbox.c.due)))
    store.close()
    assert due is not None
    async with running(mail, dict(os.environ)) as listening:
        assert listening.stdout is not None
        port = int((await listening.stdout.readline()).removeprefix(b"Listening on "))
        url, now = f"smtp://{HOST}:{port}", (due + timedelta(minutes=1)).isoformat()
        this = [sys.executable, "-m", "tests.benchmarks.notices", str(folder / "ours"), url, now]
        async with running(this, dict(os.environ)) as mailing:
            output, _ = await mailing.communicate()
        assert mailing.returncode == 0, output.decode()
        said: dict[str, Any] = json.loads(output.splitlines()[-1])
    received = read_maildir(maildir)
    parser = BytesHeaderParser()
    names = {parser.parsebytes(one.content)["Message-ID"] for one in received}
    people = {one.rcpt for one in received}
    whole = said["sent"] == len(received) == len(names) == len(people) == UNITS
    each = f"{said['processor'] / said['sent'] * 1000:.0f} ms of processor each, {said['peak_mb']:.0f} MB at its peak"
    pace = f"{said['sent'] / said['seconds']:.0f} messages a second over four connections by a process of its own"
    how = f"{pace} ({each}); {len(names):,} Message-IDs, {len(people):,} addresses"
    return Figure("notices mailed to a server on this machine", f"{UNITS:,} once", f"{len(received):,}", whole, how)


async def _mail(folder: Path, url: str, now: datetime) -> dict[str, float]:
    """Mails all that is due; the service's limit of messages a minute is off."""
    settings = Settings(data=folder, smtp_url=url, mail_rate=0)
    store = open_store(settings.store_url)
    post = post_of(settings)
    try:
        delivery = delivery_of(settings, DataFolder(folder), store, post)
        began, used = time.perf_counter(), time.process_time()
        done = await delivery.deliver_due(now)
        seconds, processor = time.perf_counter() - began, time.process_time() - used
    finally:
        await post.close()
        store.close()
    return {"sent": done.sent, "seconds": seconds, "processor": processor, "peak_mb": _peak_mb(os.getpid())}


if __name__ == "__main__":
    data, address, instant = sys.argv[1:]
    mailed = uvloop.run(_mail(Path(data), address, datetime.fromisoformat(instant).astimezone(UTC)))
    print(json.dumps(mailed))
