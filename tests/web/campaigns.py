"""A small province whose plan has everything that figures are made of, with what happened there up to 11 June 2020."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx

from calendars.plan.model import Plan
from calendars.store.database import Store
from calendars.store.feeds import CampaignView, Feeds
from calendars.store.reading import read_campaign
from calendars.web.app import create_app
from calendars.web.gathered import Gathered
from calendars.web.standing import Standing
from tests.ical.cases import PLAN
from tests.web.conftest import over
from tests.web.stores import Filled

TODAY = date(2020, 6, 11)
GRASSROOTS = "grassroots_congress"


def told(plan: Plan = PLAN, **changes: Any) -> Plan:
    """The plan with bodies, due dates, pilots, a freeze and indicators; `changes` replace keys of the whole."""
    document = plan.document()
    added: dict[str, dict[str, Any]] = {
        "cell_congress": {
            "bodies": {"vi": "chi bộ", "en": "cells"},
            "target": {"date": "2020-05-31"},
            "deadline": {"date": "2020-06-30"},
        },
        GRASSROOTS: {
            "bodies": {"vi": "đảng bộ cơ sở", "en": "grassroots organisations"},
            "opens": "2020-04-01",
            "pilots": {"from": "2020-03-01", "to": "2020-03-31"},
        },
        "district_congress": {"bodies": {"vi": "đảng bộ cấp huyện", "en": "district organisations"}},
    }
    document["stages"] = [{**stage, **added.get(stage["id"], {})} for stage in document["stages"]]
    document["freezes"] = [{"from": "2020-03-31", "to": "2020-04-22", "source": "Covid-19"}]
    document["indicators"] = [
        {"id": "direct", "stage": GRASSROOTS, "share_of": "direct_election", "target": 0.75},
    ]
    return Plan.model_validate({**document, **changes})


def filled_in_june(store: Store) -> Filled:
    """Cells are through; of two communes one was early and one is overdue."""
    filled = Filled(store, plan=told())
    filled.hold("06664-01", "headman_election", "2020-01-05")
    filled.hold("06664-01", "cell_congress", "2020-01-18")
    filled.hold("06664", GRASSROOTS, "2020-05-18", "2020-05-19", direct_election=True)
    filled.schedule("06868", GRASSROOTS, "2020-06-18")
    return filled


def standing(store: Store, day: date = TODAY, under: str = "22") -> Standing:
    """Where the units below `under` stand."""
    view: CampaignView = Feeds(store).refresh().campaigns["quang-ninh-2020"]
    with store.reading() as connection:
        campaign = read_campaign(connection, "quang-ninh-2020")
        return Standing(Gathered().facts(connection, campaign, view), campaign, view, day, under)


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an open board."""
    app = create_app(store, public_url="http://127.0.0.1:8080", today=lambda campaign: TODAY, open_board=True)
    async with over(app) as http:
        yield http
