"""What operations that act have in common: who may, which order it is, and how it is sent once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header

from calendars.errors import StoreAway
from calendars.sequence.commands import Acknowledge, OfStage
from calendars.sequence.events import Line
from calendars.sequence.messages import Answer
from calendars.sequence.refusals import Refused
from calendars.tree.changes import Change, Reached
from calendars.web.api.answers import AnswerDocument
from calendars.web.api.asked import OfCampaign, asking
from calendars.web.api.door import V1
from calendars.web.api.keys import order_id
from calendars.web.api.problems import ACTING, Problem, away, problems
from calendars.web.api.refusing import problem_of
from calendars.web.orders import ChangeRefused, Orders, Unanswered, standing
from calendars.web.viewer import roles_for

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=130,
        description="The id of the order: sent again under the same key it is taken once, and answered the same.",
    ),
]
REPLAYED = "Idempotency-Replayed"
OF_ACTING = problems(*ACTING)
# The events that a command is known by, where one was sent before under the same key.
_EVENTS = {
    "schedule": {"scheduled"},
    "report": {"held"},
    "correct": {"corrected"},
    "retract": {"retracted"},
    "postpone": {"postponed", "scheduled"},
    "waive": {"waived"},
    "consent": {"consented"},
    "review": {"reviewed"},
    "reopen": {"reopened"},
    "done": {"lead_in_done"},
    "acknowledge": {"acknowledged"},
    "pin": {"pinned"},
    "unpin": {"unpinned"},
}


def router(tag: str) -> APIRouter:
    """Operations that act."""
    return APIRouter(prefix=V1, tags=[tag], dependencies=[Depends(asking)], responses=OF_ACTING)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the caller under its id."""

    here: OfCampaign
    id: str

    @property
    def by(self) -> str:
        """Under which name the journal keeps it."""
        return self.here.asked.caller.viewer.by

    async def send(self, unit: str, command: OfStage | Acknowledge) -> dict[str, Any]:
        """Sends the command, unless the journal has this order. Raises `Problem` where it is refused."""
        known = await self._known(unit)
        if known:
            if not self._is(known, command):
                raise Problem(422, "key_reused", field="Idempotency-Key")
            answer = Answer(known[0].no, known[-1].no, repeated=True)
        else:
            try:
                answer = await self._orders.send(self.here.view.name, unit, command, by=self.by, id=self.id)
            except Refused as refused:
                raise problem_of(refused.cited(self.here.view.plan.instruments)) from refused
            except Unanswered as error:
                raise away("no_answer") from error
            # Of two that come at once with one key the second is answered as the first, whatever it asks.
            taken = await self._known(unit)
            if taken and not self._is(taken, command):
                raise Problem(422, "key_reused", field="Idempotency-Key")
        response = self.here.asked.response
        if not answer.visible:
            response.status_code = 202
        if answer.repeated:
            response.headers[REPLAYED] = "true"
        return AnswerDocument(
            campaign=self.here.view.name,
            unit=unit,
            order=self.id,
            first=answer.first,
            last=answer.last,
            visible=answer.visible,
            repeated=answer.repeated,
        ).model_dump()

    async def change(self, change: Change) -> Reached:
        """Makes the change. Raises `Problem` where it may not be made."""
        try:
            return await self._orders.change(self.here.view.name, change, by=self.by, id=self.id)
        except ChangeRefused as error:
            raise Problem(409, "change_refused", why=error.text("en"), why_vi=error.text("vi")) from error
        except Unanswered as error:
            raise away("no_answer") from error

    async def made(self, kind: str) -> Line | None:
        """The change that stands in the campaign's stream under this id already. Raises `Problem` for another one."""
        known = await self._known("@campaign")
        if not known:
            return None
        if known[0].by != self.by or known[0].type != kind:
            raise Problem(422, "key_reused", field="Idempotency-Key")
        self.here.asked.response.headers[REPLAYED] = "true"
        return known[0]

    @property
    def _orders(self) -> Orders:
        orders = self.here.asked.desk.orders
        if orders is None:
            raise away("no_orders")
        return orders

    async def _known(self, unit: str) -> tuple[Line, ...]:
        """What the journal has under this id. A store that is away does not keep a report from being taken."""
        try:
            return await asyncio.to_thread(self._look, unit)
        except StoreAway:
            return ()

    def _look(self, unit: str) -> tuple[Line, ...]:
        with self.here.reading() as connection:
            return standing(connection, self.here.view.name, unit, self.id)

    def _is(self, known: tuple[Line, ...], command: OfStage | Acknowledge) -> bool:
        first = known[0]
        same = first.by == self.by and first.type in _EVENTS.get(command.kind, ())
        if not command.stage or not same:
            return same
        on = getattr(command, "on", None)
        days = {line.data.get("first") for line in known if line.type in ("held", "scheduled", "corrected")}
        return first.data.get("stage") == command.stage and (on is None or not days or on.isoformat() in days)


def order(here: OfCampaign, key: str | None, kind: str) -> Order:
    """An order of this kind, where the caller's role allows it. Raises `Problem`."""
    viewer = here.asked.caller.viewer
    if not viewer.may(kind):
        needed = " or ".join(role.value for role in roles_for(kind))
        raise Problem(403, "role", role=viewer.role.value, needed=needed)
    here.asked.response.headers["cache-control"] = "no-store"
    return Order(here, order_id(key))
