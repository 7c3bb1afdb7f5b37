"""Reaches many units in slices, with heartbeats: each activity may be interrupted anywhere and repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from calendars.campaigns.bundle import Bundle, load_bundle
from calendars.campaigns.opening import opening_orders, reports_by_unit
from calendars.campaigns.reports import ReportRow
from calendars.campaigns.units import UnitRow
from calendars.errors import StoreAway, UserError
from calendars.sequence.events import Line
from calendars.sequence.messages import CampaignStart, Slice, UnitStart
from calendars.sequence.state import Rules, UnitState
from calendars.store.database import Store
from calendars.store.schema import units
from calendars.wallclock import real_now

AT_ONCE = 48  # starts under way: enough to keep a server on two cores busy
POLL_SECONDS = 0.2
BEAT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Loaded:
    bundle: Bundle
    reports: dict[str, tuple[ReportRow, ...]]
    names: dict[str, str]


def unit_workflow_id(campaign: str, unit: str) -> str:
    """The id under which a unit's workflow runs."""
    return f"congress/{campaign}/{unit}"


class BroadcastActivities:
    """Activities that need a client of their own. `folder` is the data folder that holds launched campaigns."""

    def __init__(self, client: Client, store: Store, folder: Path, task_queue: str, renderer: int) -> None:
        self._client = client
        self._store = store
        self._folder = folder
        self._task_queue = task_queue
        self._renderer = renderer
        self._loaded: Callable[[str, tuple[int, ...]], _Loaded] = lru_cache(maxsize=4)(self._load_anew)

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.describe_launch, self.count_units, self.enrol_units, self.await_enrolled]

    @activity.defn
    async def describe_launch(self, start: CampaignStart) -> Line:
        """The first event of the campaign: its plan as launched, its zone and the shift of its days."""
        loaded = await asyncio.to_thread(self._load, start.folder)
        data = {
            "plan": loaded.bundle.plan.document(),
            "timezone": start.clock.timezone,
            "shift_days": start.clock.shift_days,
            "jitter_seconds": start.clock.jitter_seconds,
            "renderer": self._renderer,
            "folder": start.folder,
        }
        return Line(1, "launched", start.today, real_now(), start.by, data)

    @activity.defn
    async def count_units(self, start: CampaignStart) -> int:
        """How many units the campaign's file has."""
        return len((await asyncio.to_thread(self._load, start.folder)).bundle.units)

    @activity.defn
    async def enrol_units(self, part: Slice) -> None:
        """Starts the workflows of a slice of units, save those the journal has and those that run."""
        loaded = await asyncio.to_thread(self._load, part.folder)
        rows = loaded.bundle.units[part.first : part.first + part.count]
        there = await asyncio.to_thread(self._enrolled, part.campaign, [row.code for row in rows])
        places = asyncio.Semaphore(AT_ONCE)

        async def begin(row: UnitRow) -> None:
            async with places:
                await self._begin(part, loaded, row)

        beating = asyncio.create_task(_beat())
        try:
            await asyncio.gather(*(begin(row) for row in rows if row.code not in there))
        finally:
            beating.cancel()

    async def _begin(self, part: Slice, loaded: _Loaded, row: UnitRow) -> None:
        plan = loaded.bundle.plan
        reports = loaded.reports.get(row.code, ()) if part.reports else ()
        orders = opening_orders(row, loaded.names.get(row.parent, ""), reports, plan, part.today, part.by)
        start = UnitStart(
            part.campaign,
            row.code,
            part.clock,
            UnitState(Rules.of(plan, row.level)),
            tuple(order for order, _ in orders),
        )
        await self._client.start_workflow(
            "UnitCongress",
            start,
            id=unit_workflow_id(part.campaign, row.code),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            # The worker of this very process gets the first task with the answer, which saves the server a queue.
            request_eager_start=True,
        )

    @activity.defn
    async def await_enrolled(self, start: CampaignStart) -> None:
        """Returns once readers see every unit of the file."""
        loaded = await asyncio.to_thread(self._load, start.folder)
        expected = {unit.code for unit in loaded.bundle.units}
        while True:
            try:
                there = await asyncio.to_thread(self._count, start.campaign)
            except StoreAway:
                there = 0
            activity.heartbeat(there)
            if there >= len(expected):
                missing = expected - await asyncio.to_thread(self._enrolled, start.campaign, sorted(expected))
                if not missing:
                    return
            await asyncio.sleep(POLL_SECONDS)

    def _count(self, campaign: str) -> int:
        with self._store.reading() as connection:
            query = select(func.count()).select_from(units).where(units.c.campaign == campaign)
            return connection.scalar(query) or 0

    def _enrolled(self, campaign: str, codes: list[str]) -> set[str]:
        found: set[str] = set()
        with self._store.reading() as connection:
            for first in range(0, len(codes), 500):
                part = codes[first : first + 500]
                query = select(units.c.unit).where(units.c.campaign == campaign, units.c.unit.in_(part))
                found.update(connection.scalars(query))
        return found

    def _load(self, folder: str) -> _Loaded:
        """The folder's campaign; read again only when a file of it was replaced."""
        files = sorted((self._folder / folder).glob("*.*"))
        return self._loaded(folder, tuple(file.stat().st_mtime_ns for file in files))

    def _load_anew(self, folder: str, _replaced: tuple[int, ...]) -> _Loaded:
        try:
            bundle = load_bundle(self._folder / folder)
        except (UserError, OSError) as error:
            raise ApplicationError(f"campaign folder {folder} in the data folder: {error}", type="Folder") from error
        names = {unit.code: unit.name for unit in bundle.units}
        reports = {unit: tuple(rows) for unit, rows in reports_by_unit(bundle.reports).items()}
        return _Loaded(bundle, reports, names)


async def _beat() -> None:
    """Tells the server that the activity is alive. A beat for each unit would cost as much as a start."""
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT_SECONDS)
