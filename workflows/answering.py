"""What the pages ask of units, as orders to their workflows."""

from __future__ import annotations

from uuid import uuid4

from calendars.plan.model import Text
from calendars.sequence.commands import Acknowledge
from calendars.sequence.refusals import Refused
from workflows.ordering import UnitOrders


class PageCommands:
    """What pages behind links in messages ask for, each time as an order of its own."""

    def __init__(self, orders: UnitOrders) -> None:
        self._orders = orders

    async def acknowledge(self, campaign: str, unit: str, by: str) -> Text | None:
        """Notes that somebody answers for what is overdue. None when that is done, else why it is refused."""
        try:
            await self._orders.send(campaign, unit, Acknowledge(), by=by, id=uuid4().hex)
        except Refused as refused:
            return Text(vi=refused.text("vi"), en=refused.text("en"))
        return None
