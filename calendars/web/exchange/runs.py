"""Imports under way in this process. They are not kept: what they did is, and the file sent again does the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from calendars.errors import Problem, Problems, StoreAway
from calendars.web.orders import Unanswered

PATIENCE = 2.0  # seconds in which most imports are through, so that whoever sent one sees its end at once
REMEMBERED = 10  # each may hold its file


class State(StrEnum):
    """How far an import is. `STOPPED`: somebody stopped answering; `REFUSED`: the file as a whole."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"


@dataclass
class Run:
    """One import. `done` of `total` rows are through, `counts` says what became of them, `problems` are of rows that
    were not taken. `given` is the form, to be sent again until all is done."""

    kind: str
    total: int
    given: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    state: State = State.RUNNING


Work = Callable[[Run], Awaitable[None]]


class Runs:
    """Imports by their id and by whose they are: nobody else sees them."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], tuple[Run, asyncio.Task[None]]] = {}

    def find(self, owner: str, id: str) -> Run | None:
        """An import that is under way or ended not long ago."""
        found = self._runs.get((owner, id))
        return found[0] if found else None

    async def start(self, owner: str, id: str, run: Run, work: Work) -> None:
        """Starts an import, once however often it is asked for, unless it stopped; returns when it ended, or soon.

        Raises `Unanswered` when nothing of it was taken.
        """
        key = owner, id
        if key not in self._runs or self._runs[key][0].state == State.STOPPED:
            self._runs[key] = run, asyncio.create_task(_work(run, work))
            self._forget()
        run, task = self._runs[key]
        await asyncio.wait([task], timeout=PATIENCE)
        if run.state == State.STOPPED and not run.done:
            self._runs.pop(key, None)
            await task
            raise Unanswered("nobody answered the first of them")

    async def close(self) -> None:
        """Gives up what is under way; what was sent stays."""
        tasks = [task for _, task in self._runs.values()]
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self) -> None:
        ended = [key for key, (run, _) in self._runs.items() if run.state != State.RUNNING]
        for key in ended[: max(0, len(self._runs) - REMEMBERED)]:
            del self._runs[key]


async def _work(run: Run, work: Work) -> None:
    try:
        await work(run)
        run.state, run.given = State.DONE, {}
    except Problems as refused:
        run.state, run.given, run.problems = State.REFUSED, {}, list(refused.problems)
    except (Unanswered, StoreAway):
        run.state = State.STOPPED
    finally:
        if run.state == State.RUNNING:
            run.state = State.STOPPED
