"""Reminders on working days: of due days, of planned days, of preparatory steps. Days off are those of Vietnam."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from calendars.plan.deadlines import lead_in_dates
from calendars.plan.model import Due, LeadIn, Plan, Reminders
from calendars.plan.working_days import is_working_day
from calendars.sequence.commands import Done, Follow, Freeze, Postpone, Report, Schedule, SetPin
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import Enrolled, Postponed, ReminderDue, Scheduled
from calendars.sequence.reminding import LEAD_IN, SCHEDULED, dates_of
from calendars.sequence.rules import NoticeRules, Rules, StageDates
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.status import planned
from tests.sequence import lives
from tests.sequence.lives import ARBITRARY, LIVES, Moment, every_day, last_working, live, rests, unaware
from tests.sequence.quang_ninh import BUNDLED, FULL, LAUNCH, PLAN, after, changed, day, settled, unit

STAGE, CELL, ELECTION = "grassroots_congress", "cell_congress", "headman_election"
DAY = timedelta(days=1)


def reminding(*before: int, lead_ins: tuple[int, ...] = ()) -> Plan:
    return PLAN.model_copy(update={"reminders": Reminders(before=before, lead_ins=lead_ins)})


def reminders(state: UnitState, first: date = date.min) -> list[tuple[str, str, int]]:
    """Kind of date, day given and days before it, from a day on, for a unit that wakes when it said it would."""
    given = [(one.today, one.fact) for one in live(state) if isinstance(one.fact, ReminderDue)]
    return [(fact.of, today.isoformat(), fact.days) for today, fact in given if today >= first]


@pytest.mark.parametrize(
    ("due", "before", "given", "days"),
    [
        ("2020-03-05", 1, "2020-03-04", 1),  # Wednesday
        ("2020-03-09", 0, "2020-03-09", 0),  # Monday
        ("2020-03-09", 1, "2020-03-06", 3),  # Sunday: on Friday
        ("2020-03-09", 2, "2020-03-06", 3),  # Saturday
        ("2020-03-08", 0, "2020-03-06", 2),  # the day itself is a Sunday
        ("2020-01-02", 1, "2019-12-31", 2),  # New Year's Day
        ("2020-01-31", 1, "2020-01-30", 1),  # the first working day after Tết, 23/01 to 29/01
        ("2020-01-31", 2, "2020-01-22", 9),
        ("2020-01-31", 7, "2020-01-22", 9),
        ("2020-01-31", 8, "2020-01-22", 9),
        ("2020-01-31", 9, "2020-01-22", 9),
        ("2020-01-31", 10, "2020-01-21", 10),
        ("2020-01-25", 0, "2020-01-22", 3),  # the first day of the lunar year
        ("2020-04-03", 1, "2020-04-01", 2),  # Hùng Kings
        ("2020-05-04", 1, "2020-04-29", 5),  # Sunday, Saturday, 01/05 and 30/04
        ("2020-05-31", 30, "2020-04-29", 32),  # 01/05
        ("2020-09-03", 1, "2020-09-01", 2),  # National Day
    ],
)
def test_a_reminder_on_a_day_off_comes_on_the_working_day_before(due: str, before: int, given: str, days: int) -> None:
    plan = changed(reminding(before), provincial_congress={"deadline": Due(date=day(due))})
    assert reminders(unit("province", plan=plan)) == [("deadline", given, days)]


@pytest.mark.parametrize(
    ("due", "before", "given", "days"),
    [
        ("2019-05-05", 1, "2019-05-04", 1),  # a Saturday that is worked for Monday, 29/04
        ("2019-05-02", 1, "2019-04-26", 6),  # 01/05, 30/04, 29/04, Sunday, Saturday
        ("2019-02-11", 1, "2019-02-01", 10),  # a whole week of Tết
        ("2019-01-06", 1, "2019-01-05", 1),  # worked for 31/12/2018
    ],
)
def test_a_saturday_that_is_worked_is_a_working_day(due: str, before: int, given: str, days: int) -> None:
    plan = changed(reminding(before), provincial_congress={"deadline": Due(date=day(due))})
    plan = plan.model_copy(update={"from_": date(2019, 1, 1), "until": date(2019, 12, 31)})
    assert reminders(unit("province", plan=plan, joined=date(2019, 1, 1))) == [("deadline", given, days)]


@pytest.mark.parametrize(
    ("level", "stages", "given"),
    [
        ("commune", {STAGE: {"target": Due(date=day("2020-06-07")), "deadline": None}}, ("target", "2020-06-05")),
        ("commune", {STAGE: {"target": None, "deadline": Due(date=day("2020-06-07"))}}, ("deadline", "2020-06-05")),
        ("village", {ELECTION: {"on": None}, CELL: {"on": day("2020-01-27")}}, ("on", "2020-01-22")),
    ],
)
def test_every_kind_of_date_is_reminded_of_on_a_working_day(
    level: str, stages: dict[str, dict[str, Any]], given: tuple[str, str]
) -> None:
    assert [one[:2] for one in reminders(unit(level, plan=changed(reminding(1), **stages)))] == [given]


# The congress is on Sunday 24/05, a reminder 7 days before falls on Sunday 17/05, for which Friday 15/05 is the day.
@pytest.mark.parametrize(
    ("scheduled", "given"),
    [
        ("2020-05-14", "2020-05-15"),
        ("2020-05-15", "2020-05-17"),  # set today: Friday was looked at
        ("2020-05-16", "2020-05-17"),
        ("2020-05-17", None),
        ("2020-05-18", None),
    ],
)
def test_what_is_set_too_late_for_the_working_day_before_is_said_on_its_own_day(
    scheduled: str, given: str | None
) -> None:
    commune = settled(unit("commune", plan=changed(reminding(7), grassroots_congress={"target": None})), day(scheduled))
    commune = after(commune, (Schedule(STAGE, day("2020-05-24")), day(scheduled)))
    found = [when for of, when, _ in reminders(replace(commune, since=day(scheduled))) if of == SCHEDULED]
    assert found == ([given] if given else [])


@pytest.mark.parametrize(
    ("joined", "given"),
    [
        ("2020-01-21", [("2020-01-22", 9), ("2020-01-30", 1)]),
        ("2020-01-22", [("2020-01-22", 9), ("2020-01-30", 1)]),
        ("2020-01-23", [("2020-01-24", 7), ("2020-01-30", 1)]),
        ("2020-01-24", [("2020-01-24", 7), ("2020-01-30", 1)]),
        ("2020-01-25", [("2020-01-30", 1)]),
    ],
)
def test_a_unit_that_joins_in_the_holidays_is_reminded_on_the_day_itself(
    joined: str, given: list[tuple[str, int]]
) -> None:
    plan = changed(reminding(7, 1), provincial_congress={"deadline": Due(date=day("2020-01-31"))})
    assert [one[1:] for one in reminders(unit("province", plan=plan, joined=day(joined)))] == given


def test_reminders_that_fall_on_one_working_day_are_one() -> None:
    plan = changed(reminding(9, 8, 7, 4, 2, 1), provincial_congress={"deadline": Due(date=day("2020-01-31"))})
    assert reminders(unit("province", plan=plan)) == [("deadline", "2020-01-22", 9), ("deadline", "2020-01-30", 1)]


def test_what_was_said_on_friday_is_not_said_again_on_sunday() -> None:
    plan = changed(reminding(7), grassroots_congress={"deadline": None})
    friday = day("2020-05-22")
    told = settled(unit("commune", plan=plan), friday)
    assert told.stage(STAGE).reminded.keys() == {"target"}
    for later in ("2020-05-22", "2020-05-23", "2020-05-24", "2020-05-25"):
        assert not [fact for fact in due_facts(told, day(later)) if isinstance(fact, ReminderDue)], later
    assert next_due(told, friday) == day("2020-06-01")  # the target passes


def test_a_service_that_was_away_on_friday_says_it_once_on_the_weekend() -> None:
    commune = settled(unit("commune", plan=changed(reminding(7), grassroots_congress={"deadline": None})), LAUNCH)
    for back in ("2020-05-23", "2020-05-24"):
        told = ReminderDue(day(back), STAGE, "target", day("2020-05-31"), (day("2020-05-31") - day(back)).days)
        assert due_facts(commune, day(back)) == (told,)
        assert next_due(settled(commune, day(back)), day(back)) == day("2020-06-01")


def test_what_a_freeze_puts_off_beyond_its_working_day_comes_once() -> None:
    # Friday 15/05 is the day for 17/05, and the suspension lasts until then.
    commune = after(
        settled(unit("commune", plan=changed(reminding(14, 7), grassroots_congress={"deadline": None})), LAUNCH),
        (Freeze("f", day("2020-05-11"), day("2020-05-22"), "flood"), day("2020-05-08")),
    )
    (one,) = reminders(commune)
    assert one in [("target", "2020-05-23", 8), ("target", "2020-05-25", 6)]  # the Saturday, or the Monday after it


def test_a_service_that_slept_over_the_days_between_two_suspensions_knows_when_to_go_on() -> None:
    commune = settled(unit("commune", plan=changed(reminding(7), grassroots_congress={"deadline": None})), LAUNCH)
    # Friday 22/05 is the day; nobody looked on 23/05 and 24/05.
    frozen = after(
        commune,
        (Freeze("f", day("2020-05-20"), day("2020-05-22"), "flood"), day("2020-05-18")),
        (Freeze("g", day("2020-05-25"), day("2020-05-27"), "flood"), day("2020-05-18")),
    )
    assert due_facts(frozen, day("2020-05-25")) == ()
    assert next_due(frozen, day("2020-05-25")) == day("2020-05-28")


# Preparatory steps. 30 working days before Wednesday 20/05/2020 is Monday 06/04 (30/04 and 01/05 are off), 15 are
# Monday 27/04; before Wednesday 27/05 they are 13/04 and 06/05.

STEPS = changed(
    reminding(lead_ins=(3,)),
    grassroots_congress={
        "lead_ins": (LeadIn(id="notice", working_days=30), LeadIn(id="dossier", working_days=15)),
        "remind": (),
    },
    headman_election={"lead_ins": (LeadIn(id="announce", days=20),), "remind": (7,)},
    cell_congress={"remind": ()},
)
CONVENED = after(unit("commune", plan=STEPS), (Schedule(STAGE, day("2020-05-20")), day("2020-03-02")))


def test_steps_are_reminded_of_counted_back_from_the_days_that_are_planned() -> None:
    assert reminders(CONVENED) == [
        ("lead_in.notice", "2020-04-03", 3),
        ("lead_in.dossier", "2020-04-24", 3),
    ]
    # Election on Sunday 05/01: to be announced on Monday 16/12. The offsets of the stage are not those of its steps.
    assert reminders(unit("village", plan=STEPS)) == [("lead_in.announce", "2019-12-13", 3), ("on", "2019-12-27", 9)]


@pytest.mark.parametrize(
    ("remind", "given"),
    [
        (None, [("2020-04-03", 3)]),
        ((), []),
        ((2, 1), [("2020-04-03", 3)]),  # Saturday and Sunday
        ((4, 0), [("2020-04-01", 5), ("2020-04-06", 0)]),  # 02/04 is Hùng Kings
    ],
)
def test_a_step_may_have_offsets_of_its_own(remind: tuple[int, ...] | None, given: list[tuple[str, int]]) -> None:
    plan = changed(STEPS, grassroots_congress={"lead_ins": (LeadIn(id="notice", working_days=30, remind=remind),)})
    commune = after(unit("commune", plan=plan), (Schedule(STAGE, day("2020-05-20")), day("2020-03-02")))
    assert [one[1:] for one in reminders(commune)] == given


def test_steps_that_are_done_are_not_reminded_of() -> None:
    done = after(CONVENED, (Done(STAGE, "notice"), day("2020-03-20")))
    assert reminders(done) == [("lead_in.dossier", "2020-04-24", 3)]
    told = settled(CONVENED, day("2020-04-03"))
    assert next_due(after(told, (Done(STAGE, "dossier"), day("2020-04-03"))), day("2020-04-03")) == day("2020-06-01")


def test_steps_move_with_the_congress_and_are_reminded_of_anew() -> None:
    told = settled(CONVENED, day("2020-04-03"))
    moved = after(told, (Schedule(STAGE, day("2020-05-27")), day("2020-04-03")))
    assert reminders(replace(moved, since=day("2020-04-03"))) == [
        ("lead_in.notice", "2020-04-10", 3),
        ("lead_in.dossier", "2020-04-29", 7),  # 3 days before 06/05 is a Sunday, after 30/04 and 01/05
    ]


def test_steps_of_a_congress_without_days_are_not_reminded_of() -> None:
    assert reminders(unit("commune", plan=STEPS)) == []
    assert reminders(after(CONVENED, (Postpone(STAGE, "flood"), day("2020-03-20")))) == []
    held = after(unit("village", plan=STEPS), (Report(ELECTION, day("2020-01-05")), day("2020-01-05")))
    assert [one.of for one in due_facts(held, day("2020-01-06")) if isinstance(one, ReminderDue)] == []


def test_a_congress_set_too_late_for_its_steps_says_nothing_of_what_is_past() -> None:
    late = after(unit("commune", plan=STEPS), (Schedule(STAGE, day("2020-05-20")), day("2020-04-24")))
    assert reminders(replace(late, since=day("2020-04-24"))) == []  # set today: nobody forgot it
    sooner = after(unit("commune", plan=STEPS), (Schedule(STAGE, day("2020-05-20")), day("2020-04-23")))
    assert reminders(replace(sooner, since=day("2020-04-23"))) == [("lead_in.dossier", "2020-04-24", 3)]


@pytest.mark.parametrize("own", [True, False])
def test_another_day_for_all_does_not_say_at_once_what_was_not_forgotten(*, own: bool) -> None:
    # To be announced 20 days before: for 05/01 on 16/12, for 12/01 on 23/12, of which 20/12 would remind.
    today, new = day("2019-12-20"), day("2020-01-12")
    village = settled(unit("village", plan=STEPS), today)
    dates = StageDates.of(STEPS.stage(ELECTION).model_copy(update={"on": new}))
    moved = after(village, (SetPin(ELECTION, Clock.DAY, new, "flood") if own else Follow(2, (dates,)), today))
    assert due_facts(moved, today) == ()
    assert next_due(moved, today) == day("2020-01-03")  # 7 days before 12/01 is Sunday 05/01


def test_steps_rest_with_the_unit() -> None:
    covid = STEPS.model_copy(update={"freezes": FULL.freezes})
    commune = after(unit("commune", plan=covid), (Schedule(STAGE, day("2020-05-20")), day("2020-03-02")))
    # The notice is due on 06/04, within the suspension to 22/04.
    assert reminders(commune) == [("lead_in.dossier", "2020-04-24", 3)]


@pytest.mark.parametrize(
    ("level", "stage", "first"),
    [
        ("village", ELECTION, "2020-01-05"),
        ("commune", STAGE, "2020-05-12"),
        ("commune", STAGE, "2020-04-27"),
        ("district", "district_congress", "2020-06-10"),
        ("province", "provincial_congress", "2020-09-25"),
    ],
)
def test_steps_are_on_the_days_that_the_plan_and_the_feeds_show(level: str, stage: str, first: str) -> None:
    of_plan = BUNDLED.stage(stage)
    state = unit(level, plan=BUNDLED)
    if of_plan.on is None:
        state = after(state, (Schedule(stage, day(first)), day("2020-03-01")))
    found = dates_of(state.rules, of_plan, state.stage(stage))
    shown = {LEAD_IN + lead_in.id: of.day for lead_in, of in lead_in_dates(of_plan, day(first))}
    assert {of: when for of, when in found.items() if of.startswith(LEAD_IN)} == shown != {}


# Units that began before


def test_units_that_began_before_are_reminded_on_the_days_themselves() -> None:
    plan = changed(
        PLAN.model_copy(update={"reminders": Reminders()}),
        grassroots_congress={"lead_ins": (LeadIn(id="notice", working_days=30),)},
    )
    commune = after(unaware(unit("commune", plan=plan)), (Schedule(STAGE, day("2020-05-24")), day("2020-05-02")))
    assert reminders(commune) == [
        ("target", "2020-05-01", 30),
        ("scheduled", "2020-05-10", 14),
        ("target", "2020-05-17", 14),
        ("scheduled", "2020-05-17", 7),
        ("scheduled", "2020-05-23", 1),
        ("target", "2020-05-24", 7),
        ("target", "2020-05-30", 1),
        ("deadline", "2020-05-31", 30),
        ("deadline", "2020-06-16", 14),
        ("deadline", "2020-06-23", 7),
        ("deadline", "2020-06-29", 1),
    ]


def test_rules_that_were_stored_before_have_no_notices() -> None:
    adapter = TypeAdapter(Rules)
    rules = Rules.of(FULL, "commune")
    stored = adapter.dump_python(rules, mode="json", by_alias=True)
    assert adapter.validate_python(stored) == rules
    del stored["notices"]
    assert adapter.validate_python(stored) == replace(rules, notices=None)


# What the rules carry


@pytest.mark.parametrize(
    ("level", "above", "below"), [("province", 0, 3), ("district", 1, 2), ("commune", 2, 1), ("village", 3, 0)]
)
def test_a_unit_knows_how_many_levels_there_are(level: str, above: int, below: int) -> None:
    notices = Rules.of(PLAN, level).notices
    assert notices
    assert (notices.above, notices.below) == (above, below)


def test_a_unit_of_no_level_of_the_plan_has_nobody_above_or_below() -> None:
    notices = Rules.of(PLAN, "hamlet").notices
    assert notices
    assert (notices.above, notices.below) == (0, 0)


def test_the_days_off_that_are_carried_are_those_of_the_plan() -> None:
    notices = Rules.of(BUNDLED, "commune").notices
    assert notices
    today = BUNDLED.from_ - 60 * DAY
    while today <= BUNDLED.until + 60 * DAY:
        assert notices.works(today) == is_working_day(today), today
        today += DAY


def test_a_saturday_is_worked_only_where_it_is_carried() -> None:
    saturday, monday = date(2020, 6, 6), date(2020, 6, 8)
    assert not NoticeRules(0, 0).works(saturday)
    assert NoticeRules(0, 0).works(monday)
    assert NoticeRules(0, 0, make_up=(saturday,)).works(saturday)
    assert not NoticeRules(0, 0, off=(monday,)).works(monday)


# What holds in arbitrary lives


def offsets(state: UnitState, fact: ReminderDue) -> tuple[int, ...]:
    stage, plan = state.rules.stage(fact.stage), state.rules.reminders
    assert stage
    assert plan
    for lead_in in stage.lead_ins:
        if fact.of == LEAD_IN + lead_in.id:
            return plan.lead_ins if lead_in.remind is None else lead_in.remind
    return plan.before if stage.remind is None else stage.remind


def could_be_earlier(moments: list[Moment], one: Moment) -> bool:
    """Whether the unit could have said it on the working day before: it had joined, was not suspended, and nobody gave
    an order since that may have set the date."""
    before = last_working(one.today)
    ordered = any(before <= other.today <= one.today for other in moments if other.order)
    rested = any(rests(one.before, before + no * DAY) for no in range((one.today - before).days))
    return (one.before.since or LAUNCH) <= before and not ordered and not rested


@ARBITRARY
@given(LIVES)
def test_reminders_of_an_arbitrary_life(life: tuple[UnitState, lives.Orders]) -> None:
    state, orders = life
    moments = live(state, orders, every_day)
    said = [(one, one.fact) for one in moments if isinstance(one.fact, ReminderDue)]
    for one, fact in said:
        stage, now = one.before.rules.stage(fact.stage), one.before.stage(fact.stage)
        assert stage
        assert one.today == fact.effective <= fact.due == fact.effective + fact.days * DAY
        assert dates_of(one.before.rules, stage, now)[fact.of] == fact.due
        assert not now.held
        assert not rests(one.before, one.today)
        late = rests(one.before, one.today - DAY)  # what a freeze held back is said when it ends
        assert late or any(fact.days >= before for before in offsets(one.before, fact))
        assert is_working_day(one.today) or not could_be_earlier(moments, one), fact
        if fact.of.startswith(LEAD_IN):
            assert planned(stage, now)
            assert fact.of.removeprefix(LEAD_IN) not in now.done
    keys = [(fact.stage, fact.of, fact.effective) for _, fact in said]
    assert len(set(keys)) == len(keys)


@ARBITRARY
@given(LIVES)
def test_no_reminder_is_given_more_often_than_there_are_offsets(life: tuple[UnitState, lives.Orders]) -> None:
    """One date, as long as nobody touches the unit, is reminded of at most once for each offset."""
    state, _ = life
    said = [one.fact for one in live(state) if isinstance(one.fact, ReminderDue)]
    dates = {(fact.stage, fact.of, fact.due) for fact in said}
    for stage, of, due in dates:
        of_date = [fact for fact in said if (fact.stage, fact.of, fact.due) == (stage, of, due)]
        assert len(of_date) <= len(offsets(state, of_date[0]))


@ARBITRARY
@given(LIVES)
def test_units_that_began_before_say_nothing_new(life: tuple[UnitState, lives.Orders]) -> None:
    state, orders = life
    moments = live(unaware(state), orders)
    for one in moments:
        if one.order is None and not isinstance(one.fact, Enrolled | Postponed | Scheduled):
            assert one.fact.type in ("overdue", "reminder_due")
        if isinstance(one.fact, ReminderDue):
            assert one.fact.of in (*Clock, SCHEDULED)
            held_back = rests(one.before, one.today - DAY) or any(other.today == one.today for other in moments)
            assert one.fact.days in offsets(one.before, one.fact) or held_back
    assert moments == live(unaware(state), orders, every_day)
