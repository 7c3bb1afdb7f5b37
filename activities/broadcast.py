"""Reaches many units in slices, with heartbeats: each activity may be interrupted anywhere and repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.starting import start_unit
from calendars.campaigns.bundle import Bundle, load_bundle
from calendars.campaigns.opening import Openings, open_all
from calendars.campaigns.units import UnitRow
from calendars.errors import StoreAway, UserError
from calendars.sequence.events import Line
from calendars.sequence.messages import CampaignStart, Order, Slice, UnitStart
from calendars.sequence.rules import Rules
from calendars.sequence.state import UnitState
from calendars.store.changes import campaign_tree, freezes_at
from calendars.store.database import Store
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import read_campaign
from calendars.store.schema import units
from calendars.wallclock import real_now

AT_ONCE = 48  # starts under way: enough to keep a server on two cores busy
POLL_SECONDS = 0.2
BEAT_SECONDS = 2.0


class BroadcastActivities:
    """Activities that need a client of their own. `folder` is the data folder that holds launched campaigns."""

    def __init__(self, client: Client, store: Store, folder: Path, task_queue: str, renderer: int) -> None:
        self._client = client
        self._store = store
        self._folder = folder
        self._task_queue = task_queue
        self._renderer = renderer
        self._loaded: Callable[[str, tuple[int, ...]], Bundle] = lru_cache(maxsize=4)(self._load_anew)
        self._opened: Callable[[str, tuple[int, ...], Slice], Openings] = lru_cache(maxsize=4)(self._open_anew)

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.describe_launch, self.count_units, self.enrol_units, self.await_enrolled]

    @activity.defn
    async def describe_launch(self, start: CampaignStart) -> Line:
        """The first event of the campaign: its plan as launched, its zone and the shift of its days."""
        bundle = await asyncio.to_thread(self._load, start.folder)
        data = {
            "plan": bundle.plan.document(),
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
        return len((await asyncio.to_thread(self._load, start.folder)).units)

    @activity.defn
    async def enrol_units(self, part: Slice) -> None:
        """Starts the workflows of a slice of units, save those the journal has and those that run."""
        bundle = await asyncio.to_thread(self._load, part.folder)
        openings = await asyncio.to_thread(self._open, part)
        rows = bundle.units[part.first : part.first + part.count]
        there = await asyncio.to_thread(self._enrolled, part.campaign, [row.code for row in rows])
        places = asyncio.Semaphore(AT_ONCE)

        async def begin(row: UnitRow) -> None:
            async with places:
                await start_unit(self._client, self._task_queue, self._start_of(part, bundle, openings, row))

        beating = asyncio.create_task(beat())
        try:
            await asyncio.gather(*(begin(row) for row in rows if row.code not in there))
        finally:
            beating.cancel()

    def _start_of(self, part: Slice, bundle: Bundle, openings: Openings, row: UnitRow) -> UnitStart:
        opening = openings.units[row.code]
        rules = Rules.of(bundle.plan, row.level)
        # Units that join later make themselves known; those of a launch are told who stands around them.
        introduced = not part.joins
        return UnitStart(
            part.campaign,
            row.code,
            part.clock,
            UnitState(rules, rules_version=part.release),
            opening.orders,
            opening.children,
            opening.superior,
            introduced,
        )

    @activity.defn
    async def await_enrolled(self, start: CampaignStart) -> None:
        """Returns once readers see every unit of the file."""
        bundle = await asyncio.to_thread(self._load, start.folder)
        expected = {unit.code for unit in bundle.units}
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

    def _load(self, folder: str) -> Bundle:
        """The folder's campaign; read again only when a file of it was replaced."""
        return self._loaded(folder, self._written(folder))

    def _written(self, folder: str) -> tuple[int, ...]:
        files = sorted((self._folder / folder).glob("*.*"))
        return tuple(file.stat().st_mtime_ns for file in files)

    def _load_anew(self, folder: str, _replaced: tuple[int, ...]) -> Bundle:
        try:
            return load_bundle(self._folder / folder)
        except (UserError, OSError) as error:
            raise ApplicationError(f"campaign folder {folder} in the data folder: {error}", type="Folder") from error

    def _open(self, part: Slice) -> Openings:
        return self._opened(part.folder, self._written(part.folder), replace(part, first=0, count=0))

    def _open_anew(self, folder: str, _replaced: tuple[int, ...], part: Slice) -> Openings:
        bundle = self._load(folder)
        openings = open_all(bundle, part.today, part.by, reports=part.reports, release=part.release)
        return self._joining(bundle, openings, part) if part.joins else openings

    def _joining(self, bundle: Bundle, openings: Openings, part: Slice) -> Openings:
        """The same for units that join a running campaign: the freezes that last where they stand hold for them too."""
        with self._store.reading() as connection:
            tree = campaign_tree(connection, read_campaign(connection, part.campaign))
            lines = stream(connection, part.campaign, CAMPAIGN_STREAM)
        joining = {}
        for row in bundle.units:
            opening = openings.units[row.code]
            told = freezes_at(tree, lines, row.parent, part.today)
            orders = [Order(f"{opening.orders[0].id}/{no}", part.by, freeze) for no, freeze in enumerate(told)]
            joining[row.code] = replace(opening, orders=(*opening.orders, *orders))
        return replace(openings, units=joining)


async def beat() -> None:
    """Tells the server that the activity is alive. A beat for each unit would cost as much as a start."""
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT_SECONDS)
