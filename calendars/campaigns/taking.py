"""Taking the reports of a file: many units at the same time, the reports of one unit one after the other.

Whoever takes them says how one is sent; with the same order sent again nothing is taken twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from calendars.campaigns.reports import ReportRow
from calendars.errors import Problem
from calendars.plan.model import Instrument
from calendars.sequence.commands import Report
from calendars.sequence.messages import Answer
from calendars.sequence.refusals import Refused

AT_ONCE = 24  # units reported at the same time
THERE = {"already_reported"}


@dataclass
class Outcome:
    """What became of the rows of a file so far. `pending` of those `taken` cannot be seen yet."""

    taken: int = 0
    there: int = 0
    pending: int = 0
    refused: list[tuple[ReportRow, Refused]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many rows were answered."""
        return self.taken + self.there + len(self.refused)

    def refuse(self, row: ReportRow, refused: Refused) -> None:
        """Counts a row that the rules refuse; one that repeats what is known is no fault."""
        if refused.code in THERE:
            self.there += 1
        else:
            self.refused.append((row, refused))

    def problems(self, instruments: Mapping[str, Instrument]) -> list[Problem]:
        """The sentences of the refused rows."""
        told = [(row, refused.cited(instruments)) for row, refused in self.refused]
        return [
            Problem(row.line, 0, f"{_of(row)}: {refused}", f"{_of(row)}: {refused.text('vi')}") for row, refused in told
        ]


Send = Callable[[ReportRow, Report], Awaitable[Answer]]


def command_of(row: ReportRow) -> Report:
    """What a row asks of its unit."""
    return Report(row.stage, row.on, row.to, row.results)


def by_unit(rows: Iterable[ReportRow]) -> dict[str, list[ReportRow]]:
    """The rows of each unit by day, the units in the order of their first day."""
    found: dict[str, list[ReportRow]] = {}
    for row in sorted(rows, key=lambda row: (row.on, row.line)):
        found.setdefault(row.unit, []).append(row)
    return found


async def take(
    rows: Iterable[ReportRow], send: Send, outcome: Outcome, told: Callable[[], None] = lambda: None
) -> None:
    """Sends every row, counting in `outcome`; `told` is called after each.

    Stops at the first that fails otherwise than by a refusal, and raises that.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def of_unit(theirs: list[ReportRow]) -> None:
        async with places:
            for row in theirs:
                try:
                    answer = await send(row, command_of(row))
                except Refused as refused:
                    outcome.refuse(row, refused)
                else:
                    outcome.taken += 1
                    outcome.pending += not answer.visible
                told()

    try:
        async with asyncio.TaskGroup() as group:
            for theirs in by_unit(rows).values():
                group.create_task(of_unit(theirs))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed


def _of(row: ReportRow) -> str:
    return f"{row.unit} {row.stage}"
