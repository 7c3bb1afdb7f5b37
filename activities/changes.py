"""Changes of a whole campaign: recorded once in its stream, then carried to every unit they concern.

Each activity may be interrupted anywhere and repeated: a change that stands in the stream is not recorded again, and a
unit that knows it answers nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.broadcast import beat
from activities.starting import start_unit
from calendars.errors import UserError
from calendars.sequence.commands import Command, Enrol, Follow
from calendars.sequence.events import Line
from calendars.sequence.messages import Answer, Append, Order, UnitStart, unit_workflow_id
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, UnitState
from calendars.store.changes import campaign_changes, campaign_tree, checked, freezes_at
from calendars.store.database import Store
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, read_campaign
from calendars.store.writer import Writer
from calendars.tree.changes import Amend, Change, ChangeOrder, Reached, RecordChange, RecordedChange
from calendars.tree.model import Tree
from calendars.tree.reaching import Step, steps

AT_ONCE = 32
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class ChangeActivities:
    """Activities that need a client of their own, for they send commands to units."""

    def __init__(self, client: Client, store: Store, writer: Writer, task_queue: str) -> None:
        self._client = client
        self._store = store
        self._writer = writer
        self._task_queue = task_queue

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.record_change, self.reach_units]

    @activity.defn
    async def record_change(self, asked: RecordChange) -> RecordedChange:
        """Checks a change and writes it into the campaign's stream, once. Raises an error of type "Change" for a change
        that may not be made."""
        try:
            recorded, line = await asyncio.to_thread(self._prepare, asked)
        except UserError as refused:
            raise ApplicationError(str(refused), type="Change", non_retryable=True) from refused
        if line is not None:
            await asyncio.wrap_future(self._writer.submit(Append(asked.campaign, CAMPAIGN_STREAM, (line,))))
        return recorded

    @activity.defn
    async def reach_units(self, recorded: RecordedChange) -> Reached:
        """Carries a recorded change to every unit it concerns, with heartbeats."""
        order, campaign, tree, todo = await asyncio.to_thread(self._plan_steps, recorded)
        reached: list[str] = []
        refused: list[str] = []
        places = asyncio.Semaphore(AT_ONCE)

        async def send(unit: str, command: Command) -> None:
            async with places:
                answer = await self._send(campaign.name, unit, Order(f"{order.id}/{unit}", recorded.by, command))
            if isinstance(answer, str):
                refused.append(f"{unit}: {answer}")
            elif answer.last >= answer.first:
                reached.append(unit)

        beating = asyncio.create_task(beat())
        try:
            for step in todo:
                for profile in step.begin:
                    if tree.living(profile.code) is None:
                        await self._begin(campaign, recorded, order, profile)
                        reached.append(profile.code)
                await asyncio.gather(*(send(unit, command) for unit, command in step.commands))
        finally:
            beating.cancel()
        return Reached(recorded.no, len(set(reached)), tuple(sorted(refused)), recorded.repeated)

    def _prepare(self, asked: RecordChange) -> tuple[RecordedChange, Line | None]:
        order, change = asked.order, asked.order.change
        with self._store.reading() as connection:
            campaign = read_campaign(connection, asked.campaign)
            lines = stream(connection, asked.campaign, CAMPAIGN_STREAM)
            for line in lines:
                if line.command == order.id:
                    return RecordedChange(asked.campaign, line.no, line.by, asked.today, repeated=True), None
            change = checked(connection, campaign, lines, change, asked.today)
        no = lines[-1].no + 1
        data: dict[str, Any] = _CHANGE.dump_python(change, mode="json")
        kind = data.pop("kind")
        if isinstance(change, Amend):
            data["release"] = campaign.release + 1
        effective = getattr(change, "on", asked.today)
        line = Line(no, kind, effective, asked.recorded, order.by, data, order.id)
        return RecordedChange(asked.campaign, no, order.by, asked.today), line

    def _plan_steps(self, recorded: RecordedChange) -> tuple[ChangeOrder, Campaign, Tree, tuple[Step, ...]]:
        with self._store.reading() as connection:
            campaign = read_campaign(connection, recorded.campaign)
            changes = campaign_changes(connection, recorded.campaign)
            order, release, before = changes[recorded.no]
            tree = campaign_tree(connection, campaign)
            return order, campaign, tree, steps(tree, before, order.change, recorded.no, release)

    async def _send(self, campaign: str, unit: str, order: Order) -> Answer | str:
        """The unit's answer, or the sentence with which it refused."""
        handle = self._client.get_workflow_handle(unit_workflow_id(campaign, unit))
        try:
            answer: Answer = await handle.execute_update("command", order, id=order.id, result_type=Answer)
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "Refused":
                return error.cause.message
            raise
        return answer

    async def _begin(self, campaign: Campaign, recorded: RecordedChange, order: ChangeOrder, profile: Profile) -> None:
        """Starts a unit that the change adds, and returns once readers see it."""
        with self._store.reading() as connection:
            lines = stream(connection, campaign.name, CAMPAIGN_STREAM)
            tree = campaign_tree(connection, campaign)
        orders = opening_of(campaign, tree, lines, profile, recorded.today, recorded.by, order.id)
        state = UnitState(Rules.of(campaign.plan, profile.level), rules_version=campaign.release)
        await start_unit(
            self._client,
            self._task_queue,
            UnitStart(campaign.name, profile.code, campaign.clock, state, orders, children=()),
        )
        # An order is answered once all before it is journalled; this one is known to the unit and says nothing new.
        seen = Order(f"{order.id}/{profile.code}/seen", recorded.by, Follow(campaign.release, ()))
        await self._send(campaign.name, profile.code, seen)


def opening_of(
    campaign: Campaign, tree: Tree, lines: Sequence[Line], profile: Profile, today: date, by: str, id: str
) -> tuple[Order, ...]:
    """The orders with which a unit joins a running campaign: it enrols under the newest release, and the freezes that
    last where it stands hold for it too."""
    commands: list[Command] = [Enrol(profile, campaign.release), *freezes_at(tree, lines, profile.parent, today)]
    return tuple(Order(f"{id}/{profile.code}/{no}", by, command) for no, command in enumerate(commands))
