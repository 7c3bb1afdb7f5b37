"""Pilots go first: the others of the same superior wait until they are through, or their window has passed."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.sequence.commands import Report, Review, Schedule, Waive
from calendars.sequence.deciding import decide
from calendars.sequence.facts import Reviewed
from calendars.sequence.state import Span
from calendars.sequence.surroundings import Surroundings
from tests.sequence.quang_ninh import BUNDLED, PLAN, after, below, changed, day, refused, span, unit

STAGE = "grassroots_congress"
# The grassroots pilots of 2020 met in March; here nothing but their turn keeps the others back.
ANY_DAY = changed(PLAN, grassroots_congress={"opens": None})
OTHER = unit("commune", plan=ANY_DAY)
PILOT = unit("commune", "pilot", plan=ANY_DAY)
NOT_THROUGH, THROUGH = Surroundings({}), Surroundings({}, pilots=(STAGE,))


@pytest.mark.parametrize(
    ("days", "around", "accepted"),
    [
        (span("2020-03-10"), NOT_THROUGH, False),
        (span("2020-03-31", "2020-04-01"), NOT_THROUGH, False),
        (span("2020-04-01"), NOT_THROUGH, True),
        (span("2020-03-10"), THROUGH, True),
        (span("2020-02-10"), NOT_THROUGH, False),
        (span("2020-03-10"), Surroundings({}, pilots=("district_congress",)), False),
    ],
)
def test_the_others_wait_for_the_pilots(*, days: Span, around: Surroundings, accepted: bool) -> None:
    report = Report(STAGE, days.first, days.last)
    if accepted:
        assert decide(OTHER, report, date(2020, 4, 10), around)
    else:
        assert refused(OTHER, report, date(2020, 4, 10), around).code == "pilots_first"
        waived = after(OTHER, (Waive(STAGE, "no pilot is ready"), date(2020, 3, 1)))
        assert decide(waived, report, date(2020, 4, 10), around)
    if days.first < date(2020, 3, 1):
        assert refused(PILOT, report, date(2020, 4, 10), around).code == "before_window"
    else:
        assert decide(PILOT, report, date(2020, 4, 10), around)


def test_the_refusal_says_when_the_pilots_go() -> None:
    no = refused(OTHER, Report(STAGE, date(2020, 3, 10)), date(2020, 3, 10))
    assert no.text("en") == (
        "Grassroots congress cannot be held on 10/03/2020: the pilots under the same superior go first, "
        "from 01/03/2020 to 31/03/2020 (26-HD/BTCTW), and they are not all held and reviewed."
    )


def test_days_may_be_planned_before_the_pilots_are_through() -> None:
    assert decide(OTHER, Schedule(STAGE, date(2020, 3, 20)), date(2020, 3, 1), NOT_THROUGH)


def test_a_stage_with_an_opening_day_needs_no_turn() -> None:
    opened = unit("commune", plan=BUNDLED)
    assert refused(opened, Report(STAGE, date(2020, 3, 20)), date(2020, 5, 1), THROUGH).code == "before_window"
    assert decide(opened, Report(STAGE, date(2020, 4, 28)), date(2020, 5, 1), below("cell_congress"))


def test_the_superior_records_what_was_learnt_once() -> None:
    review = Review(STAGE, date(2020, 3, 20), " more time\nfor the debate ")
    assert refused(PILOT, review, date(2020, 3, 20)).code == "not_held_yet"
    held = after(PILOT, (Report(STAGE, day("2020-03-05"), day("2020-03-06")), day("2020-03-06")))
    assert refused(held, review, date(2020, 3, 19)).code == "day_in_future"
    reviewed = decide(held, review, date(2020, 3, 21))
    assert reviewed == (Reviewed(date(2020, 3, 20), STAGE, "more time for the debate"),)
    again = after(held, (review, date(2020, 3, 21)))
    assert again.stage(STAGE).reviewed == date(2020, 3, 20)
    assert refused(again, review, date(2020, 3, 21)).code == "already_reviewed"
    other = after(OTHER, (Report(STAGE, day("2020-04-05")), day("2020-04-06")))
    assert refused(other, review, date(2020, 4, 21)).code == "not_a_pilot"
