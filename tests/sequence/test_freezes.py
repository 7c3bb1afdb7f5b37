"""Suspensions: nothing is held or planned in them, what was planned is postponed, reminders rest, deadlines run."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.plan.model import Freeze as PlanFreeze
from calendars.sequence.commands import Correct, Freeze, Postpone, Report, Resume, Schedule, Waive
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import FellOverdue, Frozen, Postponed, ReminderDue, Resumed, Scheduled
from calendars.sequence.state import Clock, Span, Status
from calendars.sequence.status import planned, stage_status, suspended, suspensions
from tests.sequence.quang_ninh import BUNDLED, FULL, PLAN, after, below, changed, day, refused, settled, span, unit

STAGE = "grassroots_congress"
COVID = "Ban Bí thư, tạm dừng đại hội"
CELLS = below("cell_congress")
COMMUNE = unit("commune", plan=BUNDLED)
# On 20/03 the commune set 15-16/04, the suspension was ordered on 31/03.
PLANNED = after(COMMUNE, (Schedule(STAGE, date(2020, 4, 15), date(2020, 4, 16)), date(2020, 3, 20)))


def test_the_suspension_of_2020_postpones_from_the_day_it_was_ordered() -> None:
    known = date(2020, 3, 31)
    before = settled(PLANNED, date(2020, 3, 30))
    assert stage_status(before, BUNDLED.stage(STAGE), date(2020, 3, 30)) is Status.SCHEDULED
    assert next_due(before, date(2020, 3, 30)) == known
    (postponed,) = due_facts(before, known)
    assert isinstance(postponed, Postponed)
    assert (postponed.first, postponed.last, postponed.freeze) == (date(2020, 4, 15), date(2020, 4, 16), "plan/0")
    assert postponed.reason.startswith(COVID)
    after_it = settled(before, known)
    assert after_it.stage(STAGE).scheduled is None
    assert after_it.stage(STAGE).postponed == span("2020-04-15", "2020-04-16")
    assert stage_status(after_it, BUNDLED.stage(STAGE), known) is Status.POSTPONED
    assert due_facts(after_it, known) == ()
    again = after(after_it, (Schedule(STAGE, date(2020, 5, 10)), date(2020, 4, 24)))
    assert stage_status(again, BUNDLED.stage(STAGE), date(2020, 4, 24)) is Status.SCHEDULED
    assert again.stage(STAGE).postponed == span("2020-04-15", "2020-04-16")


@pytest.mark.parametrize(
    ("days", "today", "accepted"),
    [
        (span("2020-04-10"), "2020-03-30", True),  # not ordered yet
        (span("2020-04-10"), "2020-03-31", False),
        (span("2020-04-21", "2020-04-22"), "2020-04-01", False),
        (span("2020-04-22", "2020-04-23"), "2020-04-01", False),
        (span("2020-04-23"), "2020-04-01", True),
    ],
)
def test_nothing_is_planned_into_a_suspension_that_is_known(*, days: Span, today: str, accepted: bool) -> None:
    schedule = Schedule(STAGE, days.first, days.last)
    if accepted:
        assert decide(COMMUNE, schedule, day(today))
        return
    no = refused(COMMUNE, schedule, day(today))
    assert no.code == "frozen"
    assert " because congresses are suspended from 31/03/2020 to 22/04/2020: Ban Bí thư" in no.text("en")
    postpone = Postpone(STAGE, "flood", days.first, days.last)
    assert refused(PLANNED, postpone, day(today)).code == "frozen"
    waived = after(COMMUNE, (Waive(STAGE, "nobody is ill here"), day(today)))
    assert refused(waived, schedule, day(today)).code == "frozen"


def test_nothing_was_held_in_it_whatever_a_superior_waived() -> None:
    report, today = Report(STAGE, date(2020, 4, 20)), date(2020, 5, 2)
    assert refused(COMMUNE, report, today, CELLS).code == "frozen"
    waived = after(COMMUNE, (Waive(STAGE, "an island without contacts"), today))
    assert refused(waived, report, today, CELLS).code == "frozen"
    held = after(COMMUNE, (Report(STAGE, date(2020, 4, 24)), today), around=CELLS)
    assert refused(held, Correct(STAGE, "typing error", on=date(2020, 4, 22)), today, CELLS).code == "frozen"


def test_days_that_were_planned_and_are_past_need_no_look_when_it_is_ordered() -> None:
    pilot = after(
        unit("commune", "pilot", plan=BUNDLED),
        (Schedule(STAGE, date(2020, 3, 31)), date(2020, 3, 1)),
        (Report(STAGE, date(2020, 3, 20)), date(2020, 3, 20)),
        around=CELLS,
    )
    assert next_due(pilot, date(2020, 3, 20)) is None
    assert due_facts(pilot, date(2020, 3, 31)) == ()


# A plan whose suspension takes the day for all of the cells, as it might have been.
JANUARY = BUNDLED.model_copy(
    update={
        "freezes": (
            PlanFreeze.model_validate(
                {"from": "2020-01-10", "to": "2020-01-25", "ordered": "2020-01-08", "source": "flood"}
            ),
        )
    }
)


def test_the_one_day_for_all_is_postponed_too_and_not_late_any_more() -> None:
    village = settled(unit("village", plan=JANUARY), date(2020, 1, 7))
    stage = JANUARY.stage("cell_congress")
    assert planned(stage, village.stage(stage.id)) == span("2020-01-18")
    assert next_due(settled(village, date(2020, 1, 6)), date(2020, 1, 6)) == date(2020, 1, 8)
    frozen = settled(village, date(2020, 1, 8))
    assert frozen.stage(stage.id).postponed == span("2020-01-18")
    assert planned(stage, frozen.stage(stage.id)) is None
    later = settled(frozen, date(2020, 2, 1))
    assert later.stage(stage.id).overdue == ()
    assert later.stage("headman_election").overdue == (Clock.DAY,)  # held before the flood, but not reported
    assert stage_status(later, stage, date(2020, 2, 1)) is Status.POSTPONED
    assert settled(later, date(2020, 6, 1)).stage(stage.id).overdue == (Clock.TARGET,)


def test_deadlines_run_through_a_suspension() -> None:
    frozen = after(COMMUNE, (Freeze("f", date(2020, 5, 20), date(2020, 7, 20), "flood"), date(2020, 5, 19)))
    due = due_facts(settled(frozen, date(2020, 5, 31)), date(2020, 6, 1))
    assert due == (FellOverdue(date(2020, 6, 1), STAGE, Clock.TARGET, date(2020, 5, 31)),)


def test_a_suspension_ordered_meanwhile_postpones_at_once() -> None:
    today = date(2020, 5, 2)
    commune = after(COMMUNE, (Schedule(STAGE, date(2020, 5, 20), date(2020, 5, 21)), today))
    freeze = Freeze("below-200", date(2020, 5, 21), date(2020, 6, 5), " flood\n")
    frozen = Frozen(today, "below-200", date(2020, 5, 21), date(2020, 6, 5), "flood")
    postponed = Postponed(today, STAGE, date(2020, 5, 20), date(2020, 5, 21), "flood", "below-200")
    assert decide(commune, freeze, today) == (frozen, postponed)
    done = after(commune, (freeze, today))
    assert decide(done, freeze, today) == ()
    assert not any(isinstance(fact, Postponed) for fact in due_facts(done, today))


def test_an_open_end_lasts_until_it_is_resumed() -> None:
    frozen = after(COMMUNE, (Freeze("f", date(2020, 5, 4), None, "flood"), date(2020, 5, 2)))
    no = refused(frozen, Schedule(STAGE, date(2020, 12, 1)), date(2020, 5, 5))
    assert no.text("en") == (
        "Grassroots congress cannot be on 01/12/2020, because congresses are suspended since 04/05/2020 until further "
        "notice: flood."
    )
    resume = Resume("f", date(2020, 5, 20))
    assert decide(frozen, resume, date(2020, 5, 18)) == (Resumed(date(2020, 5, 18), "f", date(2020, 5, 19)),)
    free = after(frozen, (resume, date(2020, 5, 18)))
    assert decide(free, resume, date(2020, 5, 18)) == ()
    assert refused(free, Schedule(STAGE, date(2020, 5, 19)), date(2020, 5, 18)).code == "frozen"
    assert decide(free, Schedule(STAGE, date(2020, 5, 20)), date(2020, 5, 18))
    assert decide(COMMUNE, resume, date(2020, 5, 18)) == ()


def test_what_was_resumed_before_it_began_takes_nothing() -> None:
    frozen = after(COMMUNE, (Freeze("f", date(2020, 5, 20), date(2020, 5, 30), "flood"), date(2020, 5, 2)))
    free = after(frozen, (Resume("f", date(2020, 5, 10)), date(2020, 5, 10)))
    for first in (date(2020, 5, 19), date(2020, 5, 20), date(2020, 5, 29)):
        assert suspended(free, Span(first, first.replace(day=first.day + 1)), date(2020, 5, 10)) is None
    assert isinstance(
        decide(free, Schedule(STAGE, date(2020, 5, 19), date(2020, 5, 20)), date(2020, 5, 10))[0], Scheduled
    )
    # Resumed on its first day: a congress may take the last day before and the first day after.
    same_day = after(frozen, (Resume("f", date(2020, 5, 20)), date(2020, 5, 10)))
    assert suspended(same_day, span("2020-05-19", "2020-05-20"), date(2020, 5, 20)) is None


def test_reminders_rest_and_the_last_one_missed_comes_when_it_ends() -> None:
    # The target 31/05 is reminded of on 29/04, 15/05, 22/05 and 29/05, the working days before 01/05, 17/05 ...
    frozen = after(
        settled(COMMUNE, date(2020, 5, 2)), (Freeze("f", date(2020, 5, 10), None, "flood"), date(2020, 5, 8))
    )
    assert due_facts(frozen, date(2020, 5, 25)) == ()
    assert next_due(frozen, date(2020, 5, 9)) == date(2020, 6, 1)  # the target passes, reminders do not come
    free = after(frozen, (Resume("f", date(2020, 5, 26)), date(2020, 5, 25)))
    assert next_due(free, date(2020, 5, 25)) == date(2020, 5, 26)
    assert due_facts(free, date(2020, 5, 25)) == ()
    missed = ReminderDue(date(2020, 5, 26), STAGE, "target", date(2020, 5, 31), 5)
    assert due_facts(free, date(2020, 5, 26)) == (missed,)
    told = settled(free, date(2020, 5, 26))
    assert next_due(told, date(2020, 5, 26)) == date(2020, 5, 29)


def test_a_freeze_to_the_end_of_the_calendar_is_one_without_an_end() -> None:
    frozen = after(COMMUNE, (Freeze("f", date(2020, 3, 1), date.max, "flood"), date(2020, 3, 1)))
    assert next_due(frozen, date(2020, 3, 1)) == date(2020, 6, 1)
    assert decide(frozen, Resume("f", date.min), date(2020, 3, 2)) == (Resumed(date(2020, 3, 2), "f", date.min),)


def test_a_day_for_all_that_a_release_moves_into_a_suspension_is_postponed() -> None:
    moved = changed(FULL, cell_congress={"on": date(2020, 4, 1)})
    village = settled(unit("village", plan=moved), date(2020, 3, 29))
    assert settled(village, date(2020, 3, 30)).stage("cell_congress").postponed == span("2020-04-01")


def test_units_without_a_suspension_in_their_rules_go_on() -> None:
    assert decide(unit("commune", plan=PLAN), Report(STAGE, date(2020, 4, 20)), date(2020, 4, 20))


def test_the_suspension_of_the_plan_can_be_ended_earlier() -> None:
    known = settled(PLANNED, date(2020, 3, 31))
    early = Resume("plan/0", date(2020, 4, 10))
    resumed = after(known, (early, date(2020, 4, 9)))
    assert decide(resumed, early, date(2020, 4, 9)) == ()
    span_after = Span(date(2020, 4, 10), date(2020, 4, 11))
    assert suspended(resumed, span_after, date(2020, 4, 9)) is None
    assert suspended(resumed, Span(date(2020, 4, 9), date(2020, 4, 9)), date(2020, 4, 9))
    assert after(resumed, (Schedule(STAGE, date(2020, 4, 10)), date(2020, 4, 9))).stage(STAGE).scheduled
    # Before it is known it cannot be ended.
    assert decide(PLANNED, early, date(2020, 3, 30)) == ()


def test_the_top_of_the_tree_tells_a_freeze_of_the_plan_on_the_day_it_was_ordered() -> None:
    province = settled(unit("province", plan=BUNDLED), date(2020, 3, 30))
    known = date(2020, 3, 31)
    assert next_due(province, date(2020, 3, 30)) <= known
    told = [fact for fact in due_facts(province, known) if isinstance(fact, Frozen)]
    assert [(fact.effective, fact.freeze, fact.first, fact.last) for fact in told] == [
        (known, "plan/0", known, date(2020, 4, 22))
    ]
    assert province.profile is not None
    assert told[0].under == province.profile.code
    later = settled(province, date(2020, 4, 22))
    assert [one.id for one in suspensions(later, date(2020, 4, 22))] == ["plan/0"]
    lower = settled(COMMUNE, date(2020, 4, 22))
    assert lower.freezes == ()


def test_a_unit_knows_for_which_one_its_freeze_was_ordered() -> None:
    frozen = after(COMMUNE, (Freeze("freeze/3", date(2020, 5, 20), None, "flood", under="22"), date(2020, 5, 19)))
    assert frozen.freezes[0].under == "22"
