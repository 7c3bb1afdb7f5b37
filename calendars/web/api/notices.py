"""`/campaigns/{campaign}/notices`: what was planned, sent, refused, withdrawn; never to which address."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from calendars.store.notice_list import mark, notices_of
from calendars.web.api.asked import Here
from calendars.web.api.history import author
from calendars.web.api.models import NoticeDocument
from calendars.web.api.paging import LINKED, MOST, USUAL, go_on
from calendars.web.api.reading import router as router_of
from calendars.web.api.values import Name

router = router_of("notices")


class NoticesQuery(BaseModel):
    """Which notices, and which part of the list."""

    unit: Name | None = Field(None, description="Only those about this unit.")
    under: Name | None = Field(None, description="Only those about this unit and all below it.")
    status: Literal["planned", "sent", "refused", "withdrawn"] | None = None
    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at once.")
    cursor: int = Field(0, ge=0, le=2**53 - 1, description="The notice after which the list goes on.")


@router.get(
    "/campaigns/{campaign}/notices",
    operation_id="list_notices",
    response_model=list[NoticeDocument],
    responses={200: {"headers": LINKED}},
)
def notices(here: Here, query: Annotated[NoticesQuery, Query()]) -> Any:
    """The notices in the order in which they were planned, with the times of each try.

    Whom they went to is told by unit and role; names, addresses, and what mail servers answered, are not.
    """
    about = here.unit(query.unit).code if query.unit else ""
    under = here.unit(query.under).code if query.under else here.top.code
    # Everything is above the tops of a campaign that has several.
    under = "" if here.sees_all and not query.under else under
    with here.reading() as connection:
        # What became of a notice is no event: its own table tells.
        here.asked.revise(mark(connection, here.view.name))
        found = notices_of(
            connection,
            here.view.name,
            about,
            query.status or "",
            under=under,
            after=query.cursor,
            most=query.limit + 1,
        )
    if len(found) > query.limit:
        go_on(here.asked, str(found[query.limit - 1].id))
    return [_document(asdict(one)) for one in found[: query.limit]]


def _document(notice: dict[str, Any]) -> dict[str, Any]:
    answered = notice["acknowledged"]
    return notice | {"acknowledged": answered and answered | {"by": author(answered["by"])}}
