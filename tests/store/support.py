"""A small plan and a renderer that writes what it is given, so that these tests are about the store alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from calendars.plan.model import Plan
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.facts import Enrolled, Fact, Held, Scheduled
from calendars.sequence.messages import Append
from calendars.sequence.state import Profile, UnitState
from calendars.store.projecting import CAMPAIGN_STREAM

CAMPAIGN = "trial-2020"
START = datetime(2020, 5, 4, 1, 2, 3, 456789, tzinfo=UTC)
PLAN = Plan.model_validate(
    {
        "campaign": CAMPAIGN,
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2020-01-01",
        "until": "2020-12-31",
        "levels": ["province", "commune"],
        "stages": [
            {
                "id": "grassroots_congress",
                "level": "commune",
                "opens": "2020-04-01",
                "target": {"date": "2020-05-31"},
                "deadline": {"date": "2020-06-30"},
                "results": {"direct_election": "bool"},
            },
            {"id": "provincial_congress", "level": "province", "deadline": {"date": "2020-10-31"}},
        ],
    }
)


@dataclass(frozen=True)
class TrialEntry:
    """An entry that shows the days of a stage."""

    uid: str
    stage: str
    kind: str
    status: str
    first: date
    last: date


class TrialRenderer:
    """One entry a stage, whose bytes name its days and its stamp."""

    version = 1

    def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[TrialEntry]:
        assert state.profile is not None
        found = []
        for stage in state.rules.stages:
            now = state.stage(stage.id)
            span = now.held or now.scheduled
            if span:
                kind = "held" if now.held else "scheduled"
                uid = f"{state.profile.code}.{stage.id}"
                found.append(TrialEntry(uid, stage.id, kind, kind, span.first, span.last))
        return found

    def facts(self, entry: Any) -> str:
        return json.dumps(asdict(entry), default=str)

    def entry_of(self, facts: str) -> TrialEntry:
        days = {name: date.fromisoformat(json.loads(facts)[name]) for name in ("first", "last")}
        return TrialEntry(**json.loads(facts) | days)

    def render(self, entry: Any, *, sequence: int, created: datetime, modified: datetime, language: str) -> bytes:
        return f"{language} {entry.kind} {entry.first}..{entry.last} #{sequence} {created} {modified}\r\n".encode()


def launched() -> Append:
    """The first event of the campaign."""
    data = {"plan": PLAN.document(), "timezone": PLAN.timezone, "shift_days": 0, "renderer": 1}
    return Append(CAMPAIGN, CAMPAIGN_STREAM, (Line(1, "launched", date(2020, 5, 1), START, "test", data),))


def events(unit: str, *facts: Fact, first: int = 1, by: str = "test") -> Append:
    """Facts as the numbered events of a unit, a minute apart."""
    lines = [
        line_of(Event(no, START + timedelta(minutes=no), by, fact, command=f"{unit}-{no}"))
        for no, fact in enumerate(facts, start=first)
    ]
    return Append(CAMPAIGN, unit, tuple(lines))


def enrolled(code: str, parent: str = "", level: str = "commune") -> Enrolled:
    """A unit that joins."""
    return Enrolled(date(2020, 1, 1), Profile(code, f"Unit {code}", level, parent))


def scheduled(day: date) -> Scheduled:
    """The commune's congress is planned on `day`."""
    return Scheduled(date(2020, 5, 1), "grassroots_congress", day, day)


def held(first: date, last: date | None = None, **results: bool) -> Held:
    """The commune's congress was held."""
    return Held(last or first, "grassroots_congress", first, last or first, dict(results))
