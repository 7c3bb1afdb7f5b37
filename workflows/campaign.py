"""One campaign: its launch, the admission of units that a later file adds, and changes that reach all of them.

The units' files lie in the data folder; the workflow walks them slice by slice, so that a launch can be interrupted
anywhere and goes on where it was, and repeating it changes nothing.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from calendars.sequence.events import Line
    from calendars.sequence.messages import Append, Appended, CampaignStart, Progress, Slice
    from calendars.tree.changes import ChangeOrder, Reached, RecordChange, RecordedChange

SLICE = 100
SHORT = timedelta(seconds=30)
SLICE_TIME = timedelta(minutes=10)
REACH_TIME = timedelta(hours=2)
HEARTBEAT = timedelta(seconds=15)
PATIENTLY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))


@workflow.defn(name="CampaignCongress")
class CampaignCongress:
    """Runs from the launch until the campaign is closed."""

    @workflow.init
    def __init__(self, start: CampaignStart) -> None:
        self._start = start
        self._progress = Progress()
        self._launched = False
        self._admissions = asyncio.Lock()  # a condition would wake all that wait for the turn, and all would go on
        self._closed = False

    @workflow.update
    async def enrol(self, start: CampaignStart) -> Progress:
        """Admits every unit of the campaign's file that is not there yet; answers once readers see them all."""
        await workflow.wait_condition(lambda: self._launched)
        async with self._admissions:
            return await self._enrol(start)

    @enrol.validator
    def validate_enrol(self, start: CampaignStart) -> None:
        """Refuses a launch for another day that was prepared before the journal knew this one."""
        if start.today != self._start.today:
            raise ApplicationError(
                f"--today {start.today}: the campaign {start.campaign} was launched as of {self._start.today}, "
                "and its clock runs on.",
                type="Launched",
                non_retryable=True,
            )

    @workflow.update
    async def change(self, order: ChangeOrder) -> Reached:
        """Makes a change of the whole campaign; answers once every unit it concerns has it and readers see it.

        A change that was interrupted anywhere is completed by itself, and may be asked for again under the same id.
        """
        await workflow.wait_condition(lambda: self._launched)
        async with self._admissions:
            now = workflow.now()
            asked = RecordChange(self._start.campaign, order, self._start.clock.day_at(now), now)
            try:
                recorded: RecordedChange = await workflow.execute_activity(
                    "record_change",
                    asked,
                    result_type=RecordedChange,
                    start_to_close_timeout=SHORT,
                    retry_policy=PATIENTLY,
                )
            except ActivityError as error:
                if isinstance(error.cause, ApplicationError) and error.cause.type == "Change":
                    raise ApplicationError(error.cause.message, type="Change", non_retryable=True) from error
                raise
            reached: Reached = await workflow.execute_activity(
                "reach_units",
                recorded,
                result_type=Reached,
                start_to_close_timeout=REACH_TIME,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=PATIENTLY,
            )
            return reached

    @workflow.query
    def progress(self) -> Progress:
        """How far the running or last admission is."""
        return self._progress

    @workflow.signal
    def close(self) -> None:
        """Ends the campaign's workflow; its journal stays."""
        self._closed = True

    @workflow.run
    async def run(self, start: CampaignStart) -> None:
        """Journals the launch, then waits for admissions until the campaign is closed."""
        launched: Line = await workflow.execute_activity(
            "describe_launch", start, result_type=Line, start_to_close_timeout=SHORT, retry_policy=PATIENTLY
        )
        await workflow.execute_activity(
            "journal_append",
            Append(start.campaign, "@campaign", (launched,)),
            result_type=Appended,
            start_to_close_timeout=SHORT,
            retry_policy=PATIENTLY,
        )
        self._launched = True
        await workflow.wait_condition(self._may_end)
        if not self._closed:
            workflow.continue_as_new(start)

    async def _enrol(self, start: CampaignStart) -> Progress:
        units: int = await workflow.execute_activity(
            "count_units", start, result_type=int, start_to_close_timeout=SHORT, retry_policy=PATIENTLY
        )
        self._progress = Progress(units)
        clock = self._start.clock  # the same day on a later real day has another shift
        for first in range(0, units, SLICE):
            part = Slice(
                start.campaign,
                start.folder,
                first,
                SLICE,
                start.by,
                start.today,
                clock,
                start.reports,
                start.release,
                start.joins,
            )
            await workflow.execute_activity(
                "enrol_units",
                part,
                start_to_close_timeout=SLICE_TIME,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=PATIENTLY,
            )
            self._progress = Progress(units, min(first + SLICE, units))
        await workflow.execute_activity(
            "await_enrolled",
            start,
            start_to_close_timeout=REACH_TIME,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=PATIENTLY,
        )
        self._progress = Progress(units, units, done=True)
        return self._progress

    def _may_end(self) -> bool:
        ending = self._closed or workflow.info().is_continue_as_new_suggested()
        return ending and workflow.all_handlers_finished()
