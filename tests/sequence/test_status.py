"""Where a stage stands, day by day."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.plan.model import Stage, Window
from calendars.sequence.commands import Report, Schedule
from calendars.sequence.state import Profile, Span, Status, UnitState
from calendars.sequence.status import in_window, opens_on, stage_status
from tests.sequence.quang_ninh import PLAN, after, span, unit

VILLAGE = unit("village")
ELECTED = after(VILLAGE, (Report("headman_election", date(2020, 1, 5)), date(2020, 1, 5)))
COMMUNE = unit("commune")
PILOT = unit("commune", "pilot")
PLANNED = after(COMMUNE, (Schedule("grassroots_congress", date(2020, 6, 1)), date(2020, 1, 5)))
HELD = after(PLANNED, (Report("grassroots_congress", date(2020, 6, 1)), date(2020, 6, 1)))


@pytest.mark.parametrize(
    ("state", "stage", "today", "status"),
    [
        (VILLAGE, "headman_election", "2020-01-04", Status.WAITING),
        (VILLAGE, "headman_election", "2020-01-05", Status.OPEN),
        (VILLAGE, "headman_election", "2020-01-06", Status.OVERDUE),
        (VILLAGE, "cell_congress", "2020-01-18", Status.WAITING),
        (ELECTED, "headman_election", "2020-01-06", Status.HELD),
        (ELECTED, "cell_congress", "2020-01-17", Status.WAITING),
        (ELECTED, "cell_congress", "2020-01-18", Status.OPEN),
        (VILLAGE, "cell_congress", "2020-01-19", Status.OVERDUE),
        (COMMUNE, "grassroots_congress", "2020-03-31", Status.WAITING),
        (COMMUNE, "grassroots_congress", "2020-04-01", Status.OPEN),
        (COMMUNE, "grassroots_congress", "2020-05-31", Status.OPEN),
        (COMMUNE, "grassroots_congress", "2020-06-01", Status.OVERDUE),
        (PILOT, "grassroots_congress", "2020-02-29", Status.WAITING),
        (PILOT, "grassroots_congress", "2020-03-01", Status.OPEN),
        (PILOT, "grassroots_congress", "2020-04-01", Status.OPEN),
        (PLANNED, "grassroots_congress", "2020-02-01", Status.SCHEDULED),
        (PLANNED, "grassroots_congress", "2020-05-31", Status.SCHEDULED),
        (PLANNED, "grassroots_congress", "2020-06-01", Status.OVERDUE),
        (HELD, "grassroots_congress", "2020-07-01", Status.HELD),
    ],
)
def test_status_by_day(state: UnitState, stage: str, today: str, status: Status) -> None:
    assert stage_status(state, PLAN.stage(stage), date.fromisoformat(today)) is status


WITHOUT_OPENING = Stage(id="meeting", level="commune", pilots=Window(from_=date(2020, 3, 1), to=date(2020, 3, 31)))


@pytest.mark.parametrize(
    ("stage", "tags", "opens"),
    [
        (PLAN.stage("headman_election"), (), date(2020, 1, 5)),
        (PLAN.stage("headman_election"), ("pilot",), date(2020, 1, 5)),
        (PLAN.stage("grassroots_congress"), (), date(2020, 4, 1)),
        (PLAN.stage("grassroots_congress"), ("armed_forces",), date(2020, 4, 1)),
        (PLAN.stage("grassroots_congress"), ("pilot",), date(2020, 3, 1)),
        (WITHOUT_OPENING, ("pilot",), None),
    ],
)
def test_opening_day(stage: Stage, tags: tuple[str, ...], opens: date | None) -> None:
    assert opens_on(stage, Profile("06664", "Tân Bình", "commune", tags=tags)) == opens


@pytest.mark.parametrize(
    ("days", "open_to_pilots"),
    [
        (span("2020-03-30", "2020-03-31"), True),
        (span("2020-03-31", "2020-04-01"), False),
        (span("2020-04-10"), False),
        (span("2020-05-01"), True),
    ],
)
def test_between_the_two_windows_a_stage_is_closed_to_pilots_too(days: Span, open_to_pilots: bool) -> None:
    stage = PLAN.stage("grassroots_congress").model_copy(update={"opens": date(2020, 5, 1)})
    assert in_window(stage, PILOT.profile, days) is open_to_pilots
