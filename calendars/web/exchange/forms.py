"""`/data/KIND`: a file is sent, shown with all that it would do, and then applied as it was shown.

The file comes back with the form that applies it, so that no process has to remember it, and is read again then: what
somebody made of it meanwhile is no more than another file. An import is known by its form and its file, each of its
rows by its line in it; sent again, it is taken once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from functools import partial
from hashlib import sha256
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from calendars.campaigns.reports import ReportRow
from calendars.campaigns.tables import NoTable, Received
from calendars.campaigns.taking import Outcome, take
from calendars.errors import Problems
from calendars.plan.model import Text
from calendars.sequence.commands import Report
from calendars.sequence.messages import Answer
from calendars.store.contacts import put
from calendars.web.acting.form import FORBIDDEN, Form, Given, Read
from calendars.web.acting.sent import file_of
from calendars.web.exchange.kinds import KINDS, may_import
from calendars.web.exchange.previews import READERS, Asked, Effect, Preview
from calendars.web.exchange.runs import Run, Runs, Work
from calendars.web.orders import Orders, taken
from calendars.web.pages.frame import Frame
from calendars.web.pages.page import Page, Seen
from calendars.web.words import words

PATH = "/data/{kind}"
MOST = 2_000_000  # octets of a file: six times the reports of a whole province
SHOWN = 200
TOO_LARGE = 413
_KEY = re.compile("[0-9a-f]{32}")
PENDING = "pending"  # taken, and not yet to be seen
_NO_FILE = Text(vi="Cần chọn một tệp CSV hoặc XLSX.", en="Choose a CSV or XLSX file.")
_LARGE = Text(
    vi="Tệp lớn hơn 2 MB. Hãy chia thành nhiều tệp, hoặc nhập bằng dòng lệnh.",
    en="The file is larger than 2 MB. Divide it, or import it on the command line.",
)
_WRONG = Text(
    vi="Chưa nhập gì. Hãy sửa các lỗi dưới đây trong tệp rồi gửi lại.",
    en="Nothing was imported. Mend these mistakes in the file and send it again.",
)
_NONE_GOOD = Text(vi="Không có dòng nào nhập được.", en="No row can be taken.")


class ImportForm(Form[str]):
    """The form of each kind of file."""

    most_octets = 3_000_000  # a file of the largest size, as it comes back

    def __init__(self, frame: Frame, orders: Orders | None, runs: Runs) -> None:
        super().__init__(frame, orders)
        self._runs = runs

    def find(self, request: Request, page: Page, seen: Seen) -> str | Response:
        """The kind that the address names."""
        kind: str = request.path_params["kind"]
        if kind not in KINDS:
            return page.respond("missing.html", 404)
        if not may_import(kind, seen):
            return page.mistaken(words(page.language).role_lacks, FORBIDDEN)
        return kind

    def empty(self, subject: str, page: Page) -> Given:
        """Nothing."""
        return {}

    def read(self, subject: str, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """What the file would do, or that it is to be done."""
        file = file_of(given, MOST)
        if file is None:
            return Read(mistakes={"file": _NO_FILE})
        if len(file.content) > MOST:
            return Read(mistakes={"file": _LARGE})
        try:
            preview = READERS[subject](Asked(file, page, seen, self._frame.now()))
        except NoTable as error:
            return Read(mistakes={"file": Text(vi=error.vi, en=error.en)}, values={"file": file.name})
        except Problems as error:
            return Read(mistakes={"file": _WRONG}, values={"file": file.name, "problems": error.problems})
        values = {"file": file.name, "preview": preview, "problems": preview.problems}
        if not preview.lines and preview.problems:
            return Read(mistakes={"file": _NONE_GOOD}, values=values)
        if not given.get("apply"):
            return Read(values=values)
        key = sha256(order.encode() + file.content).hexdigest()[:32]
        run = Run(subject, len(preview.lines), {**given, "order": order}, list(preview.problems))
        return Read(
            partial(self._started, key, run, file, preview, seen),
            f"/data/{subject}{page.query(as_of=None, done=key)}",
            values=values,
        )

    def respond(
        self, subject: str, given: Given, order: str, read: Read, code: int, page: Page, seen: Seen
    ) -> Response:
        """The page: the form, what a file would do, or what became of one."""
        key = page.parameters.get("done", "") if not given else ""
        key = key if _KEY.fullmatch(key) else ""
        run = self._runs.find(_owner(seen), key) if key else None
        known = {"file": "", "preview": None, "problems": [], **read.values}
        return page.respond(
            "import.html",
            code,
            kind=subject,
            given=run.given if run else given,
            order=run.given.get("order", "") if run else order,
            fresh=uuid4().hex,
            mistakes=read.mistakes,
            run=run,
            lost=taken(seen.connection, seen.campaign.name, key) if key and not run else None,
            shown=SHOWN,
            **known,
        )

    async def too_large(self, request: Request) -> Response:
        """The form again, with the limit."""
        return await self._frame.answer(request, partial(self._again, {}, {"file": _LARGE}, TOO_LARGE))

    def _started(
        self, key: str, run: Run, file: Received, preview: Preview, seen: Seen, orders: Orders
    ) -> Awaitable[None]:
        match run.kind:
            case "units":
                work = self._add(file, seen, orders)
            case "reports":
                work = self._report(key, preview, seen, orders)
            case _:
                work = self._put(preview, seen)
        return self._runs.start(_owner(seen), key, run, work)

    def _add(self, file: Received, seen: Seen, orders: Orders) -> Work:
        async def work(run: Run) -> None:
            def told(done: int, total: int) -> None:
                run.done, run.total = done, total

            added = await orders.add(seen.campaign.name, file, by=seen.viewer.by, told=told)
            run.done = run.total = added.units
            run.counts = {Effect.NEW: added.new}

        return work

    def _report(self, key: str, preview: Preview, seen: Seen, orders: Orders) -> Work:
        outcome = Outcome()
        instruments, left_out = seen.campaign.plan.instruments, list(preview.problems)

        async def send(row: ReportRow, command: Report) -> Answer:
            return await orders.send(seen.campaign.name, row.unit, command, by=seen.viewer.by, id=f"{key}/{row.line}")

        async def work(run: Run) -> None:
            def told() -> None:
                run.done = outcome.done
                run.counts = {Effect.NEW: outcome.taken, Effect.SAME: outcome.there, PENDING: outcome.pending}

            try:
                await take(preview.reports, send, outcome, told)
            finally:
                run.problems = sorted((*left_out, *outcome.problems(instruments)))

        return work

    def _put(self, preview: Preview, seen: Seen) -> Work:
        def written() -> tuple[int, int, int]:
            with self._frame.store.writing() as connection:
                return put(connection, seen.campaign.name, preview.contacts, self._frame.now())

        async def work(run: Run) -> None:
            counts = await asyncio.to_thread(written)
            run.done = run.total
            run.counts = dict(zip((Effect.NEW, Effect.CHANGED, Effect.SAME), counts, strict=True))

        return work


def _owner(seen: Seen) -> str:
    """Whose imports these are: everybody's on a board that asks nobody who they are."""
    session = seen.viewer.session
    return f"{seen.campaign.name}/{session.grant.id if session else ''}"
