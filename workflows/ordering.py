"""What the web app asks of units and campaigns, as orders to their workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import select
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError

from calendars.campaigns.tables import Received
from calendars.errors import Problems, StoreAway, UserError
from calendars.sequence.commands import Command
from calendars.sequence.messages import Answer
from calendars.sequence.refusals import Refused
from calendars.store.database import Store
from calendars.store.schema import units
from calendars.tree.changes import Change, Reached
from calendars.web.orders import Added, ChangeRefused, Unanswered
from workflows.adding import add, stage
from workflows.client import CongressClient
from workflows.connection import cluster_is_named, connect
from workflows.datafolder import DataFolder


class UnitOrders:
    """Orders to the service on a data folder: with the client of this very process, or that of another."""

    def __init__(self, folder: DataFolder, store: Store, client: Client | None, task_queue: str) -> None:
        self._folder, self._store, self._client, self._queue = folder, store, client, task_queue
        self._others: dict[str, Client] = {}

    async def send(self, campaign: str, unit: str, command: Command, *, by: str, id: str) -> Answer:
        """One unit's command. Raises `Refused`, else `Unanswered`."""
        try:
            congress = await self._congress(campaign)
            return (await congress.send(unit, command, by=by, id=id)).answer
        except Refused:
            raise
        except (UserError, RPCError, RuntimeError, WorkflowUpdateFailedError) as error:
            raise Unanswered(str(error)) from error

    async def change(self, campaign: str, change: Change, *, by: str, id: str) -> Reached:
        """A change of the whole campaign. Raises `ChangeRefused` or `Unanswered`."""
        try:
            congress = await self._congress(campaign)
            return await congress.change(change, by=by, id=id)
        except UserError as error:
            if isinstance(error.__cause__, WorkflowUpdateFailedError):
                raise ChangeRefused(str(error)) from error
            raise Unanswered(str(error)) from error
        except (RPCError, RuntimeError, WorkflowUpdateFailedError) as error:
            raise Unanswered(str(error)) from error

    async def add(self, campaign: str, file: Received, *, by: str, told: Callable[[int, int], None]) -> Added:
        """The units of a file. Raises `Problems`, else `Unanswered`."""
        try:
            congress = await self._congress(campaign)
            staged = await asyncio.to_thread(stage, file, self._folder, self._store, campaign, by=by)
            return await add(congress, self._store, staged, lambda at: told(at.started, at.units))
        except Problems:
            raise
        except (UserError, RPCError, RuntimeError, WorkflowUpdateFailedError) as error:
            raise Unanswered(str(error)) from error

    async def _congress(self, campaign: str) -> CongressClient:
        def journalled(unit: str) -> int:
            query = select(units.c.version).where(units.c.campaign == campaign, units.c.unit == unit)
            try:
                with self._store.reading() as connection:
                    return connection.scalar(query) or 0
            except StoreAway:
                return 0

        return CongressClient(await self._connected(), campaign, self._queue, journalled)

    async def _connected(self) -> Client:
        if self._client is not None:
            return self._client
        # Another process takes the orders; where it listens may change with each of its starts.
        service = await asyncio.to_thread(self._folder.service)
        if service is None and not cluster_is_named():
            raise Unanswered("No service runs on the data folder.")
        address = service.temporal_address if service else ""
        if address not in self._others:
            self._others = {address: await connect(address)}
        return self._others[address]
