"""`/campaigns/{campaign}/units/{unit}/history`: what happened to a unit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from calendars.sequence.events import Line
from calendars.store.documents import line_json
from calendars.store.journal import stream
from calendars.store.schema import units
from calendars.web.api.asked import Here
from calendars.web.api.models import EventDocument
from calendars.web.api.paging import LINKED, MOST, USUAL, go_on
from calendars.web.api.reading import router as router_of

router = router_of("units")
OF_CONTACT = "contact "


class HistoryQuery(BaseModel):
    """Which part of the history."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at once.")
    cursor: int = Field(0, ge=0, le=2**31 - 1, description="The number of the event after which the list goes on.")


@router.get(
    "/campaigns/{campaign}/units/{unit}/history",
    operation_id="get_history",
    response_model=list[EventDocument],
    responses={200: {"headers": LINKED}},
)
def history(here: Here, unit: str, query: Annotated[HistoryQuery, Query()]) -> Any:
    """The unit's events in their order: what, effective when, recorded when, by whom."""
    here.unit(unit)
    with here.reading() as connection:
        # Reminders are events too, and show in nothing but the history: the unit's own version tells of them.
        of_unit = select(units.c.version, units.c.position)
        row = connection.execute(of_unit.where(units.c.campaign == here.view.name, units.c.unit == unit)).one()
        here.asked.revise(unit, row.version, row.position)
        lines = [line for line in stream(connection, here.view.name, unit) if line.no > query.cursor]
    if len(lines) > query.limit:
        go_on(here.asked, str(lines[query.limit - 1].no))
    return [event_json(line) for line in lines[: query.limit]]


def event_json(line: Line) -> dict[str, Any]:
    """The event as the command line gives it, but for which contact it was that answered by a link in a message."""
    return line_json(line) | {"by": author(line.by)}


def author(by: str) -> str:
    """Who did it. A contact is a person, and is told by nothing that leads to one."""
    return OF_CONTACT.strip() if by.startswith(OF_CONTACT) else by
