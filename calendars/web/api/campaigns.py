"""`/campaigns`: which there are, and where each stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query

from calendars.store.status import campaign_status
from calendars.web.api.asked import AnyAsked, Here, OfCampaign
from calendars.web.api.filtering import OfUnits, filters
from calendars.web.api.models import CampaignDocument, StatusDocument
from calendars.web.api.problems import Problem
from calendars.web.api.reading import router as router_of
from calendars.web.api.values import Day

router = router_of("campaigns")


class StatusQuery(OfUnits):
    """Which units, and as of which day."""

    as_of: Day | None = None


@router.get("/campaigns", operation_id="list_campaigns", response_model=list[CampaignDocument])
def campaigns(asked: AnyAsked) -> Any:
    """The campaigns that the token opens, the last launched one last."""
    seen = []
    for name in asked.view.campaigns:
        try:
            seen.append(asked.campaign(name))
        except Problem:
            continue
    asked.revise(*((here.view.name, here.revision, here.today) for here in seen))
    return [_document(here) for here in seen]


@router.get("/campaigns/{campaign}", operation_id="get_campaign", response_model=CampaignDocument)
def one_campaign(here: Here) -> Any:
    """One campaign."""
    here.asked.revise(here.revision, here.today)
    return _document(here)


@router.get("/campaigns/{campaign}/status", operation_id="get_status", response_model=StatusDocument)
def status(here: Here, query: Annotated[StatusQuery, Query()]) -> Any:
    """Where the campaign stands, or the units that the filters let through: counts, margins, indicators.

    Conflicts are those that stand now, whatever day is looked at.
    """
    chosen, day = filters(here, ["as_of"]).selection, here.day(query.as_of)
    unit = here.view.units[chosen.under]
    here.asked.revise(unit.revision, unit.modified, here.revision if here.sees_all else (), day)
    whole = here.sees_all and chosen.under == here.top.code and not (chosen.levels or chosen.tags or chosen.stages)
    among = None if whole else here.view.admitted(chosen)
    with here.reading() as connection:
        found = campaign_status(connection, here.campaign, day, among=among, only=chosen.stages)
        conflicts = here.conflicts(connection)
    kept = [
        asdict(one)
        for one in conflicts
        if (among is None or one.unit in among) and (not chosen.stages or one.stage in chosen.stages)
    ]
    return asdict(found) | {"conflicts": kept}


def _document(here: OfCampaign) -> dict[str, Any]:
    campaign, plan = here.campaign, here.campaign.plan
    return {
        "campaign": campaign.name,
        "title": plan.title.model_dump(),
        "timezone": plan.timezone,
        "today": here.today,
        "from": plan.from_,
        "until": plan.until,
        "release": campaign.release,
        "levels": list(plan.levels),
        "top": here.top.code,
    }
