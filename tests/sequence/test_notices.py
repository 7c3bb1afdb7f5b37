"""What events make of notices: which are wanted, which are dropped, which dates moved, and when they go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.model import Due, LeadIn, Reminders
from calendars.plan.working_days import is_working_day
from calendars.sequence import facts
from calendars.sequence.commands import (
    Acknowledge,
    Command,
    Correct,
    Done,
    End,
    Follow,
    Freeze,
    Move,
    Postpone,
    Rename,
    Report,
    Retract,
    Schedule,
    SetPin,
    Unpin,
)
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts
from calendars.sequence.facts import DigestDue, Escalated, Fact, FellOverdue, ReminderDue, StillOverdue
from calendars.sequence.notices import (
    CHANGE,
    DIGEST,
    ESCALATION,
    OVERDUE,
    QUIET,
    REMINDER,
    Consequences,
    Dropped,
    Moved,
    Planned,
    Wanted,
    consequences,
    current,
    goes_out,
    unwanted,
)
from calendars.sequence.pressing import pressing_clock
from calendars.sequence.rules import NoticeRules, Rules, StageDates
from calendars.sequence.state import Clock, UnitState
from tests.sequence import lives
from tests.sequence.lives import ARBITRARY, END, LIVES, live, on
from tests.sequence.quang_ninh import PLAN, after, blank, changed, day, settled, taken, unit

STAGE, CELL, ELECTION = "grassroots_congress", "cell_congress", "headman_election"
DAY = timedelta(days=1)
TARGET, DEADLINE = date(2020, 5, 31), date(2020, 6, 30)
STEPS = changed(
    PLAN.model_copy(update={"reminders": Reminders()}),
    grassroots_congress={"lead_ins": (LeadIn(id="notice", working_days=30), LeadIn(id="dossier", days=15))},
)
COMMUNE = unit("commune", plan=STEPS)
# Wednesday 20/05: the notice 30 working days before is on Monday 06/04, the dossier on Tuesday 05/05.
PLANNED = after(COMMUNE, (Schedule(STAGE, day("2020-05-20")), day("2020-03-02")))
VILLAGE = unit("village", plan=STEPS)
NOTICES = Rules.of(PLAN, "commune").notices


def through(state: UnitState, command: Command, today: str) -> tuple[UnitState, list[Consequences]]:
    """The unit after a command, and what each of its facts makes of notices."""
    found = []
    for fact in decide(state, command, day(today)):
        before, state = state, taken(state, (fact,))
        found.append(consequences(before, fact, state))
    return state, found


def last_moves(found: list[Consequences]) -> dict[tuple[str, str], date | None]:
    """Where each date is in the end: of several moves of one date the last counts."""
    return {(move.stage, move.of): move.new for one in found for move in one.moved}


# Wanted


@pytest.mark.parametrize(
    ("fact", "wanted"),
    [
        (
            ReminderDue(day("2020-05-22"), STAGE, "target", TARGET, 9),
            Wanted(REMINDER, STAGE, "target", TARGET, 9, day("2020-05-22")),
        ),
        (
            ReminderDue(day("2020-04-03"), STAGE, "lead_in.notice", day("2020-04-06"), 3),
            Wanted(REMINDER, STAGE, "lead_in.notice", day("2020-04-06"), 3, day("2020-04-03")),
        ),
        (
            FellOverdue(day("2020-06-01"), STAGE, Clock.TARGET, TARGET),
            Wanted(OVERDUE, STAGE, "target", TARGET, 1, day("2020-06-01")),
        ),
        (
            StillOverdue(day("2020-06-08"), STAGE, Clock.TARGET, TARGET, 8),
            Wanted(OVERDUE, STAGE, "target", TARGET, 8, day("2020-06-08")),
        ),
        (
            Escalated(day("2020-06-08"), STAGE, Clock.TARGET, TARGET, 2),
            Wanted(ESCALATION, STAGE, "target", TARGET, 2, day("2020-06-08"), 2),
        ),
        (DigestDue(day("2020-06-08"), 3), Wanted(DIGEST, "", "", day("2020-06-08"), 0, day("2020-06-08"))),
    ],
)
def test_what_falls_due_is_wanted(fact: Fact, wanted: Wanted) -> None:
    assert consequences(PLANNED, fact, taken(PLANNED, (fact,))) == Consequences(wanted=(wanted,))


def test_what_is_wanted_is_plain_text() -> None:
    """A clock's name is stored: it must not be a member of an enumeration that prints otherwise."""
    fact = FellOverdue(day("2020-06-01"), STAGE, Clock.TARGET, TARGET)
    (wanted,) = consequences(PLANNED, fact, taken(PLANNED, (fact,))).wanted
    assert f"{wanted.of}" == str(wanted.of) == "target"


@pytest.mark.parametrize(
    ("kind", "wanted", "due", "out"),
    [
        (REMINDER, "2020-05-22", "2020-05-31", "2020-05-22"),  # Friday
        (REMINDER, "2020-05-23", "2020-05-31", "2020-05-25"),  # Saturday: on Monday
        (REMINDER, "2020-05-30", "2020-05-31", "2020-05-30"),  # Monday is after the date
        (REMINDER, "2020-05-30", "2020-06-01", "2020-06-01"),  # Monday is the date
        (REMINDER, "2020-01-24", "2020-01-31", "2020-01-30"),
        (REMINDER, "2020-01-24", "2020-01-29", "2020-01-24"),  # Tết ends after the date
        (OVERDUE, "2020-06-06", "2020-06-05", "2020-06-08"),  # Saturday
        (OVERDUE, "2020-06-01", "2020-05-31", "2020-06-01"),
        (OVERDUE, "2020-01-23", "2020-01-22", "2020-01-30"),
        (OVERDUE, "2020-05-01", "2020-04-30", "2020-05-04"),
        (ESCALATION, "2020-05-02", "2020-04-28", "2020-05-04"),
        (DIGEST, "2020-09-02", "2020-09-02", "2020-09-03"),
    ],
)
def test_a_notice_goes_out_on_a_working_day(kind: str, wanted: str, due: str, out: str) -> None:
    notice = Wanted(kind, STAGE, "target", day(due), 1, day(wanted))
    assert goes_out(NOTICES, notice) == day(out)
    assert goes_out(None, notice) == day(wanted)
    assert goes_out(NoticeRules(0, 0, make_up=(day(wanted),)), notice) == day(wanted)


# Dropped


@pytest.mark.parametrize(
    ("command", "dropped"),
    [
        (
            Report(STAGE, day("2020-06-09")),
            Dropped(STAGE, (REMINDER, OVERDUE, ESCALATION, CHANGE), "held"),
        ),
        (Postpone(STAGE, "flood"), Dropped(STAGE, (OVERDUE, ESCALATION), "postponed")),
        (Acknowledge(), Dropped(STAGE, (ESCALATION,), "acknowledged")),
        (Acknowledge(STAGE), Dropped(STAGE, (ESCALATION,), "acknowledged")),
        (End("dissolved", day("2020-06-09")), Dropped("", (REMINDER, OVERDUE, ESCALATION, DIGEST), "ended")),
    ],
)
def test_what_nobody_needs_any_more_is_dropped(command: Command, dropped: Dropped) -> None:
    late = settled(after(COMMUNE, (Schedule(STAGE, day("2020-06-20")), day("2020-06-02"))), day("2020-06-08"))
    _, (found,) = through(late, command, "2020-06-09")
    assert found.dropped == (dropped,)
    assert not found.wanted


@pytest.mark.parametrize(
    "command",
    [
        Schedule(STAGE, day("2020-06-24")),
        SetPin(STAGE, Clock.TARGET, day("2020-06-15"), "flood"),
        Done(STAGE, "notice"),
        Rename("Tân Bình mới", day("2020-06-09")),
        Move("201", "Móng Cái", day("2020-06-09")),
        Freeze("f", day("2020-06-10"), day("2020-06-12"), "flood"),
    ],
)
def test_nothing_else_is_dropped(command: Command) -> None:
    late = settled(after(COMMUNE, (Schedule(STAGE, day("2020-06-20")), day("2020-06-02"))), day("2020-06-08"))
    _, found = through(late, command, "2020-06-09")
    assert [one.dropped for one in found] == [()] * len(found)


def test_a_second_report_and_a_correction_drop_nothing() -> None:
    held = after(COMMUNE, (Report(STAGE, day("2020-05-20")), day("2020-05-21")))
    _, (found,) = through(held, Correct(STAGE, "typing error", day("2020-05-19")), "2020-05-22")
    assert found == Consequences()
    _, (back,) = through(held, Retract(STAGE, "void"), "2020-05-22")
    assert back.dropped == ()


# Moved


def test_planned_days_that_move_take_their_steps_along() -> None:
    state, found = through(PLANNED, Schedule(STAGE, day("2020-05-27"), day("2020-05-28")), "2020-03-20")
    assert found == [
        Consequences(
            moved=(
                Moved(STAGE, "scheduled", day("2020-05-27"), event="scheduled"),
                Moved(STAGE, "lead_in.notice", day("2020-04-13"), event="scheduled"),
                Moved(STAGE, "lead_in.dossier", day("2020-05-12"), event="scheduled"),
            )
        )
    ]
    # The last day alone is nothing that anybody is reminded of.
    _, longer = through(state, Schedule(STAGE, day("2020-05-27")), "2020-03-20")
    assert longer == [Consequences()]


def test_a_step_that_is_done_does_not_move() -> None:
    done = after(PLANNED, (Done(STAGE, "notice"), day("2020-03-05")))
    assert through(PLANNED, Done(STAGE, "notice"), "2020-03-05")[1] == [Consequences()]
    _, found = through(done, Schedule(STAGE, day("2020-05-27")), "2020-03-20")
    assert last_moves(found).keys() == {(STAGE, "scheduled"), (STAGE, "lead_in.dossier")}


def test_what_is_put_off_is_called_off_and_says_why() -> None:
    _, (found,) = through(PLANNED, Postpone(STAGE, "flood"), "2020-03-20")
    assert found.moved == tuple(
        Moved(STAGE, of, None, "flood", event="postponed") for of in ("scheduled", "lead_in.notice", "lead_in.dossier")
    )


def test_a_step_whose_day_has_passed_is_not_called_off() -> None:
    _, (found,) = through(PLANNED, Postpone(STAGE, "flood"), "2020-04-20")
    assert [move.of for move in found.moved] == ["scheduled", "lead_in.dossier"]


def test_what_is_put_off_to_another_day_has_moved_there() -> None:
    _, found = through(PLANNED, Postpone(STAGE, "flood", day("2020-05-27")), "2020-03-20")
    assert last_moves(found) == {
        (STAGE, "scheduled"): day("2020-05-27"),
        (STAGE, "lead_in.notice"): day("2020-04-13"),
        (STAGE, "lead_in.dossier"): day("2020-05-12"),
    }


def test_new_days_of_what_was_called_off_are_said() -> None:
    postponed = after(PLANNED, (Postpone(STAGE, "flood"), day("2020-03-20")))
    _, found = through(postponed, Schedule(STAGE, day("2020-05-27")), "2020-04-01")
    assert last_moves(found)[STAGE, "scheduled"] == day("2020-05-27")
    village = after(VILLAGE, (Postpone(CELL, "flood"), day("2020-01-10")))
    _, found = through(village, Schedule(CELL, day("2020-02-08")), "2020-01-12")
    assert last_moves(found) == {(CELL, "scheduled"): day("2020-02-08")}


def test_the_day_for_all_and_a_day_of_its_own_are_one_date() -> None:
    _, found = through(VILLAGE, Schedule(CELL, day("2020-01-19")), "2020-01-10")
    assert found == [Consequences(moved=(Moved(CELL, "scheduled", day("2020-01-19"), event="scheduled"),))]
    _, same = through(VILLAGE, Schedule(CELL, day("2020-01-18")), "2020-01-10")
    assert same == [Consequences()]
    pinned, found = through(VILLAGE, SetPin(CELL, Clock.DAY, day("2020-01-20"), "flood"), "2020-01-10")
    assert found == [Consequences(moved=(Moved(CELL, "scheduled", day("2020-01-20"), "flood", event="pinned"),))]
    assert current(pinned, CELL, "on") == current(pinned, CELL, "scheduled") == day("2020-01-20")


def test_a_due_day_of_its_own_says_why() -> None:
    state, found = through(COMMUNE, SetPin(STAGE, Clock.TARGET, day("2020-06-10"), "flood"), "2020-05-02")
    assert found == [Consequences(moved=(Moved(STAGE, "target", day("2020-06-10"), "flood", event="pinned"),))]
    _, back = through(state, Unpin(STAGE, Clock.TARGET, "dry"), "2020-05-03")
    assert back == [Consequences(moved=(Moved(STAGE, "target", TARGET, "dry", event="unpinned"),))]


def test_a_release_names_the_instrument() -> None:
    dates = StageDates(STAGE, opens=day("2020-04-01"), target=Due(date=day("2020-06-10")), deadline=None)
    _, found = through(PLANNED, Follow(2, (dates,), "plan-312"), "2020-05-02")
    why = {"source": "plan-312", "event": "amended"}
    assert found == [
        Consequences(moved=(Moved(STAGE, "target", day("2020-06-10"), **why), Moved(STAGE, "deadline", None, **why)))
    ]
    same = StageDates.of(STEPS.stage(STAGE))
    assert through(PLANNED, Follow(2, (same,), "plan-312"), "2020-05-02")[1] == [Consequences()]


def test_a_suspension_calls_off_what_it_takes() -> None:
    freeze = Freeze("f", day("2020-05-18"), day("2020-05-30"), "flood")
    state, (frozen, postponed) = through(PLANNED, freeze, "2020-05-04")
    assert frozen == Consequences()
    assert postponed.dropped == (Dropped(STAGE, (OVERDUE, ESCALATION), "postponed"),)
    assert postponed.moved[0] == Moved(STAGE, "scheduled", None, "flood", event="postponed")
    assert current(state, STAGE, "scheduled") is None


def test_a_unit_that_ends_calls_all_off() -> None:
    merged = End("merged", day("2020-03-20"), "06665", "Dực Yên", "resolution 837")
    state, (found,) = through(PLANNED, merged, "2020-03-20")
    assert {(move.of, move.new, move.reason) for move in found.moved} == {
        (of, None, "resolution 837") for of in ("target", "deadline", "scheduled", "lead_in.notice", "lead_in.dossier")
    }
    assert current(state, STAGE, "target") is None


def test_of_what_is_held_nothing_moves() -> None:
    held, found = through(PLANNED, Report(STAGE, day("2020-05-20")), "2020-05-21")
    assert found[0].moved == ()
    for command in (
        SetPin(STAGE, Clock.TARGET, day("2020-06-10"), "flood"),
        Follow(2, (StageDates(STAGE, target=Due(date=day("2020-06-10"))),)),
        End("dissolved", day("2020-05-22")),
    ):
        assert [one.moved for one in through(held, command, "2020-05-22")[1]] == [()]


def test_a_unit_that_joins_moves_nothing() -> None:
    state = blank("commune", STEPS)
    joined = taken(state, [facts.Enrolled(day("2019-12-01"), COMMUNE.profile)] if COMMUNE.profile else [])
    assert consequences(state, facts.Enrolled(day("2019-12-01"), COMMUNE.profile), joined) == Consequences()  # type: ignore[arg-type]
    assert consequences(state, FellOverdue(day("2020-06-01"), STAGE, Clock.TARGET, TARGET), state) == Consequences()


def test_a_stage_that_the_rules_lack_has_no_dates() -> None:
    assert current(COMMUNE, CELL, "on") is None
    assert current(COMMUNE, STAGE, "scheduled") is None
    assert current(COMMUNE, STAGE, "lead_in.notice") is None
    assert current(PLANNED, STAGE, "lead_in.no_such") is None


# Not wanted any more, as late as when it is sent

OF_TARGET = Planned(REMINDER, STAGE, "target", TARGET)
OF_DAYS = Planned(REMINDER, STAGE, "scheduled", day("2020-05-20"))
OF_NOTICE = Planned(REMINDER, STAGE, "lead_in.notice", day("2020-04-06"))
LATE_TARGET = Planned(OVERDUE, STAGE, "target", TARGET)
CLIMBING = Planned(ESCALATION, STAGE, "target", TARGET)
CALLED_OFF = Planned(CHANGE, STAGE, "scheduled", day("2020-05-20"), None)
PUT_OFF = Planned(CHANGE, STAGE, "scheduled", day("2020-05-27"), day("2020-05-20"))
SUMMARY = Planned(DIGEST, "", "", day("2020-06-01"))
POSTPONED = Postpone(STAGE, "flood")


@pytest.mark.parametrize(
    ("notice", "commands", "today", "reason"),
    [
        (OF_TARGET, [], "2020-05-22", ""),
        (OF_TARGET, [], "2020-05-31", ""),
        (OF_TARGET, [], "2020-06-01", "past"),
        (OF_TARGET, [Report(STAGE, day("2020-05-20"))], "2020-05-22", "held"),
        (OF_TARGET, [SetPin(STAGE, Clock.TARGET, day("2020-06-10"), "flood")], "2020-05-22", "moved"),
        (OF_TARGET, [End("dissolved", day("2020-05-20"))], "2020-05-22", "ended"),
        (OF_TARGET, [Freeze("f", day("2020-05-22"), day("2020-05-22"), "flood")], "2020-05-22", "frozen"),
        (OF_TARGET, [Freeze("f", day("2020-05-23"), day("2020-05-23"), "flood")], "2020-05-22", ""),
        (OF_TARGET, [POSTPONED], "2020-05-22", ""),
        (OF_DAYS, [], "2020-05-13", ""),
        (OF_DAYS, [POSTPONED], "2020-05-13", "moved"),
        (OF_DAYS, [Schedule(STAGE, day("2020-05-27"))], "2020-05-13", "moved"),
        (OF_NOTICE, [], "2020-04-03", ""),
        (OF_NOTICE, [Done(STAGE, "notice")], "2020-04-03", "moved"),
        (OF_NOTICE, [Schedule(STAGE, day("2020-05-27"))], "2020-04-03", "moved"),
        (LATE_TARGET, [], "2020-06-01", ""),
        (LATE_TARGET, [], "2020-06-30", ""),
        (LATE_TARGET, [], "2020-07-01", "overtaken"),  # by the deadline
        (LATE_TARGET, [Acknowledge()], "2020-06-08", ""),
        (LATE_TARGET, [POSTPONED], "2020-06-08", "overtaken"),
        (LATE_TARGET, [SetPin(STAGE, Clock.TARGET, day("2020-06-07"), "flood")], "2020-06-08", "overtaken"),
        (LATE_TARGET, [Freeze("f", day("2020-06-01"), None, "flood")], "2020-06-08", "frozen"),
        (LATE_TARGET, [Report(STAGE, day("2020-06-01"))], "2020-06-08", "held"),
        (CLIMBING, [], "2020-06-08", ""),
        (CLIMBING, [Acknowledge()], "2020-06-08", "acknowledged"),
        (CLIMBING, [End("dissolved", day("2020-06-02"))], "2020-06-08", "ended"),
        (PUT_OFF, [Schedule(STAGE, day("2020-05-27"))], "2020-05-13", ""),
        (PUT_OFF, [], "2020-05-13", "moved back"),
        (PUT_OFF, [Schedule(STAGE, day("2020-05-27")), Schedule(STAGE, day("2020-05-20"))], "2020-05-13", "moved back"),
        (PUT_OFF, [POSTPONED], "2020-05-13", ""),
        (PUT_OFF, [End("dissolved", day("2020-05-10"))], "2020-05-13", ""),  # it is called off
        (PUT_OFF, [Report(STAGE, day("2020-05-10"))], "2020-05-13", "held"),
        (PUT_OFF, [POSTPONED, Freeze("f", day("2020-05-10"), None, "flood")], "2020-05-13", ""),
        (CALLED_OFF, [POSTPONED], "2020-05-13", "moved back"),
        (SUMMARY, [], "2020-06-01", ""),
        (SUMMARY, [Freeze("f", day("2020-05-10"), None, "flood")], "2020-06-01", ""),
        (SUMMARY, [End("dissolved", day("2020-05-10"))], "2020-06-01", "ended"),
    ],
)
def test_a_notice_that_waits_may_not_be_wanted_any_more(
    notice: Planned, commands: list[Command], today: str, reason: str
) -> None:
    state = PLANNED
    given_on = day(today) if notice.kind != CHANGE else day("2020-05-12")
    for command in commands:
        state = after(state, (command, given_on if isinstance(command, Report | Acknowledge) else day("2020-05-11")))
    assert unwanted(state, notice, day(today)) == reason


# What holds in arbitrary lives


def notice_of(wanted: Wanted) -> Planned:
    return Planned(wanted.kind, wanted.stage, wanted.of, wanted.due)


@ARBITRARY
@given(LIVES, st.none() | st.lists(st.dates(lives.FIRST, END), max_size=12))
def test_notices_of_an_arbitrary_life(life: tuple[UnitState, lives.Orders], days: list[date] | None) -> None:
    state, orders = life
    for one in live(state, orders, lives.when_due if days is None else on({*days, END})):
        found = consequences(one.before, one.fact, one.after)
        quiet = one.fact.type in QUIET
        assert bool(found.wanted) == (quiet and not isinstance(one.fact, facts.Acknowledged)) or isinstance(
            one.fact, FellOverdue
        )
        assert not (quiet and found.moved)
        for wanted in found.wanted:
            out = goes_out(one.after.rules.notices, wanted)
            assert out >= wanted.day
            assert is_working_day(out) or wanted.kind == REMINDER
            assert wanted.kind != REMINDER or wanted.day <= out <= wanted.due
            # Who is told is told of what stands: nothing is given up on the day it is said.
            reason = unwanted(one.after, notice_of(wanted), one.today)
            if wanted.kind == OVERDUE and isinstance(one.fact, FellOverdue):
                stage = one.after.rules.stage(one.fact.stage)
                assert stage
                pressing = pressing_clock(stage, one.after.stage(stage.id), one.today)
                frozen = lives.rests(one.after, one.today)
                assert reason == ("frozen" if frozen else "" if pressing == (wanted.of, wanted.due) else "overtaken")
            else:
                assert reason == "", wanted
        for move in found.moved:
            assert not one.before.stage(move.stage).held
            assert not one.after.stage(move.stage).held
            assert current(one.before, move.stage, move.of) != move.new == current(one.after, move.stage, move.of)
        for stage in one.after.rules.stages:  # and nothing moves in silence, once it was there
            if one.before.stage(stage.id).held or one.after.stage(stage.id).held:
                continue
            told = {(move.stage, move.of) for move in found.moved}
            for of in ("target", "deadline", "scheduled"):
                was, now = current(one.before, stage.id, of), current(one.after, stage.id, of)
                assert was in (None, now) or (stage.id, of) in told


@ARBITRARY
@given(LIVES)
def test_nobody_is_reminded_of_the_same_day_twice_on_one_day(life: tuple[UnitState, lives.Orders]) -> None:
    state, orders = life
    said = [one.fact for one in live(state, orders) if isinstance(one.fact, ReminderDue)]
    of_days = [(fact.effective, fact.stage, fact.due) for fact in said if fact.of in ("on", "scheduled")]
    assert len(set(of_days)) == len(of_days)


def test_a_unit_that_sets_the_day_for_all_as_its_own_is_reminded_once() -> None:
    own = after(VILLAGE, (Schedule(CELL, day("2020-01-18")), day("2019-12-05")))
    told = due_facts(settled(own, day("2020-01-16")), day("2020-01-17"))
    assert [(fact.due, fact.days) for fact in told if isinstance(fact, ReminderDue) and fact.stage == CELL] == [
        (day("2020-01-18"), 1)
    ]


def test_a_unit_with_days_of_its_own_is_reminded_of_those_alone() -> None:
    own = after(VILLAGE, (Schedule(CELL, day("2020-02-15")), day("2019-12-05")))
    told = [one.fact for one in live(own) if isinstance(one.fact, ReminderDue) and one.fact.stage == CELL]
    assert {(fact.of, fact.due) for fact in told} == {("scheduled", day("2020-02-15"))}


def test_rules_of_before_want_the_same_notices() -> None:
    state = lives.unaware(PLANNED)
    fact = ReminderDue(day("2020-05-23"), STAGE, "target", TARGET, 8)
    (wanted,) = consequences(state, fact, taken(state, (fact,))).wanted
    assert goes_out(state.rules.notices, wanted) == day("2020-05-23")
    assert replace(state.rules, notices=NOTICES).notices == NOTICES
