"""The service: settings -> Temporal (a given cluster, or embedded) -> worker + web. It only wires."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import psutil
import uvloop
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.notices import NoticeActivities
from activities.registry import all_activities
from calendars.errors import CalendarError
from calendars.ical.renderer import IcalRenderer
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.store.outbox import Outbox
from calendars.store.writer import Writer
from calendars.wallclock import real_now
from calendars.web.app import WebApplication, create_app
from calendars.web.pages import drawing
from workflows.answering import PageCommands
from workflows.campaign import CampaignCongress
from workflows.client import CongressClient
from workflows.commands.console import progress_bar, say
from workflows.connection import cluster_is_named, connect
from workflows.datafolder import SERVICE, DataFolder, ServiceRecord
from workflows.demonstration import Demonstration
from workflows.dispatch import Dispatch, keep_delivering
from workflows.embedded import EmbeddedTemporal
from workflows.launching import launch, prepare
from workflows.ordering import UnitOrders
from workflows.overhead import OF_A_SERVICE, collect_rarely, walk_payloads_rarely
from workflows.posting import NO_MAIL, delivery_of, link_mail_of, links_of, post_of
from workflows.settings import Settings, read_settings
from workflows.unit import UnitCongress
from workflows.webserver import listen, web_server

# Measured on two cores: more workflow tasks at once only wait for each other, and replays must not starve.
WORKFLOW_TASKS = 24
# Of what is not kept in memory (80 kB each) the history is read again when it wakes, at most 80 events.
CACHED_UNITS = 500
DRAIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Temporal:
    """Where Temporal is: `address` is empty for a named cluster."""

    client: Client
    address: str
    ui: str


def main() -> None:
    """Runs the service until SIGTERM or an interrupt."""
    parser = argparse.ArgumentParser(prog="worker.py", description="The service of Congress Calendars.")
    parser.add_argument("--role", choices=("all", "worker", "web"), default="all", help="what this process runs")
    parser.add_argument("--launch", metavar="NAME_OR_DIR", help="launch this campaign, or complete its launch")
    parser.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="the campaign's day at its launch")
    options = parser.parse_args()
    try:
        uvloop.run(serve(read_settings(), options.role, options.launch, options.today))
    except CalendarError as error:
        sys.exit(str(error))


async def serve(settings: Settings, role: str, name_or_dir: str | None, today: date | None) -> None:
    """Starts what the role asks for, and on SIGTERM stops it in the order that loses nothing: web, worker, store."""
    collect_rarely(OF_A_SERVICE)
    walk_payloads_rarely()
    stopping = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopping.set)
    folder = DataFolder(settings.data)
    folder.make()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.locked(role))
        socket_ = listen(settings.host, settings.port) if role != "worker" else None
        store = open_store(settings.store_url)
        stack.callback(store.close)
        say(f"opened the store {settings.store_url.rpartition('@')[2]}")
        await asyncio.to_thread(_renew, store)
        temporal = await stack.enter_async_context(_temporal(settings, folder)) if role != "web" else None
        demonstration = Demonstration(store, folder, settings.board_url)
        web = None
        if socket_:
            web = await stack.enter_async_context(_web(settings, store, folder, demonstration, temporal, socket_))
        if temporal:
            await stack.enter_async_context(_worker(settings, store, folder, temporal, web))
        if temporal:
            _announce(settings, folder, temporal)
            stack.callback(folder.remove, SERVICE)
        if temporal and name_or_dir:
            work = asyncio.create_task(_launch(settings, store, folder, temporal.client, name_or_dir, today))
            await _either(work, stopping)
        if not stopping.is_set():
            _print_addresses(settings, demonstration, temporal, web is not None)
            await stopping.wait()
        say("stopping")


def _renew(store: Store) -> None:
    """Folds the journal again where an older version made the projections. The web app must not have read them yet."""
    journal = Journal(store, IcalRenderer())
    if journal.outdated:
        say("the projections are an older version's and are made again")
        journal.rebuild(now=real_now())


def _announce(settings: Settings, folder: DataFolder, temporal: Temporal) -> None:
    """Tells the command line where orders go; a process that only serves pages takes none."""
    process = psutil.Process(os.getpid())
    folder.announce(
        ServiceRecord(
            process.pid,
            process.create_time(),
            settings.board_url,
            temporal.address,
            temporal.ui,
            settings.task_queue,
            mail=bool(settings.smtp_url),
        )
    )


@asynccontextmanager
async def _temporal(settings: Settings, folder: DataFolder) -> AsyncIterator[Temporal]:
    if cluster_is_named():
        client = await connect()
        say(f"connected to Temporal at {client.service_client.config.target_host}")
        yield Temporal(client, "", client.service_client.config.target_host)
        return
    server = EmbeddedTemporal(folder, settings.temporal_port, settings.temporal_ui_port, say)
    await server.start()
    watching = asyncio.create_task(server.supervise())
    try:
        yield Temporal(await server.client(), server.address, server.ui)
    finally:
        watching.cancel()
        await server.stop()


@asynccontextmanager
async def _web(
    settings: Settings,
    store: Store,
    folder: DataFolder,
    demonstration: Demonstration,
    temporal: Temporal | None,
    listening: socket.socket,
) -> AsyncIterator[WebApplication]:
    async def ready() -> bool:
        try:
            return temporal is None or await temporal.client.service_client.check_health(timeout=timedelta(seconds=2))
        except RPCError:
            return False

    mail = link_mail_of(settings, store)
    orders = UnitOrders(folder, store, temporal.client if temporal else None, settings.task_queue)
    app = create_app(
        store,
        public_url=settings.board_url,
        today=lambda campaign: campaign.clock.day_at(real_now()),
        open_board=settings.is_private,
        feed_url_demo=demonstration,
        ready=ready,
        now=real_now,
        links=links_of(settings, folder),
        commands=PageCommands(orders),
        feed_rate=settings.feed_rate,
        orders=orders,
        api_rate=settings.api_rate,
        public_feeds=settings.public_feeds,
        public_rate=settings.public_rate,
        mail=mail,
    )
    server = web_server(app)
    serving = asyncio.create_task(server.serve([listening]))
    warming = asyncio.create_task(asyncio.to_thread(drawing.warm))
    say(f"serving on {settings.host}:{listening.getsockname()[1]}")
    try:
        yield app
    finally:
        app.api.close()  # or those that follow events would be waited for
        await server.stop(serving)
        await warming
        await app.imports.close()
        await app.feeds.close()
        if mail:
            await mail.close()


@asynccontextmanager
async def _worker(
    settings: Settings, store: Store, folder: DataFolder, temporal: Temporal, web: WebApplication | None
) -> AsyncIterator[None]:
    renderer = IcalRenderer()
    outbox = Outbox(timedelta(minutes=settings.notice_quiet_minutes))
    writer = Writer(Journal(store, renderer, outbox), committed=web.changed if web else lambda: None)
    post = post_of(settings)
    if post.mail is None:
        say(NO_MAIL)
    notices = NoticeActivities(delivery_of(settings, folder, store, post))
    client, queue = temporal.client, settings.task_queue
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[UnitCongress, CampaignCongress, Dispatch],
        activities=[
            *all_activities(client, store, writer, folder.path / "campaigns", queue, renderer.version),
            *notices.activities,
        ],
        # The sandbox halves the rate; tests run the same workflows inside it.
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=CACHED_UNITS,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS,
        max_concurrent_local_activities=200,
        graceful_shutdown_timeout=DRAIN,
    )
    async with worker:
        await keep_delivering(client, queue)
        say(f"working on the task queue {queue}")
        yield
    writer.close()
    await post.close()


async def _launch(
    settings: Settings, store: Store, folder: DataFolder, client: Client, name_or_dir: str, today: date | None
) -> None:
    prepared = await asyncio.to_thread(
        lambda: prepare(name_or_dir, folder, store, today=today, now=real_now(), reports=True, by="worker.py --launch")
    )
    congress = CongressClient(client, prepared.start.campaign, settings.task_queue)
    with progress_bar("Enrolling units") as advance:
        done = await launch(congress, prepared, lambda at: advance(at.started, at.units))
    say(f"{prepared.start.campaign}: {done.units:,} units are enrolled")


async def _either(work: asyncio.Task[None], stopping: asyncio.Event) -> None:
    """Waits for the work, or drops it when the service is told to stop; a launch goes on at the next start."""
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait([work])
    elif error := work.exception():
        raise error


def _print_addresses(settings: Settings, demonstration: Demonstration, temporal: Temporal | None, web: bool) -> None:
    if web:
        say(f"Board: {settings.board_url}/")
        feed = demonstration()
        say(f"Feed: {feed}" if feed else "No campaign is launched; start one with `congress launch quang-ninh-2020`.")
    if temporal and temporal.ui:
        say(f"Temporal: {temporal.ui}")


if __name__ == "__main__":
    main()
