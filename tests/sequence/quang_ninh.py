"""Quang Ninh 2020 as far as one unit's life needs it: directive 35-CT/TW of 30/05/2019 and the province's own dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

from calendars.plan.model import Plan
from calendars.sequence.commands import Command, Enrol
from calendars.sequence.deciding import decide
from calendars.sequence.evolving import fold, number
from calendars.sequence.state import Profile, Rules, Span, UnitState

RECORDED = datetime(2020, 6, 11, 2, 30, tzinfo=UTC)
DIRECTIVE = "35-CT/TW"

PLAN = Plan.model_validate(
    {
        "campaign": "quang-ninh-2020",
        "title": {"vi": "Đại hội đảng bộ các cấp", "en": "Party congresses"},
        "from": "2019-12-01",
        "until": "2020-12-31",
        "levels": ["province", "district", "commune", "village"],
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


def blank(level: str) -> UnitState:
    """A unit of `level` that nothing happened to yet."""
    return UnitState(Rules.of(PLAN, level))


def unit(level: str, *tags: str) -> UnitState:
    """An enrolled unit of `level`."""
    profile = Profile("06664", "Tân Bình", level, "200", "Đầm Hà", tags)
    return after(blank(level), (Enrol(profile), date(2019, 12, 1)))


def after(state: UnitState, *given: tuple[Command, date]) -> UnitState:
    """The unit after these commands, each with the day it is given on."""
    for command, today in given:
        state = fold(state, number(state, decide(state, command, today), by="test", recorded=RECORDED))
    return state


def span(first: str, last: str | None = None) -> Span:
    """A span from ISO days."""
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))
