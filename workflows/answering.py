"""What the pages ask of units, as orders to their workflows."""

from __future__ import annotations

from temporalio.client import Client

from calendars.plan.model import Text
from calendars.sequence.commands import Acknowledge
from calendars.sequence.refusals import Refused
from workflows.client import CongressClient
from workflows.connection import connect
from workflows.datafolder import DataFolder


class PageCommands:
    """Orders to the service on a data folder: with the client of this very process, or that of another."""

    def __init__(self, folder: DataFolder, client: Client | None, task_queue: str) -> None:
        self._folder, self._client, self._queue = folder, client, task_queue

    async def acknowledge(self, campaign: str, unit: str, by: str) -> Text | None:
        """Notes that somebody answers for what is overdue. None when that is done, else why it is refused."""
        congress = CongressClient(await self._connected(), campaign, self._queue)
        try:
            await congress.send(unit, Acknowledge(), by=by)
        except Refused as refused:
            return Text(vi=refused.text("vi"), en=refused.text("en"))
        return None

    async def _connected(self) -> Client:
        if self._client is None:
            service = self._folder.service()
            self._client = await connect(service.temporal_address if service else "")
        return self._client
