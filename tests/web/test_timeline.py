"""The line of a unit's stages: what stands where, on one axis that holds every day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.model import Plan
from calendars.sequence.state import Span
from calendars.store.feeds import FeedUnit
from calendars.store.unit_status import LeadInView, UnitStage
from calendars.web.timeline import Axis, Drawing, timelines
from tests.ical.cases import PLAN

DAY = date(2020, 6, 11)
WARD = FeedUnit("06664", "Phường Hà Tu", "commune", "193", frozenset(), 1, datetime(2020, 6, 1, tzinfo=UTC))
TARGET, DEADLINE = date(2020, 5, 31), date(2020, 6, 30)
days = st.dates(date(2019, 12, 1), date(2020, 12, 31))


def congress(**changes: object) -> UnitStage:
    """The ward's congress."""
    given: dict[str, object] = {"scheduled": None, "held": None, "target": TARGET, "deadline": DEADLINE}
    return UnitStage(  # type: ignore[arg-type]
        stage="grassroots_congress",
        status="open",
        margin_target=None,
        margin_deadline=None,
        **{**given, **changes},
    )


def drawn(stage: UnitStage, day: date = DAY, plan: Plan = PLAN, unit: FeedUnit = WARD) -> Drawing:
    return timelines(plan, unit, [stage], day)[stage.stage]


def kinds(drawing: Drawing) -> list[tuple[str, date, date]]:
    return [(lane.kind, lane.days.first, lane.days.last) for lane in drawing.lanes]


def test_a_stage_to_come() -> None:
    notice = LeadInView("notice", {"vi": "", "en": ""}, date(2020, 5, 5), {"vi": "", "en": ""}, None, None)
    planned = Span(date(2020, 6, 18), date(2020, 6, 19))
    assert kinds(drawn(congress(scheduled=planned, lead_ins=[notice]))) == [
        ("window", date(2020, 4, 1), DEADLINE),
        ("planned", date(2020, 6, 18), date(2020, 6, 19)),
        ("target", TARGET, TARGET),
        ("deadline", DEADLINE, DEADLINE),
        ("steps", date(2020, 5, 5), date(2020, 5, 5)),
    ]


def test_a_stage_that_was_held_on_other_days_than_planned_at_first() -> None:
    held, former = Span(date(2020, 5, 18), date(2020, 5, 19)), Span(date(2020, 4, 10), date(2020, 4, 10))
    drawing = drawn(congress(held=held, scheduled=held, postponed=former))
    assert [lane.kind for lane in drawing.lanes] == ["window", "held", "former", "target", "deadline"]


def test_one_day_for_all_is_planned_until_it_was_put_off() -> None:
    village = UnitStage("headman_election", "waiting", None, None, None, None, None, None)
    on = date(2020, 1, 5)
    unit = FeedUnit("06664-01", "Khu phố 1", "village", "06664", frozenset(), 1, WARD.modified)
    assert kinds(drawn(village, unit=unit)) == [("planned", on, on)]
    put_off = UnitStage("headman_election", "postponed", None, None, None, None, None, None, postponed=Span(on, on))
    assert kinds(drawn(put_off, unit=unit)) == [("former", on, on)]


def test_a_pilot_has_a_window_of_its_own() -> None:
    document = PLAN.document()
    stage = next(one for one in document["stages"] if one["id"] == "grassroots_congress")
    stage["pilots"] = {"from": "2020-03-01", "to": "2020-03-31"}
    plan = Plan.model_validate(document)
    pilot = FeedUnit(WARD.code, WARD.name, WARD.level, WARD.parent, frozenset({"pilot"}), 1, WARD.modified)
    assert kinds(drawn(congress(), plan=plan, unit=pilot))[0] == ("window", date(2020, 3, 1), date(2020, 3, 31))
    assert kinds(drawn(congress(), plan=plan))[0] == ("window", date(2020, 4, 1), DEADLINE)


def test_a_stage_without_any_day_has_no_line() -> None:
    bare = UnitStage("district_congress", "open", None, None, None, None, None, None)
    assert timelines(PLAN, WARD, [bare], DAY) == {}


@given(first=days, length=st.integers(0, 3), target=st.none() | days, deadline=st.none() | days, day=days)
def test_everything_is_on_the_axis_and_its_words_find_room(
    first: date, length: int, target: date | None, deadline: date | None, day: date
) -> None:
    held = Span(first, first + timedelta(days=length))
    drawing = drawn(congress(held=held, target=target, deadline=deadline), day)
    assert drawing.today is not None
    assert 0 < drawing.today < 100
    for lane in drawing.lanes:
        assert 0 <= lane.x <= lane.x + lane.width <= 101
        room = {"start": 100 - lane.words_at, "end": lane.words_at, "over": 100 - lane.words_at}[lane.side]
        assert room >= 48
    assert len({lane.y for lane in drawing.lanes}) == len(drawing.lanes)
    assert drawing.height > max(lane.y for lane in drawing.lanes)
    assert [x for x, _ in drawing.ticks] == sorted(x for x, _ in drawing.ticks)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2020, 3, 28), date(2020, 7, 3), [3, 4, 5, 6, 7]),
        (date(2019, 12, 1), date(2020, 12, 31), [1, 4, 7, 10]),
        (date(2020, 5, 2), date(2020, 5, 20), [5]),
    ],
)
def test_ticks_are_months_and_few(first: date, last: date, months: list[int]) -> None:
    ticks = Axis(first, last).ticks()
    assert [tick.month for tick in ticks] == months
    assert {tick.day for tick in ticks} == {1}


@given(first=days, length=st.integers(0, 4000))
def test_there_are_never_too_many_ticks(first: date, length: int) -> None:
    assert len(Axis(first, first + timedelta(days=length)).ticks()) <= 7
