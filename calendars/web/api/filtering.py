"""The feeds' grammar of filters in the API's addresses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from calendars.errors import UserError
from calendars.store.feeds import CampaignView
from calendars.web.api.asked import OfCampaign
from calendars.web.api.problems import Problem
from calendars.web.api.values import Day, Name
from calendars.web.parameters import OutOfScope, Parameters, UnknownUnit, read

_LIST = "One or more, joined by commas or repeated."


class OfUnits(BaseModel):
    """Filters that look at units."""

    under: Name | None = Field(None, description="A unit: it and all below it.")
    level: list[str] = Field(default_factory=list, max_length=20, description=f"Levels of the plan. {_LIST}")
    tag: list[str] = Field(default_factory=list, max_length=20, description=f"Tags of units. {_LIST}")
    stage: list[str] = Field(default_factory=list, max_length=20, description=f"Stages of the plan. {_LIST}")


class OfEntries(OfUnits):
    """Filters that look at calendar entries, or at units by their entries."""

    kind: list[str] = Field(
        default_factory=list, max_length=20, description=f"scheduled, held, target, deadline, lead_in, ... {_LIST}"
    )
    status: list[str] = Field(
        default_factory=list, max_length=20, description=f"held, scheduled, open, overdue, postponed, ended. {_LIST}"
    )
    from_: Day | None = Field(None, alias="from", description="Entries that have a day from here on.")
    to: Day | None = Field(None, description="Entries that have a day up to here.")
    cancelled: str | None = Field(None, description="keep or hide: what is called off.")
    as_of: Day | None = Field(None, description="As it was at the end of this day, by what is known now.")


UnitFilters = Annotated[OfUnits, Query()]
EntryFilters = Annotated[OfEntries, Query()]


def on_its_day(here: OfCampaign, asked: Parameters) -> CampaignView:
    """The campaign with its entries of today, or of the day that the filters ask for. Raises `Problem` for a day that
    is to come, `StoreAway`."""
    if asked.as_of is None:
        return here.view
    return here.asked.desk.past.on(here.view, here.day(asked.as_of), here.view.admitted(asked.selection))


def filters(here: OfCampaign, own: Collection[str] = ()) -> Parameters:
    """The filters of the request, within the caller's scope; `own` are parameters that are none. Raises `Problem`."""
    names = set(here.asked.desk.parameters(here.asked.request)) - set(own)
    pairs = [(name, value) for name, value in here.asked.request.query_params.multi_items() if name in names]
    try:
        return read(pairs, here.view, here.top.code, names)
    except (UnknownUnit, OutOfScope) as error:
        # Whether there is such a unit elsewhere is not for this caller to know.
        raise Problem(404, "no_such_unit", field="under", name=dict(pairs)["under"][:100]) from error
    except UserError as error:
        field = str(error).partition("=")[0].partition(":")[0]
        named = field if field in names else None
        raise Problem(400, "bad_filter", field=named, why=error.text("en"), why_vi=error.text("vi")) from error
