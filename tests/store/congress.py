"""A plan of three levels with a gate on two of them, pilots and a lead-in, and a hand that journals what happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from calendars.plan.model import Plan
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.facts import Amended, Enrolled, Fact
from calendars.sequence.messages import Append
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Profile
from calendars.store.database import Store
from calendars.store.journal import Journal
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, read_campaign
from tests.store.support import CAMPAIGN, START, TrialRenderer

COMMUNE, DISTRICT, PROVINCE = "grassroots_congress", "district_congress", "provincial_congress"
PLAN = Plan.model_validate(
    {
        "campaign": CAMPAIGN,
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2020-01-01",
        "until": "2020-12-31",
        "instruments": {"plan-9": {"number": "9-KH/TU", "date": "2020-01-05"}},
        "levels": ["province", "district", "commune"],
        "stages": [
            {
                "id": COMMUNE,
                "level": "commune",
                "opens": "2020-04-01",
                "pilots": {"from": "2020-03-01", "to": "2020-03-31"},
                "target": {"date": "2020-05-31"},
                "deadline": {"date": "2020-06-30"},
                "lead_ins": [{"id": "notice", "days": 10, "source": "plan-9"}],
                "results": {"direct_election": "bool"},
            },
            {
                "id": DISTRICT,
                "level": "district",
                "opens": "2020-05-01",
                "deadline": {"date": "2020-08-31"},
                "gate": {"children": COMMUNE, "share": 0.6},
            },
            {
                "id": PROVINCE,
                "level": "province",
                "deadline": {"date": "2020-10-31"},
                "gate": {"children": DISTRICT},
            },
        ],
        "indicators": [{"id": "direct", "stage": COMMUNE, "share_of": "direct_election", "target": 1.0}],
    }
)


def due(stage: str, day: str, plan: Plan = PLAN) -> Plan:
    """The plan with another central deadline of one stage."""
    document = plan.document()
    for one in document["stages"]:
        if one["id"] == stage:
            one["deadline"] = {"date": day, "source": "plan-9"}
    return Plan.model_validate(document)


class Chronicle:
    """Journals facts one after the other, a minute apart, each in a transaction of its own unless asked together."""

    def __init__(self, store: Store, plan: Plan = PLAN) -> None:
        self.store = store
        self.journal = Journal(store, TrialRenderer())
        self.plans = [plan]
        self._numbers: dict[str, int] = {}
        data = {"plan": plan.document(), "timezone": plan.timezone, "shift_days": 0, "renderer": 1}
        self.append([self.of_campaign("launched", data, date(2020, 1, 1))])

    @property
    def campaign(self) -> Campaign:
        """The campaign as it is now."""
        with self.store.reading() as connection:
            return read_campaign(connection)

    def append(self, appends: Iterable[Append]) -> int:
        """Journals events in one transaction; the position of the last."""
        return self.journal.append(list(appends))[-1].position

    def of_campaign(self, type_: str, data: dict[str, Any], day: date) -> Append:
        """The next event of the campaign's stream."""
        return Append(CAMPAIGN, CAMPAIGN_STREAM, (self._line(CAMPAIGN_STREAM, type_, day, data),))

    def of_unit(self, unit: str, fact: Fact) -> Append:
        """The next event of a unit."""
        number = self._next(unit)
        recorded = START + timedelta(minutes=sum(self._numbers.values()))
        return Append(CAMPAIGN, unit, (line_of(Event(number, recorded, "test", fact)),))

    def tell(self, unit: str, *facts: Fact) -> int:
        """Journals facts of a unit; the position of the last."""
        return self.append(self.of_unit(unit, fact) for fact in facts)

    def enrol(self, code: str, parent: str, level: str, *tags: str, release: int = 1) -> int:
        """A unit joins."""
        profile = Profile(code, f"Unit {code}", level, parent, f"Unit {parent}" if parent else "", tags)
        return self.tell(code, Enrolled(date(2020, 1, 1), profile, release))

    def amend(self, plan: Plan, day: date, **data: Any) -> int:
        """The plan's next release, recorded in the campaign's stream; no unit follows it yet."""
        return self.append([self.amendment(plan, day, **data)])

    def amendment(self, plan: Plan, day: date, **data: Any) -> Append:
        """The event of `amend`."""
        self.plans.append(plan)
        return self.of_campaign("amended", {"release": len(self.plans), "plan": plan.document(), **data}, day)

    def follow(self, unit: str, level: str, day: date) -> int:
        """A unit follows the newest release."""
        return self.tell(unit, self.follows(level, day))

    def follows(self, level: str, day: date) -> Amended:
        """What a unit of the level notes when it follows the newest release."""
        dates = tuple(StageDates.of(stage) for stage in self.plans[-1].stages_of(level))
        return Amended(day, len(self.plans), dates)

    def _line(self, stream: str, type_: str, day: date, data: dict[str, Any]) -> Line:
        number = self._next(stream)
        return Line(number, type_, day, START + timedelta(minutes=sum(self._numbers.values())), "test", data)

    def _next(self, stream: str) -> int:
        self._numbers[stream] = self._numbers.get(stream, 0) + 1
        return self._numbers[stream]
