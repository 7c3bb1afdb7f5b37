"""`/campaigns/{campaign}/entries`: what feeds show, as data."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from sqlalchemy import select

from calendars.store.schema import entries as table
from calendars.web.api.asked import Here
from calendars.web.api.filtering import OfEntries, filters
from calendars.web.api.models import EntryDocument
from calendars.web.api.paging import LINKED, MOST, USUAL, part
from calendars.web.api.reading import router as router_of

router = router_of("entries")


class EntriesQuery(OfEntries):
    """Which entries, and which part of the list."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at once.")
    cursor: str = Field("", max_length=255, description="Where the list goes on, from the Link header.")


@router.get(
    "/campaigns/{campaign}/entries",
    operation_id="list_entries",
    response_model=list[EntryDocument],
    responses={200: {"headers": LINKED}},
)
def entries(here: Here, query: Annotated[EntriesQuery, Query()]) -> Any:
    """The calendar entries that a feed with the same filters shows, in the order of their UIDs."""
    chosen = filters(here, ["limit", "cursor"]).selection
    under = here.view.units[chosen.under]
    here.asked.revise(under.revision, under.modified)
    uids = part(here.asked, sorted(piece.uid for piece in here.view.select(chosen)), query.cursor, query.limit)
    columns = ("uid", "unit", "facts", "sequence", "created", "modified")
    statement = select(*(table.c[name] for name in columns)).where(
        table.c.campaign == here.view.name, table.c.uid.in_(uids), table.c.live
    )
    with here.reading() as connection:
        rows = sorted(connection.execute(statement), key=lambda row: row.uid)
    return [_entry(row, here.asked.language) for row in rows]


def _entry(row: Any, language: str) -> dict[str, Any]:
    facts = json.loads(row.facts)
    of_language = 0 if language == "vi" else 1  # texts of entries are stored as pairs
    return {
        "uid": row.uid,
        "unit": row.unit,
        "stage": facts["stage"],
        "level": facts["level"],
        "kind": facts["kind"],
        "status": facts["status"],
        "from": facts["first"],
        "to": facts["last"],
        "summary": facts["summary"][of_language],
        "description": facts["description"][of_language],
        "sequence": row.sequence,
        "created": row.created,
        "modified": row.modified,
    }
