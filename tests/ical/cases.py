"""A small plan and states of its units, for golden files and parse-back tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from calendars.ical.rendering import Stamp
from calendars.plan.model import Due, Plan
from calendars.sequence.pins import with_pins
from calendars.sequence.rules import Rules
from calendars.sequence.state import (
    Clock,
    Ending,
    Gate,
    Pin,
    Profile,
    Results,
    Rollup,
    Span,
    StageState,
    Suspension,
    UnitState,
    month_of,
)

PLAN = Plan.model_validate(
    {
        "campaign": "quang-ninh-2020",
        "title": {"vi": "Đại hội đảng bộ các cấp, nhiệm kỳ 2020-2025", "en": "Party congresses, term 2020-2025"},
        "from": "2019-12-01",
        "until": "2020-12-31",
        "instruments": {
            "directive-35": {"number": "35-CT/TW", "date": "2019-05-30"},
            "joint-resolution-09-2008": {"number": "09/2008/NQLT-CP-UBTWMTTQVN", "date": "2008-04-17"},
        },
        "levels": ["province", "district", "commune", "village"],
        "level_titles": {
            "commune": {"vi": "Xã, phường, thị trấn", "en": "Commune level"},
            "village": {"vi": "Thôn, bản, khu phố", "en": "Village"},
        },
        "stages": [
            {
                "id": "headman_election",
                "level": "village",
                "title": {"vi": "Bầu cử", "en": "Headman election"},
                "on": "2020-01-05",
                "lead_ins": [
                    {
                        "id": "announce_date",
                        "title": {"vi": "Công bố ngày bầu cử", "en": "Announce the election day"},
                        "days": 20,
                        "source": "joint-resolution-09-2008 art. 6",
                    },
                    {"id": "deadline", "title": {"vi": "Lập tổ bầu cử", "en": "Form the election team"}, "days": 10},
                ],
                "results": {"turnout": "percent"},
            },
            {
                "id": "cell_congress",
                "level": "village",
                "title": {"vi": "Đại hội chi bộ", "en": "Cell congress"},
                "on": "2020-01-18",
                "after": "headman_election",
            },
            {
                "id": "grassroots_congress",
                "level": "commune",
                "title": {"vi": "Đại hội Đảng bộ", "en": "Grassroots congress"},
                "opens": "2020-04-01",
                "target": {"date": "2020-05-31", "source": "directive-35 art. 2"},
                "deadline": {"date": "2020-06-30", "source": "directive-35"},
                "gate": {"children": "cell_congress"},
                "lead_ins": [
                    {"id": "notice", "title": {"vi": "Thông báo triệu tập", "en": "Notice"}, "working_days": 30},
                ],
                "results": {"direct_election": "bool", "secretary_votes": "ratio"},
            },
            {"id": "district_congress", "level": "district", "deadline": {"date": "2020-08-31"}},
        ],
    }
)
COMMUNE = Profile("06664", "Phường Hà Tu", "commune", "193", "Thành phố Hạ Long")
VILLAGE = Profile("06664-01", "Khu phố 1", "village", "06664", "Phường Hà Tu")
DISTRICT = Profile("193", "Thành phố Hạ Long", "district", "22", "Tỉnh Quảng Ninh")
STAMP = Stamp(3, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2020, 5, 20, 3, 4, 5, 678900, tzinfo=UTC))


def span(first: str, last: str = "") -> Span:
    """Days from `first` to `last`, or one day."""
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


def unit(profile: Profile, **stages: StageState) -> UnitState:
    """A unit with these stages."""
    return UnitState(Rules.of(PLAN, profile.level), profile, len(stages) + 1, stages=stages)


def congress(
    *,
    held: Span | None = None,
    scheduled: Span | None = None,
    results: Results | None = None,
    overdue: str = "",
    postponed: Span | None = None,
    gate: Gate | None = Gate.OPEN,
) -> UnitState:
    """The commune with its congress so."""
    clocks = tuple(Clock(clock) for clock in overdue.split())
    return unit(COMMUNE, grassroots_congress=StageState(scheduled, held, results or {}, clocks, postponed, gate))


def pinned(state: UnitState, stage_id: str, **pins: Pin) -> UnitState:
    """The same unit with due days of its own for the stage, by the kind of day."""
    stages = {stage_id: replace(state.stage(stage_id), pins={Clock(clock): pin for clock, pin in pins.items()})}
    return replace(state, rules=with_pins(state.rules, stages), stages={**state.stages, **stages})


def suspended(state: UnitState, freeze: Suspension) -> UnitState:
    """The same unit below this freeze, which took the planned days of its stages."""
    stages = {stage: replace(now, taken=freeze.id) for stage, now in state.stages.items()}
    return replace(state, stages=stages, freezes=(freeze,))


COVID = Suspension("covid-19", date(2020, 3, 31), date(2020, 4, 22), "directive-35, sec. 3")
PIN = Pin(date(2020, 6, 15), "bão số 2, kế hoạch riêng", Due(date=date(2020, 5, 31), source="directive-35 art. 2"))
ORDERED = replace(COVID, id="freeze/2", under="193")
MERGED = Ending(date(2020, 2, 1), "merged", "06664-02", "Khu phố 2", "directive-35, sec. 4")
VILLAGE_HELD = {
    "headman_election": StageState(held=span("2020-01-05"), results={"turnout": 93.25}),
    "cell_congress": StageState(held=span("2020-01-18")),
}

STATES = {
    "open": congress(),
    "scheduled": congress(scheduled=span("2020-05-18", "2020-05-19")),
    "held": congress(
        held=span("2020-05-18", "2020-05-19"), results={"direct_election": True, "secretary_votes": "290/292"}
    ),
    "overdue-target": congress(scheduled=span("2020-06-30", "2020-07-01"), overdue="target"),
    "overdue-deadline": congress(overdue="target deadline"),
    "village": unit(VILLAGE),
    "village-overdue": unit(VILLAGE, headman_election=StageState(overdue=(Clock.DAY,))),
    "village-held": unit(VILLAGE, **VILLAGE_HELD),
    "postponed": suspended(congress(postponed=span("2020-04-10", "2020-04-11")), COVID),
    "moved": congress(scheduled=span("2020-05-18", "2020-05-19"), postponed=span("2020-04-10", "2020-04-11")),
    "lead-ins-done": unit(
        VILLAGE, headman_election=StageState(done={"announce_date": date(2019, 12, 14), "deadline": date(2019, 12, 26)})
    ),
    "gate-closed": congress(scheduled=span("2020-05-18", "2020-05-19"), gate=None),
    "gate-conflict": congress(held=span("2020-05-18", "2020-05-19"), gate=Gate.CONFLICT),
    "pinned": pinned(congress(scheduled=span("2020-06-10")), "grassroots_congress", target=PIN),
    "frozen": replace(
        unit(DISTRICT), freezes=(ORDERED, replace(ORDERED, id="freeze/4", first=date(2020, 8, 1), last=None))
    ),
    "rolled-up": replace(
        unit(DISTRICT),
        rollups={
            month_of(one.stage, one.on): one
            for one in (
                Rollup("grassroots_congress", date(2020, 3, 31), 3, 14),
                Rollup("grassroots_congress", date(2020, 4, 19), 14, 14),
            )
        },
    ),
    "called-off": replace(
        unit(VILLAGE, headman_election=VILLAGE_HELD["headman_election"]), ended=replace(MERGED, shown=date(2020, 3, 31))
    ),
    "ended": replace(unit(VILLAGE, headman_election=VILLAGE_HELD["headman_election"]), ended=MERGED),
}
