"""One unit's congress sequence as a workflow: messages in, events out.

The rules are pure functions of `calendars.sequence`; this file carries. The unit is the only writer of its stream:
commands and due days become events in memory, and one loop flushes them to the journal in order.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zlib import crc32

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from calendars.plan.clock import instant_of
    from calendars.sequence.deciding import decide
    from calendars.sequence.due import due_facts, next_due
    from calendars.sequence.events import Fact, Line, line_of
    from calendars.sequence.evolving import evolve, number
    from calendars.sequence.messages import Answer, Append, Appended, Order, UnitStart
    from calendars.sequence.refusals import Refused

JOURNAL = "journal_append"
# A local attempt costs one event of history; it must not hold a workflow task for long when the store is away.
LOCAL_ATTEMPT = timedelta(seconds=5)
FULL_ATTEMPT = timedelta(seconds=30)
UNTIL_THE_STORE_IS_BACK = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)


def refusal(refused: Refused) -> ApplicationError:
    """A refusal as it travels to the client, which builds the sentence again in its reader's language."""
    return ApplicationError(str(refused), refused.code, refused.params, type="Refused", non_retryable=True)


@workflow.defn(name="UnitCongress")
class UnitCongress:
    """Runs from launch until the campaign is closed, through any number of continue-as-new."""

    @workflow.init
    def __init__(self, start: UnitStart) -> None:
        self._start = start
        self._state = start.state
        self._unflushed: list[Line] = []
        self._flushed = start.state.version
        self._away = False
        self._adoptions = 0
        self._closed = False

    # Messages

    @workflow.update
    async def command(self, order: Order) -> Answer:
        """Takes an order and answers once readers see its events, or at once when the store is away."""
        while True:
            if order.id in self._state.commands:
                return Answer(self._state.version, self._state.version, repeated=True)
            first = self._state.version + 1
            self._take(self._decide(order), by=order.by, command=order.id)
            last, adoptions = self._state.version, self._adoptions
            await workflow.wait_condition(
                lambda: self._flushed >= last or self._away or self._adoptions != adoptions  # noqa: B023
            )
            # After an adoption the events are gone and the journal's state may hold the order already: decide anew.
            if self._adoptions == adoptions:
                return Answer(first, last, visible=self._flushed >= last)

    @command.validator
    def validate_command(self, order: Order) -> None:
        """Refuses here what the rules refuse: a refused update leaves no trace in the history."""
        if order.id not in self._state.commands:
            self._decide(order)

    @workflow.signal
    def close(self) -> None:
        """The campaign is closed: the unit ends once everything is journalled."""
        self._closed = True

    @workflow.query
    def version(self) -> int:
        """The number of the last event, journalled or not."""
        return self._state.version

    # The loop

    @workflow.run
    async def run(self, start: UnitStart) -> None:
        """Opens the stream, then flushes and waits until the campaign is closed."""
        self._open()
        while True:
            self._fall_due()
            if self._unflushed:
                await self._flush()
            elif not self._may_end():
                await self._wait()
            elif self._closed:
                return
            else:
                workflow.continue_as_new(UnitStart(start.campaign, start.unit, start.clock, self._state))

    def _open(self) -> None:
        for order in self._start.opening:
            try:
                self._take(self._decide(order), by=order.by, command=order.id)
            except ApplicationError:
                # The launch checked every order; one refused now stands in the journal that this unit adopted.
                workflow.logger.info("opening order %s was taken before", order.id)

    def _fall_due(self) -> None:
        self._take(due_facts(self._state, self._today()), by="calendar")

    async def _flush(self) -> None:
        lines = tuple(self._unflushed)
        append = Append(self._start.campaign, self._start.unit, lines)
        try:
            appended = await workflow.execute_local_activity(
                JOURNAL,
                append,
                result_type=Appended,
                start_to_close_timeout=LOCAL_ATTEMPT,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except FailureError:  # a local activity fails with what it raised, not with an ActivityError
            self._away = True
            appended = await workflow.execute_activity(
                JOURNAL,
                append,
                result_type=Appended,
                start_to_close_timeout=FULL_ATTEMPT,
                retry_policy=UNTIL_THE_STORE_IS_BACK,
            )
            self._away = False
        if appended.journal_state is not None:
            self._adopt(appended)
            return
        del self._unflushed[: len(lines)]
        self._flushed = lines[-1].no

    def _adopt(self, appended: Appended) -> None:
        assert appended.journal_state is not None
        self._state = appended.journal_state
        self._flushed = self._state.version
        self._unflushed.clear()
        self._adoptions += 1
        self._open()

    async def _wait(self) -> None:
        due = next_due(self._state)
        timeout = self._until(due) if due is not None else None
        try:
            await workflow.wait_condition(lambda: bool(self._unflushed) or self._may_end(), timeout=timeout)
        except TimeoutError:
            return

    # Helpers

    def _may_end(self) -> bool:
        ending = self._closed or workflow.info().is_continue_as_new_suggested()
        return ending and workflow.all_handlers_finished()

    def _decide(self, order: Order) -> tuple[Fact, ...]:
        try:
            return decide(self._state, order.command, self._today())
        except Refused as refused:
            raise refusal(refused) from refused

    def _take(self, facts: tuple[Fact, ...], *, by: str, command: str = "") -> None:
        for event in number(self._state, facts, by=by, recorded=workflow.now(), command=command):
            self._state = evolve(self._state, event)
            self._unflushed.append(line_of(event))

    def _today(self) -> date:
        return self._start.clock.day_at(workflow.now())

    def _until(self, due: date) -> timedelta:
        clock = self._start.clock
        wake: datetime = instant_of(due, time(0), clock.timezone, clock.shift_days)
        jitter = crc32(self._start.unit.encode()) % (clock.jitter_seconds + 1)
        return max(wake - workflow.now(), timedelta(0)) + timedelta(seconds=jitter)
