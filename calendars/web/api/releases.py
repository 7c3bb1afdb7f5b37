"""`/campaigns/{campaign}/releases`: the versions of the plan's dates, and what differs between two."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from calendars.plan.releases import diff
from calendars.store.documents import releases_json
from calendars.store.reading import releases as releases_of
from calendars.web.api.asked import Here
from calendars.web.api.models import DateChangeDocument, ReleaseDocument
from calendars.web.api.problems import Problem
from calendars.web.api.reading import router as router_of

router = router_of("releases")


class Two(BaseModel):
    """Two releases by their numbers."""

    first: int = Field(ge=1, le=1_000_000)
    second: int = Field(ge=1, le=1_000_000)


@router.get("/campaigns/{campaign}/releases", operation_id="list_releases", response_model=list[ReleaseDocument])
def releases(here: Here) -> Any:
    """The releases, the first of which is the plan as launched: the day, what ordered each, which dates it changed."""
    here.asked.revise(here.revision)
    with here.reading() as connection:
        return releases_json(releases_of(connection, here.campaign))


@router.get("/campaigns/{campaign}/diff", operation_id="get_diff", response_model=list[DateChangeDocument])
def difference(here: Here, query: Annotated[Two, Query()]) -> Any:
    """The dates that differ between two releases."""
    here.asked.revise(here.revision)
    with here.reading() as connection:
        found = {one.number: one for one in releases_of(connection, here.campaign)}
    for field, number in (("first", query.first), ("second", query.second)):
        if number not in found:
            raise Problem(404, "no_such_release", field=field, name=number, last=max(found))
    return [asdict(change) for change in diff(found[query.first].plan, found[query.second].plan)]
