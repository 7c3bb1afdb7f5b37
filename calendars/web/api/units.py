"""`/campaigns/{campaign}/units`: the tree, and where each unit stands."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from calendars.store.documents import unit_json
from calendars.store.reading import tree_units
from calendars.store.unit_status import unit_status
from calendars.web.api.asked import Here
from calendars.web.api.filtering import OfEntries, filters, on_its_day
from calendars.web.api.models import UnitDocument
from calendars.web.api.paging import LINKED, MOST, USUAL, part
from calendars.web.api.reading import router as router_of
from calendars.web.api.unit_models import UnitStatusDocument
from calendars.web.api.values import Day

router = router_of("units")


class UnitsQuery(OfEntries):
    """Which units, and which part of the list."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at once.")
    cursor: str = Field("", max_length=255, description="Where the list goes on, from the Link header.")


class AsOf(BaseModel):
    """Which day."""

    as_of: Day | None = Field(None, description="The day to look at, by what is known now; default today.")


@router.get(
    "/campaigns/{campaign}/units",
    operation_id="list_units",
    response_model=list[UnitDocument],
    responses={200: {"headers": LINKED}},
)
def units(here: Here, query: Annotated[UnitsQuery, Query()]) -> Any:
    """The units, those that ended as well, in the order of their codes.

    Filters that look at entries (stage, kind, status, from, to, cancelled) keep the units of which a feed with the
    same filters, `as_of` too, would show an entry. The tree itself is always that of today.
    """
    asked = filters(here, ["limit", "cursor"])
    chosen = asked.selection
    under = here.view.units[chosen.under]
    here.asked.revise(under.revision, under.modified)
    entries = on_its_day(here, asked).select(chosen) if chosen.narrows_entries else None
    found = here.view.admitted(chosen) if entries is None else {piece.unit for piece in entries}
    codes = part(here.asked, sorted(found), query.cursor, query.limit)
    with here.reading() as connection:
        rows = tree_units(connection, here.campaign, codes)
    return [
        {
            "unit": row.code,
            "name": row.name,
            "level": row.level,
            "parent": row.parent or None,
            "tags": sorted(row.tags),
            "ended": row.ended,
            "successor": row.successor or None,
        }
        for row in rows
    ]


@router.get(
    "/campaigns/{campaign}/units/{unit}",
    operation_id="get_unit",
    response_model=UnitStatusDocument,
)
def one_unit(here: Here, unit: str, query: Annotated[AsOf, Query()]) -> Any:
    """One unit: its stages with both margins, gates, preparatory steps, results and conflicts."""
    found = here.unit(unit)
    day = here.day(query.as_of)
    # The whole campaign's revision: the document tells of units that were merged into this one from elsewhere.
    here.asked.revise(found.code, here.revision, day)
    with here.reading() as connection:
        return unit_json(unit_status(connection, here.campaign, unit, day), here.campaign, day)
