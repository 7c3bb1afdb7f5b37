"""The typed client of the workflows: what the command line and the web app may ask, and how refusals come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast
from uuid import uuid4

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.starting import start_unit
from calendars.errors import UserError
from calendars.sequence.commands import Command, Correct, Report, Retract, Schedule
from calendars.sequence.messages import Answer, CampaignStart, Order, Progress, UnitStart, unit_workflow_id
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Results
from calendars.tree.changes import Change, ChangeOrder, Reached
from workflows.campaign import CampaignCongress
from workflows.unit import UnitCongress

ANSWER_TIME = timedelta(seconds=30)
INTERRUPTED = "The service stopped answering; a change that it had begun goes on by itself once it runs again."
# Refusals that rest on what other units did, which the unit may not have heard of yet.
OF_OTHERS = ("gate_closed", "pilots_first", "sealed")
PAUSES = (0.5, 1, 2, 4, 8)  # seconds before an order is sent again while Temporal is away


class NoAnswer(UserError):
    """Nobody took the order in time; whether it will be taken is not known. The same order may be sent again."""


class RefusedAt(Exception):
    """A refusal with the version of the unit that refused."""

    def __init__(self, refused: Refused, version: int) -> None:
        super().__init__(str(refused))
        self.refused = refused
        self.version = version


@dataclass(frozen=True, slots=True)
class Sent:
    """An order and what became of it."""

    order: Order
    answer: Answer


class CongressClient:
    """Commands of one campaign. Everything that changes a unit goes through its workflow."""

    def __init__(
        self, client: Client, campaign: str, task_queue: str, journalled: Callable[[str], int] = lambda unit: 0
    ) -> None:
        """`journalled` gives the version of a unit in the read model, 0 when it cannot be read."""
        self._client = client
        self.campaign = campaign
        self._task_queue = task_queue
        self._journalled = journalled

    async def schedule(self, unit: str, stage: str, on: date, to: date | None = None, *, by: str) -> Sent:
        """Sets or moves the days of a stage. Raises `Refused`."""
        return await self.send(unit, Schedule(stage, on, to), by=by)

    async def report(
        self, unit: str, stage: str, on: date, to: date | None = None, results: Results | None = None, *, by: str
    ) -> Sent:
        """Reports that a stage was held. Raises `Refused`."""
        return await self.send(unit, Report(stage, on, to, results or {}), by=by)

    async def correct(self, unit: str, correction: Correct, *, by: str) -> Sent:
        """Replaces what was reported. Raises `Refused`."""
        return await self.send(unit, correction, by=by)

    async def retract(self, unit: str, stage: str, reason: str, *, by: str) -> Sent:
        """Takes a report back. Raises `Refused`."""
        return await self.send(unit, Retract(stage, reason), by=by)

    async def send(self, unit: str, command: Command, *, by: str, id: str | None = None) -> Sent:
        """Sends a command; with the same `id` it may be sent again and is taken once.

        Raises `Refused` when the rules refuse it, `UserError` for an unknown unit, `NoAnswer` when no worker answers.
        """
        order = Order(id or uuid4().hex, by, command)
        reconciled = False
        for pause in PAUSES:
            try:
                return Sent(order, await self._send_once(unit, order))
            except RefusedAt as error:
                # A unit that is behind the journal may refuse what is right; it is asked again once it has caught up.
                if reconciled or not await self._learns(unit, error):
                    raise error.refused from error
                reconciled = True
            except RPCError as error:
                if error.status == RPCStatusCode.NOT_FOUND and not await self._runs(unit):
                    raise UserError(
                        f"There is no unit {unit} running in campaign {self.campaign}; "
                        "if the journal has it, `congress restore` starts it again."
                    ) from error
                # Temporal itself is being restarted; the order's id keeps it from being taken twice.
                await asyncio.sleep(pause)
        raise self._no_answer(unit)

    async def _send_once(self, unit: str, order: Order) -> Answer:
        handle = self._client.get_workflow_handle_for(UnitCongress.run, unit_workflow_id(self.campaign, unit))
        try:
            return await handle.execute_update(UnitCongress.command, order, id=order.id, rpc_timeout=ANSWER_TIME)
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise self._no_answer(unit) from error

    async def _learns(self, unit: str, error: RefusedAt) -> bool:
        """Whether the unit may know more after it was made to look: at the journal, or around."""
        if error.refused.code in OF_OTHERS:
            handle = self._client.get_workflow_handle_for(UnitCongress.run, unit_workflow_id(self.campaign, unit))
            await handle.execute_update(UnitCongress.reconcile)
            return True
        return await self._catches_up(unit, error.version)

    async def _catches_up(self, unit: str, version: int) -> bool:
        """Whether the unit, which refused at `version`, was behind the journal and has adopted it by now."""
        journalled = await asyncio.to_thread(self._journalled, unit)
        if version >= journalled:
            return False
        handle = self._client.get_workflow_handle_for(UnitCongress.run, unit_workflow_id(self.campaign, unit))
        now = await handle.query(UnitCongress.version)
        return max(now, await handle.execute_update(UnitCongress.reconcile) if now < journalled else now) > version

    async def _runs(self, unit: str) -> bool:
        handle = self._client.get_workflow_handle(unit_workflow_id(self.campaign, unit))
        try:
            return (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
        except RPCError as error:
            return error.status != RPCStatusCode.NOT_FOUND

    def _no_answer(self, unit: str) -> NoAnswer:
        return NoAnswer(
            f"The service did not answer in time: whether {unit} took the order is not known, "
            "and it is safe to send it again."
        )

    async def launch(self, start: CampaignStart) -> None:
        """Starts the campaign's workflow unless it runs. The admission of its units follows by `enrol`."""
        await self._client.start_workflow(
            CampaignCongress.run,
            start,
            id=self._campaign_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def enrol(self, start: CampaignStart) -> Progress:
        """Admits every unit of a file that is not there yet; returns once readers see them all.

        Raises `UserError` when the campaign runs as of another day.
        """
        handle = self._client.get_workflow_handle_for(CampaignCongress.run, self._campaign_id)
        try:
            return await handle.execute_update(CampaignCongress.enrol, start, id=uuid4().hex)
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise NoAnswer(
                "The service stopped answering; what was admitted stays, and the same command completes it."
            ) from error

    async def progress(self) -> Progress:
        """How far the running admission is."""
        handle = self._client.get_workflow_handle_for(CampaignCongress.run, self._campaign_id)
        return await handle.query(CampaignCongress.progress)

    async def start_unit(self, start: UnitStart) -> None:
        """Starts the workflow of a unit, unless it runs, with the state it is given."""
        await start_unit(self._client, self._task_queue, start)

    async def change(self, change: Change, *, by: str, id: str | None = None) -> Reached:
        """Changes the whole campaign; returns once every unit it concerns has it. With the same `id` it may be sent
        again and is made once.

        Raises `UserError` for a change that may not be made, `NoAnswer` when the service stops: what was begun goes on
        once it runs again.
        """
        handle = self._client.get_workflow_handle_for(CampaignCongress.run, self._campaign_id)
        order = ChangeOrder(id or uuid4().hex, by, change)
        try:
            return await handle.execute_update(CampaignCongress.change, order, id=order.id)
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise UserError(
                    f"The campaign {self.campaign} does not run; if the journal has it, `congress restore` starts it."
                ) from error
            raise NoAnswer(INTERRUPTED) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise NoAnswer(INTERRUPTED) from error

    @property
    def _campaign_id(self) -> str:
        return f"congress/{self.campaign}"


def _refused(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "Refused":
        code, params, version = cast("tuple[str, dict[str, str], int]", cause.details)
        return RefusedAt(Refused.rebuild(code, params), version)
    if isinstance(cause, ApplicationError) and cause.type in ("Launched", "Change"):
        return UserError(cause.message)
    return error
