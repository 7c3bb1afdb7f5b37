"""One unit's congress sequence as a workflow: messages in, events out.

The rules are pure functions of `calendars.sequence`; this file carries. The unit is the only writer of its stream:
commands and due days become events in memory, and one loop flushes them to the journal in order.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial
from zlib import crc32

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from calendars.plan.clock import instant_of
    from calendars.sequence.commands import Schedule
    from calendars.sequence.deciding import decide
    from calendars.sequence.digests import digest_facts, next_digest
    from calendars.sequence.due import due_facts, next_due
    from calendars.sequence.events import Line, line_of
    from calendars.sequence.evolving import evolve, number
    from calendars.sequence.facts import Fact
    from calendars.sequence.gates import gate_facts, seal_facts
    from calendars.sequence.messages import (
        Answer,
        Append,
        Appended,
        AskAround,
        AskCounts,
        Order,
        UnitStart,
        unit_workflow_id,
    )
    from calendars.sequence.refusals import Refused
    from calendars.sequence.rollups import counted_day, next_rollup, rollup_facts
    from calendars.sequence.state import Count, UnitState
    from calendars.sequence.surroundings import Child, Superior, Surroundings
    from workflows.neighbours import Neighbours, News

JOURNAL = "journal_append"
LOOK = "look_around"
COUNT = "count_below"
# A local attempt costs one event of history; it must not hold a workflow task for long when the store is away.
LOCAL_ATTEMPT = timedelta(seconds=5)
FULL_ATTEMPT = timedelta(seconds=30)
UNTIL_THE_STORE_IS_BACK = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)
# News that a neighbour could not be told are repeated after a minute, then ever less often.
FIRST_REPEAT = timedelta(minutes=1)
LAST_REPEAT = timedelta(days=1)


def refusal(refused: Refused, version: int) -> ApplicationError:
    """A refusal as it travels to the client, which builds the sentence again in its reader's language.

    `version` is what the unit knew when it refused.
    """
    return ApplicationError(str(refused), refused.code, refused.params, version, type="Refused", non_retryable=True)


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
        self._owed: list[Order] = []  # answered as accepted while the store was away, and not journalled yet
        self._closed = False
        self._neighbours = Neighbours(start, partial(workflow.patched, "told-again"))
        self._stirs = 0  # grows with everything heard from neighbours
        self._counted: dict[date, tuple[Count, ...]] = {}  # what is held further below, by the last day looked at
        self._deaf: set[str] = set()  # neighbours that could not be reached
        self._repeats = 0
        self._repeat_at: datetime | None = None
        self._open()  # here, for an order may come with the very first task, before `run` begins

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
                if self._flushed < last:
                    self._owed.append(order)
                return Answer(first, last, visible=self._flushed >= last)

    @command.validator
    def validate_command(self, order: Order) -> None:
        """Refuses here what the rules refuse: a refused update leaves no trace in the history."""
        if order.id not in self._state.commands:
            self._decide(order)

    @workflow.update
    async def reconcile(self) -> int:
        """Compares the unit with the journal and adopts it where the unit is behind, and reads anew who stands around
        it; gives the version it has then."""
        if self._state.rules.gates or self._state.rules.watched:
            await self._look()
        await workflow.wait_condition(lambda: not self._unflushed or self._away)  # a flush may find out by itself
        question = Append(self._start.campaign, self._start.unit, (), self._state.version)
        try:
            appended = await self._append_locally(question)
        except FailureError:
            return self._state.version
        # What came in meanwhile is left to the loop, which finds out with its own flush.
        if appended.journal_state is not None and not self._unflushed:
            self._adopt(appended.journal_state)
        return self._state.version

    @workflow.signal
    def below(self, child: Child) -> None:
        """A unit below tells what it held."""
        self._neighbours.hear_child(child)
        self._stirs += 1

    @workflow.signal
    def above(self, superior: Superior) -> None:
        """The superior tells what it held."""
        self._neighbours.hear_superior(superior)
        self._stirs += 1

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
        """Flushes, tells the neighbours and waits, until the campaign is closed."""
        while True:
            if self._state.rules.gates and not self._neighbours.known:
                await self._look()
            today = self._today()
            if (day := self._uncounted(today)) is not None:
                await self._count(day)
                continue
            self._fall_due(today)
            if self._unflushed:
                await self._flush()
            elif news := self._unheard():
                await self._tell(news)
            elif not self._may_end():
                await self._wait(today)
            elif self._closed:
                return
            else:
                workflow.continue_as_new(self._neighbours.carried(start, self._state))

    def _open(self) -> None:
        for order in self._start.opening:
            try:
                self._take(self._decide(order, _day_of(order)), by=order.by, command=order.id)
            except ApplicationError as refused:
                # The launch tried every order, so only rules that changed meanwhile can refuse one.
                workflow.logger.warning("opening order %s was refused: %s", order.id, refused.message)
        if self._start.introduced:
            self._neighbours.introduce(self._state)

    def _fall_due(self, today: date) -> None:
        self._take(due_facts(self._state, today), by="calendar")
        self._take(gate_facts(self._state, self._neighbours.around(), today), by="calendar")
        self._take(seal_facts(self._state, self._neighbours.superior, today), by="calendar")
        self._take(digest_facts(self._state, self._neighbours.around(), today), by="calendar")
        self._take(rollup_facts(self._state, self._neighbours.around(), self._counted, today), by="calendar")

    async def _flush(self) -> None:
        lines = tuple(self._unflushed)
        append = Append(self._start.campaign, self._start.unit, lines)
        try:
            appended = await self._append_locally(append)
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
            self._adopt(appended.journal_state)
            return
        del self._unflushed[: len(lines)]
        self._flushed = lines[-1].no
        self._owed = [order for order in self._owed if order.id in {line.command for line in self._unflushed}]

    async def _append_locally(self, append: Append) -> Appended:
        appended: Appended = await workflow.execute_local_activity(
            JOURNAL,
            append,
            result_type=Appended,
            start_to_close_timeout=LOCAL_ATTEMPT,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
        return appended

    def _adopt(self, state: UnitState) -> None:
        """Goes on from the journal. The opening is one append, so a journal that has anything has all of it."""
        self._state = state
        self._neighbours.stand(state)
        self._flushed = state.version
        self._unflushed.clear()
        self._adoptions += 1
        owed, self._owed = self._owed, []
        for order in owed:
            if order.id in state.commands:
                continue
            try:
                self._take(self._decide(order), by=order.by, command=order.id)
                self._owed.append(order)
            except ApplicationError as refused:
                workflow.logger.warning("order %s is refused after an adoption: %s", order.id, refused.message)

    async def _look(self) -> None:
        question = AskAround(self._start.campaign, self._start.unit, self._neighbours.children)
        try:
            found: Surroundings = await workflow.execute_local_activity(
                LOOK,
                question,
                result_type=Surroundings,
                start_to_close_timeout=LOCAL_ATTEMPT,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except FailureError:
            return  # what the neighbours told stands meanwhile
        self._neighbours.look(found)
        self._stirs += 1

    def _uncounted(self, today: date) -> date | None:
        """The day for which a figure of units further below is due and was not asked for."""
        calendar = self._state.rules.calendar
        if calendar is None or not calendar.deeper:
            return None
        day = counted_day(self._state, today)
        return None if day in self._counted else day

    async def _count(self, day: date) -> None:
        calendar = self._state.rules.calendar
        question = AskCounts(self._start.campaign, self._start.unit, day, calendar.deeper if calendar else ())
        self._counted = {day: ()}  # a figure that cannot be had is left to the next week
        try:
            self._counted[day] = await workflow.execute_local_activity(
                COUNT,
                question,
                result_type=tuple[Count, ...],
                start_to_close_timeout=LOCAL_ATTEMPT,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except FailureError:
            return

    def _unheard(self) -> list[News]:
        if self._repeat_at is not None and workflow.now() >= self._repeat_at:
            self._deaf.clear()
            self._repeat_at = None
        return [news for news in self._neighbours.owed(self._state) if news.recipient not in self._deaf]

    async def _tell(self, news: list[News]) -> None:
        heard = await asyncio.gather(*(self._signal(one) for one in news))
        missed = {one.recipient for one, arrived in zip(news, heard, strict=True) if not arrived}
        if missed:
            self._deaf |= missed
            self._repeat_at = workflow.now() + min(FIRST_REPEAT * 2 ** min(self._repeats, 20), LAST_REPEAT)
            self._repeats += 1
        elif not self._deaf:
            self._repeats = 0

    async def _signal(self, news: News) -> bool:
        neighbour = workflow.get_external_workflow_handle(unit_workflow_id(self._start.campaign, news.recipient))
        try:
            await neighbour.signal(news.signal, news.message)
        except FailureError:
            return False
        self._neighbours.sent(news)
        return True

    async def _wait(self, today: date) -> None:
        adoptions, stirs = self._adoptions, self._stirs
        around = self._neighbours.around()
        days = (
            next_due(self._state, today),
            next_digest(self._state, around, today),
            next_rollup(self._state, around, today),
        )
        waits = [self._until(day) for day in days if day is not None]
        if self._repeat_at is not None:
            waits.append(max(self._repeat_at - workflow.now(), timedelta(0)))
        try:
            await workflow.wait_condition(
                lambda: (
                    bool(self._unflushed) or self._adoptions != adoptions or self._stirs != stirs or self._may_end()
                ),
                timeout=min(waits, default=None),
            )
        except TimeoutError:
            return

    # Helpers

    def _may_end(self) -> bool:
        ending = self._closed or workflow.info().is_continue_as_new_suggested()
        return ending and workflow.all_handlers_finished()

    def _decide(self, order: Order, day: date | None = None) -> tuple[Fact, ...]:
        try:
            return decide(self._state, order.command, day or self._today(), self._neighbours.around())
        except Refused as refused:
            raise refusal(refused, self._state.version) from refused

    def _take(self, facts: tuple[Fact, ...], *, by: str, command: str = "") -> None:
        if not facts:
            return  # most looks find nothing, and asking for the time is not free
        for event in number(self._state, facts, by=by, recorded=workflow.now(), command=command):
            self._state = evolve(self._state, event)
            self._neighbours.stand(self._state)
            self._unflushed.append(line_of(event))

    def _today(self) -> date:
        return self._start.clock.day_at(workflow.now())

    def _until(self, due: date) -> timedelta:
        clock = self._start.clock
        wake: datetime = instant_of(due, time(0), clock.timezone, clock.shift_days)
        jitter = crc32(self._start.unit.encode()) % (clock.jitter_seconds + 1)
        return max(wake - workflow.now(), timedelta(0)) + timedelta(seconds=jitter)


def _day_of(order: Order) -> date | None:
    """The day on which an opening order is decided: a date as of its announcement, for the congress may have begun."""
    return order.command.announced if isinstance(order.command, Schedule) else None
