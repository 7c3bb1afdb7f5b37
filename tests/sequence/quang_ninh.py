"""Quang Ninh 2020 as far as one unit's life needs it: directive 35-CT/TW of 30/05/2019 and the province's own dates.

`PLAN` has stages and their days alone. `FULL` adds what comes from outside a unit: gates, a freeze, consents, steps,
reminders. `BUNDLED` is the plan that people run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import calendars.campaigns
from calendars.plan.loading import load_plan
from calendars.plan.model import Consent, Freeze, Gate, LeadIn, Plan, Reminders, Rerun
from calendars.sequence.commands import Command, Enrol
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Fact
from calendars.sequence.gates import gate_facts, seal_facts
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, Span, UnitState
from calendars.sequence.surroundings import UNKNOWN, Child, Superior, Surroundings

RECORDED = datetime(2020, 6, 11, 2, 30, tzinfo=UTC)
DIRECTIVE = "35-CT/TW"

PLAN = Plan.model_validate(
    {
        "campaign": "quang-ninh-2020",
        "title": {"vi": "Đại hội đảng bộ các cấp", "en": "Party congresses"},
        "from": "2019-12-01",
        "until": "2020-12-31",
        "levels": ["province", "district", "commune", "village"],
        "reminders": {"before": []},
        "stages": [
            {
                "id": "headman_election",
                "level": "village",
                "title": {"vi": "Bầu trưởng thôn", "en": "Headman election"},
                "on": "2020-01-05",
                "results": {"turnout": "percent", "head_is_member": "bool"},
            },
            {
                "id": "cell_congress",
                "level": "village",
                "title": {"vi": "Đại hội chi bộ", "en": "Cell congress"},
                "on": "2020-01-18",
                "after": "headman_election",
                "max_days": 1,
                "source": "308-KH/TU",
                "results": {"direct_election": "bool", "secretary_votes": "ratio", "members": "int", "note": "text"},
            },
            {
                "id": "grassroots_congress",
                "level": "commune",
                "title": {"vi": "Đại hội đảng bộ cơ sở", "en": "Grassroots congress"},
                "opens": "2020-04-01",
                "target": {"date": "2020-05-31", "source": "308-KH/TU"},
                "deadline": {"date": "2020-06-30", "source": DIRECTIVE},
                "max_days": 2,
                "pilots": {"from": "2020-03-01", "to": "2020-03-31", "source": "26-HD/BTCTW"},
                "source": DIRECTIVE,
            },
            {
                "id": "district_congress",
                "level": "district",
                "title": {"vi": "Đại hội đảng bộ huyện", "en": "District congress"},
                "opens": "2020-06-01",
                "target": {"date": "2020-07-31"},
                "deadline": {"date": "2020-08-31", "source": DIRECTIVE},
                "max_days": 3,
                "pilots": {"from": "2020-05-01", "to": "2020-05-31"},
                "source": DIRECTIVE,
            },
            {
                "id": "provincial_congress",
                "level": "province",
                "title": {"vi": "Đại hội đảng bộ tỉnh", "en": "Provincial congress"},
                "opens": "2020-09-01",
                "deadline": {"date": "2020-10-31", "source": DIRECTIVE},
                "max_days": 4,
                "source": DIRECTIVE,
            },
        ],
    }
)


def changed(plan: Plan, **stages: dict[str, Any]) -> Plan:
    """The plan with other values in some of its stages."""
    renewed = tuple(stage.model_copy(update=stages.get(stage.id, {})) for stage in plan.stages)
    return plan.model_copy(update={"stages": renewed})


COVID = {"from": "2020-03-31", "to": "2020-04-22", "ordered": "2020-03-30", "source": "Covid-19"}
CONSENT = {"tag": "armed_forces", "result": "direct_election", "from": "Quân ủy"}
FULL = changed(
    PLAN,
    headman_election={"rerun": Rerun(days=15), "lead_ins": (LeadIn(id="announce", days=20),), "remind": (7, 1)},
    grassroots_congress={
        "gate": Gate(children="cell_congress"),
        "lead_ins": (LeadIn(id="notice", working_days=30), LeadIn(id="dossier", working_days=15)),
        "results": PLAN.stage("cell_congress").results,
    },
    district_congress={"gate": Gate(children="grassroots_congress", share=0.35)},
    provincial_congress={"gate": Gate(children="district_congress")},
).model_copy(
    update={
        "freezes": (Freeze.model_validate(COVID),),
        "consents": (
            Consent.model_validate({"stage": "cell_congress", **CONSENT}),
            Consent.model_validate({"stage": "grassroots_congress", **CONSENT}),
        ),
        "reminders": Reminders(),
    }
)
BUNDLED = load_plan(Path(calendars.campaigns.__file__).parent / "quang-ninh-2020" / "plan.yaml")
LAUNCH = date(2019, 12, 1)


def blank(level: str, plan: Plan = PLAN) -> UnitState:
    """A unit of `level` that nothing happened to yet."""
    return UnitState(Rules.of(plan, level))


def unit(level: str, *tags: str, plan: Plan = PLAN, joined: date = LAUNCH) -> UnitState:
    """An enrolled unit of `level`."""
    profile = Profile("06664", "Tân Bình", level, "200", "Đầm Hà", tags)
    return after(blank(level, plan), (Enrol(profile), joined))


def after(state: UnitState, *given: tuple[Command, date], around: Surroundings = UNKNOWN) -> UnitState:
    """The unit after these commands, each with the day it is given on."""
    for command, today in given:
        state = taken(state, decide(state, command, today, around))
    return state


def taken(state: UnitState, facts: Iterable[Fact]) -> UnitState:
    """The unit after these facts."""
    return fold(state, number(state, facts, by="test", recorded=RECORDED))


def settled(state: UnitState, today: date, around: Surroundings = UNKNOWN) -> UnitState:
    """The unit on `today` after all that the calendar and its neighbours make of it."""
    while due := due_facts(state, today):
        state = taken(state, due)
    state = taken(state, gate_facts(state, around, today))
    return taken(state, seal_facts(state, around.superior, today))


def refused(state: UnitState, command: Command, today: date, around: Surroundings = UNKNOWN) -> Refused:
    """The refusal that the command meets."""
    with pytest.raises(Refused) as error:
        decide(state, command, today, around)
    return error.value


def below(stage: str, *days: str | None, level: str = "village", superior: Superior | None = None) -> Surroundings:
    """A unit's children, Thôn 1, Thôn 2 ...: each held `stage` on its ISO day, or not at all."""
    children = (
        Child(f"06664-{no:02}", f"Thôn {no}", level, "06664", held={stage: span(day)} if day else {})
        for no, day in enumerate(days, 1)
    )
    return Surroundings({child.code: child for child in children}, superior=superior)


def span(first: str, last: str | None = None) -> Span:
    """A span from ISO days."""
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


def day(iso: str) -> date:
    """A day from its ISO form."""
    return date.fromisoformat(iso)
