"""A whole campaign in virtual time: real workflows and real activities on the server whose clock jumps.

Day by day the clock is moved, what falls due happens by itself, and then what the campaign's folder tells of that day
is fed in as officials would report it. Nothing is sent, and everything lies in a temporary folder.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Protocol

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.registry import all_activities
from calendars.campaigns.bundle import Bundle, find_bundle, load_bundle
from calendars.errors import UserError
from calendars.ical.renderer import IcalRenderer
from calendars.notices.pretending import Pretence
from calendars.plan.clock import instant_of
from calendars.sequence.conflicts import conflicts
from calendars.sequence.messages import CampaignClock
from calendars.sequence.refusals import Refused
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.store.outbox import Outbox
from calendars.store.reading import read_campaign, unit_states
from calendars.store.writer import Writer
from workflows.campaign import CampaignCongress
from workflows.client import CongressClient
from workflows.conversion import DATA_CONVERTER
from workflows.datafolder import DataFolder
from workflows.embedded import binary
from workflows.launching import launch, prepare
from workflows.overhead import OF_A_REHEARSAL, collect_rarely, walk_payloads_rarely
from workflows.rehearsal.scenario import BadYear, Day, Input, check_bad_year, scenario
from workflows.unit import UnitCongress

QUEUE = "rehearsal"
KEPT_UNITS = 5_000  # as many as the worker keeps workflows of
# Nobody waits for a single answer here: the more is under way, the more shares a transaction.
AT_ONCE = 200
PATIENCE = 0.006
# The real seconds that a rehearsal takes pass on its clock too; they must never carry it over midnight.
MORNING = time(6)
# By then everything of the day was reported, and what was to be said of it is due.
EVENING = time(23, 59)
DAY = timedelta(days=1)


class Deliverer(Protocol):
    """Delivers what is due by an instant of the rehearsed year."""

    async def deliver_due(self, now: datetime) -> object:
        """Returns once it is delivered."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict of the rehearsed year: what the rules refused ("refused"), or what came to stand against them."""

    day: date
    unit: str
    stage: str
    code: str
    en: str
    vi: str


@dataclass
class Rehearsed:
    """A finished rehearsal: its store is open as long as the context that gave it."""

    bundle: Bundle
    store: Store
    found: list[Found] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a rehearsal takes place."""

    environment: WorkflowEnvironment
    client: CongressClient
    store: Store
    clock: CampaignClock


@asynccontextmanager
async def rehearse(
    name_or_dir: str,
    bad: BadYear,
    progress: Callable[[date, int, int], None],
    by: str = "rehearsal",
    delivering: Callable[[Store], Deliverer] = Pretence,
) -> AsyncIterator[Rehearsed]:
    """Runs the campaign from its first day to its last. `progress` is told each day, with how many are done and all;
    `delivering` gives what delivers the notices of each day, by default to nobody.

    Raises `Problems` with every mistake of the campaign's files, `UserError` for a unit or stage that it does not have.
    """
    collect_rarely(OF_A_REHEARSAL)
    walk_payloads_rarely()
    source = find_bundle(name_or_dir)
    bundle = load_bundle(source)
    check_bad_year(bundle, bad)
    with tempfile.TemporaryDirectory(prefix="congress-rehearsal-") as place:
        folder = DataFolder(Path(place))
        store = open_store(f"sqlite:///{Path(place) / 'rehearsal.db'}", durable=False)
        try:
            async with await _server() as environment:
                now = await environment.get_current_time()
                first = bundle.plan.from_
                prepared = prepare(str(source), folder, store, today=first, now=now, reports=False, by=by)
                clock = replace(prepared.start.clock, jitter_seconds=0)
                client = CongressClient(environment.client, bundle.plan.campaign, QUEUE)
                stage = _Stage(environment, client, store, clock)
                async with _worker(environment, store, folder):
                    await _until(environment, instant_of(first, MORNING, clock.timezone, clock.shift_days))
                    await launch(client, replace(prepared, start=replace(prepared.start, clock=clock)), _silent)
                    rehearsed = Rehearsed(bundle, store)
                    await _live(stage, rehearsed, scenario(bundle, bad), delivering(store), progress)
                yield rehearsed
        finally:
            store.close()


async def _server() -> WorkflowEnvironment:
    # The library logs to standard output, where the document goes.
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    runtime = Runtime(telemetry=TelemetryConfig(logging=quiet))
    return await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary("temporal-test-server")), data_converter=DATA_CONVERTER, runtime=runtime
    )


@asynccontextmanager
async def _worker(environment: WorkflowEnvironment, store: Store, folder: DataFolder) -> AsyncIterator[None]:
    renderer = IcalRenderer()
    writer = Writer(Journal(store, renderer, Outbox(), keeps=KEPT_UNITS), patience=PATIENCE)
    worker = Worker(
        environment.client,
        task_queue=QUEUE,
        workflows=[UnitCongress, CampaignCongress],
        activities=all_activities(
            environment.client, store, writer, folder.path / "campaigns", QUEUE, renderer.version
        ),
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=KEPT_UNITS,
        max_concurrent_workflow_tasks=AT_ONCE,
        max_concurrent_local_activities=AT_ONCE,
        # Workflows run on the loop's own thread, and none is failed because a busy machine let it wait.
        debug_mode=True,
    )
    try:
        async with worker:
            yield
    finally:
        writer.close()


async def _live(
    stage: _Stage,
    rehearsed: Rehearsed,
    days: dict[date, Day],
    deliverer: Deliverer,
    progress: Callable[[date, int, int], None],
) -> None:
    plan = rehearsed.bundle.plan
    total = (plan.until - plan.from_).days + 1
    for no in range(total):
        day = plan.from_ + no * DAY
        await _until(stage.environment, instant_of(day, MORNING, stage.clock.timezone, stage.clock.shift_days))
        if day in days:
            await _feed(stage, rehearsed, day, days[day])
        await deliverer.deliver_due(instant_of(day, EVENING, stage.clock.timezone, stage.clock.shift_days))
        progress(day, no + 1, total)


async def _until(environment: WorkflowEnvironment, instant: datetime) -> None:
    """Moves the clock, at most a day at once: calls of the server end after half a minute."""
    while (left := instant - await environment.get_current_time()) > timedelta(0):
        try:
            await environment.sleep(min(left, DAY))
        except RPCError as error:
            # A day on which very much falls due: the server sleeps on, and is asked again for what is left.
            if error.status not in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
                raise


async def _feed(stage: _Stage, rehearsed: Rehearsed, day: date, of_day: Day) -> None:
    for happening in of_day.changes:
        try:
            reached = await stage.client.change(happening.change, by=happening.id, id=happening.id)
        except UserError as refused:
            rehearsed.found.append(Found(day, "", "", "refused", f"{happening.id}: {refused}", str(refused)))
            continue
        rehearsed.found += [Found(day, "", "", "refused", sentence, sentence) for sentence in reached.refused]
    for _, inputs in groupby(of_day.inputs, key=lambda one: one.rank):
        await _send(stage, rehearsed, day, list(inputs))
    _look(stage, rehearsed, day, {one.unit for one in of_day.inputs})


async def _send(stage: _Stage, rehearsed: Rehearsed, day: date, inputs: Iterable[Input]) -> None:
    places = asyncio.Semaphore(AT_ONCE)
    instruments = rehearsed.bundle.plan.instruments

    async def send(one: Input) -> None:
        async with places:
            try:
                await stage.client.send(one.unit, one.command, by="rehearsal")
            except Refused as refused:
                cited = refused.cited(instruments)
                texts = cited.text("en"), cited.text("vi")
                rehearsed.found.append(Found(day, one.unit, one.command.stage, "refused", *texts))
            except UserError as error:
                rehearsed.found.append(Found(day, one.unit, one.command.stage, "refused", str(error), str(error)))

    await asyncio.gather(*(send(one) for one in inputs))


def _look(stage: _Stage, rehearsed: Rehearsed, day: date, units: Collection[str]) -> None:
    """Notes the conflicts that came to the units of which something was heard on this day."""
    known = {(found.unit, found.stage, found.code) for found in rehearsed.found}
    with stage.store.reading() as connection:
        campaign = read_campaign(connection, rehearsed.bundle.plan.campaign)
        for state in unit_states(connection, campaign, units):
            assert state.profile is not None, "units are stored enrolled"
            unit = state.profile.code
            for conflict in conflicts(state):
                one = conflict.cited(campaign.plan.instruments)
                if (unit, one.stage, one.code) not in known:
                    texts = one.text("en"), one.text("vi")
                    rehearsed.found.append(Found(day, unit, one.stage, one.code, *texts))


def _silent(_: object) -> None:
    """The launch is only the first day: its progress is not told apart."""
