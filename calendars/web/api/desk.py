"""What the operations of the API work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from starlette.requests import Request

from calendars.store.database import Store
from calendars.store.past import Past
from calendars.store.reading import Campaign
from calendars.web.api.tide import Tide
from calendars.web.api.waiting import Waiting
from calendars.web.freshness import Freshness
from calendars.web.gathered import Gathered
from calendars.web.orders import Orders
from calendars.web.rate import RateLimit


@dataclass
class Desk:
    """The store and who tells of its changes, how a campaign tells its day, where orders go, what the document says.

    Without `orders` none can be taken. `campaigns` are what was read last, with the revisions of that.
    """

    store: Store
    freshness: Freshness
    today: Callable[[Campaign], date]
    orders: Orders | None
    limit: RateLimit
    tide: Tide
    past: Past
    gathered: Gathered
    waiting: Waiting = field(default_factory=Waiting)
    document: Callable[[], dict[str, Any]] = dict
    campaigns: dict[str, tuple[tuple[int, datetime], Campaign]] = field(default_factory=dict)
    _parameters: dict[tuple[str, str], Mapping[str, bool]] = field(default_factory=dict)

    def parameters(self, request: Request) -> Mapping[str, bool]:
        """The parameters that the OpenAPI document names for the operation, and whether they may be repeated.

        What it says is the law: nothing is read that it does not name.
        """
        key = request.scope["route"].path, request.method.lower()
        if key not in self._parameters:
            operation = self.document()["paths"][key[0]][key[1]]
            self._parameters[key] = {
                one["name"]: one["schema"].get("type") == "array"
                for one in operation.get("parameters", ())
                if one["in"] == "query"
            }
        return self._parameters[key]
