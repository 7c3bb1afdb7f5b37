"""What a unit accepts, on the days of 2020."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.sequence.commands import Command, Correct, Enrol, Report, Retract, Schedule
from calendars.sequence.deciding import decide
from calendars.sequence.facts import Corrected, Enrolled, Fact, Held, Retracted, Scheduled
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Profile, Results, Span
from calendars.sequence.status import margins
from tests.sequence.quang_ninh import PLAN, after, blank, span, unit

END_OF_YEAR = date(2020, 12, 31)
ELECTION = Report("headman_election", date(2020, 1, 5))
CELL = Report("cell_congress", date(2020, 1, 18))


def only(facts: tuple[Fact, ...]) -> Fact:
    (fact,) = facts
    return fact


@pytest.mark.parametrize(
    ("level", "stage", "days", "tags", "margin_target", "margin_deadline"),
    [
        pytest.param(
            "village", "headman_election", span("2020-01-05"), (), None, None, id="1,544 elections on one day"
        ),
        pytest.param(
            "commune", "grassroots_congress", span("2020-03-05", "2020-03-06"), ("pilot",), 86, 116, id="Tân Bình"
        ),
        pytest.param(
            "commune", "grassroots_congress", span("2020-03-10", "2020-03-11"), ("pilot",), 81, 111, id="Dực Yên"
        ),
        pytest.param("commune", "grassroots_congress", span("2020-03-01"), ("pilot",), 91, 121, id="first pilot day"),
        pytest.param("commune", "grassroots_congress", span("2020-03-30", "2020-03-31"), ("pilot",), 61, 91, id="last"),
        pytest.param("commune", "grassroots_congress", span("2020-04-01"), (), 60, 90, id="opening day"),
        pytest.param("commune", "grassroots_congress", span("2020-05-30", "2020-05-31"), (), 0, 30, id="on the target"),
        pytest.param("commune", "grassroots_congress", span("2020-06-30"), (), -30, 0, id="on the deadline"),
        pytest.param("commune", "grassroots_congress", span("2020-06-30", "2020-07-01"), (), -31, -1, id="a day late"),
        pytest.param(
            "district", "district_congress", span("2020-05-12", "2020-05-13"), ("pilot",), 79, 110, id="Đầm Hà"
        ),
        pytest.param(
            "district", "district_congress", span("2020-05-19", "2020-05-20"), ("pilot",), 72, 103, id="Móng Cái"
        ),
        pytest.param("district", "district_congress", span("2020-06-09", "2020-06-10"), (), 51, 82, id="Bình Liêu"),
        pytest.param("district", "district_congress", span("2020-07-21", "2020-07-22"), (), 9, 40, id="Hạ Long"),
        pytest.param(
            "district", "district_congress", span("2020-07-23", "2020-07-25"), (), 6, 37, id="Cẩm Phả, the last"
        ),
        pytest.param("province", "provincial_congress", span("2020-09-25", "2020-09-27"), (), None, 34, id="province"),
    ],
)
def test_a_congress_of_2020_is_accepted_with_its_margins(
    *, level: str, stage: str, days: Span, tags: tuple[str, ...], margin_target: int | None, margin_deadline: int | None
) -> None:
    report = Report(stage, days.first, days.last)
    assert decide(unit(level, *tags), report, days.last) == (Held(days.last, stage, days.first, days.last),)
    assert margins(PLAN.stage(stage), days) == (margin_target, margin_deadline)
    # The same day may be set beforehand, late as it may be.
    schedule = Schedule(stage, days.first, days.last)
    assert decide(unit(level, *tags), schedule, days.first) == (Scheduled(days.first, stage, days.first, days.last),)


@pytest.mark.parametrize(
    ("level", "tags", "days", "code"),
    [
        ("commune", (), span("2020-03-05", "2020-03-06"), "before_window"),
        ("commune", ("pilot",), span("2020-02-29", "2020-03-01"), "before_window"),
        ("commune", ("pilot",), span("2020-03-31", "2020-04-01"), "before_window"),
        ("commune", (), span("2020-03-31", "2020-04-01"), "before_window"),
        ("commune", (), span("2020-05-29", "2020-05-31"), "too_long"),
        ("commune", (), span("2020-05-02", "2020-05-01"), "last_before_first"),
        ("district", ("pilot",), span("2020-04-30"), "before_window"),
        ("district", (), span("2020-07-22", "2020-07-25"), "too_long"),
        ("district", (), span("2019-11-30"), "before_campaign"),
        ("province", ("pilot",), span("2020-08-31"), "before_window"),
        ("province", (), span("2020-12-31", "2021-01-01"), "after_campaign"),
    ],
)
def test_days_that_a_report_and_a_plan_may_not_have(level: str, tags: tuple[str, ...], days: Span, code: str) -> None:
    (stage,) = PLAN.stages_of(level)
    with pytest.raises(Refused) as reported:
        decide(unit(level, *tags), Report(stage.id, days.first, days.last), END_OF_YEAR.replace(year=2021))
    with pytest.raises(Refused) as planned:
        decide(unit(level, *tags), Schedule(stage.id, days.first, days.last), date(2019, 11, 1))
    assert (reported.value.code, planned.value.code) == (code, code)


def test_enrolment_counts_from_the_first_day_of_the_campaign() -> None:
    profile = Profile("22", "Quảng Ninh", "province")
    assert decide(blank("province"), Enrol(profile, 3), date(2020, 6, 11)) == (
        Enrolled(date(2019, 12, 1), profile, 3, date(2020, 6, 11)),
    )


def test_the_cell_congress_follows_the_election() -> None:
    village = unit("village")
    with pytest.raises(Refused, match="not reported as held"):
        decide(village, CELL, date(2020, 1, 18))
    held = after(village, (ELECTION, date(2020, 1, 5)), (CELL, date(2020, 1, 18)))
    assert held.stage("cell_congress").held == span("2020-01-18")


@pytest.mark.parametrize(("rerun", "refused"), [("2020-01-17", False), ("2020-01-18", False), ("2020-01-20", True)])
def test_an_election_run_again_within_fifteen_days_may_pass_the_cell_congress(rerun: str, refused: bool) -> None:
    # Joint Resolution 09/2008: a failed election is run again within 15 days, so up to 20/01, two days past 18/01.
    village = after(unit("village"), (Report("headman_election", date.fromisoformat(rerun)), date(2020, 1, 20)))
    if refused:
        with pytest.raises(Refused) as error:
            decide(village, CELL, date(2020, 1, 20))
        assert error.value.code == "before_previous"
    else:
        assert isinstance(only(decide(village, CELL, date(2020, 1, 20))), Held)


@pytest.mark.parametrize(
    ("announced", "effective"),
    [(None, "2020-06-11"), ("2020-06-01", "2020-06-01"), ("2020-06-11", "2020-06-11"), ("2020-06-12", "2020-06-11")],
)
def test_a_date_is_known_from_its_announcement(announced: str | None, effective: str) -> None:
    known = date.fromisoformat(announced) if announced else None
    command = Schedule("district_congress", date(2020, 7, 21), date(2020, 7, 22), known)
    assert only(decide(unit("district"), command, date(2020, 6, 11))).effective == date.fromisoformat(effective)


def test_a_date_can_be_moved() -> None:
    district = after(unit("district"), (Schedule("district_congress", date(2020, 7, 13)), date(2020, 6, 11)))
    moved = after(district, (Schedule("district_congress", date(2020, 7, 14)), date(2020, 7, 1)))
    assert moved.stage("district_congress").scheduled == span("2020-07-14")


@pytest.mark.parametrize(
    ("before", "on", "accepted"),
    [
        ((), "2020-01-18", True),  # the election has its one day, 05/01
        ((Schedule("headman_election", date(2020, 1, 19)),), "2020-01-18", False),
        ((Schedule("headman_election", date(2020, 1, 19)),), "2020-01-19", True),
        ((Report("headman_election", date(2020, 1, 5)),), "2020-01-18", True),
    ],
)
def test_a_planned_stage_waits_for_the_plan_of_the_one_before(
    before: tuple[Command, ...], on: str, accepted: bool
) -> None:
    village = after(unit("village"), *((command, date(2020, 1, 5)) for command in before))
    command = Schedule("cell_congress", date.fromisoformat(on))
    if accepted:
        assert isinstance(only(decide(village, command, date(2020, 1, 5))), Scheduled)
    else:
        with pytest.raises(Refused) as error:
            decide(village, command, date(2020, 1, 5))
        assert (error.value.code, error.value.params["case"]) == ("before_previous", "planned")


def test_a_stage_is_planned_on_the_days_the_one_before_really_took() -> None:
    # Planned for the 19th, held on the 5th: the plan does not count any more.
    village = after(
        unit("village"),
        (Schedule("headman_election", date(2020, 1, 19)), date(2020, 1, 4)),
        (ELECTION, date(2020, 1, 5)),
    )
    assert isinstance(only(decide(village, Schedule("cell_congress", date(2020, 1, 18)), date(2020, 1, 6))), Scheduled)


def test_results_are_stored_in_their_normal_form() -> None:
    village = after(unit("village"), (ELECTION, date(2020, 1, 5)))
    report = Report(
        "cell_congress",
        date(2020, 1, 18),
        results={"secretary_votes": "29 / 31", "note": " đủ\nsố\x07 ", "members": 31},
    )
    held = only(decide(village, report, date(2020, 1, 18)))
    assert isinstance(held, Held)
    assert held.results == {"secretary_votes": "29/31", "note": "đủ số", "members": 31}


TURNOUT: Results = {"turnout": 93.0, "head_is_member": True}


@pytest.mark.parametrize(
    ("again", "code"),
    [
        (
            Report("headman_election", date(2020, 1, 5), results={"turnout": 93.0, "head_is_member": True}),
            "already_reported",
        ),
        (Report("headman_election", date(2020, 1, 5), date(2020, 1, 5), {"turnout": 93}), "already_reported"),
        (Report("headman_election", date(2020, 1, 5)), "already_reported"),
        (Report("headman_election", date(2020, 1, 6), results=TURNOUT), "already_held"),
        (Report("headman_election", date(2020, 1, 5), results={"turnout": 94.0}), "already_held"),
        (Report("headman_election", date(2020, 1, 5), results={"head_is_member": 1}), "already_held"),
        (Report("headman_election", date(2020, 1, 5), results={"unknown": True}), "already_held"),
        (Schedule("headman_election", date(2020, 1, 5)), "already_held"),
    ],
)
def test_a_held_stage_is_not_reported_again(again: Command, code: str) -> None:
    village = after(unit("village"), (Report("headman_election", date(2020, 1, 5), results=TURNOUT), date(2020, 1, 5)))
    with pytest.raises(Refused) as error:
        decide(village, again, date(2020, 1, 5))
    assert error.value.code == code


@pytest.mark.parametrize(
    ("correction", "days"),
    [
        (Correct("provincial_congress", "typing error", on=date(2020, 9, 24)), span("2020-09-24", "2020-09-26")),
        (Correct("provincial_congress", "typing error", to=date(2020, 9, 26)), span("2020-09-25", "2020-09-26")),
        (
            Correct("provincial_congress", "typing error", on=date(2020, 9, 22), to=date(2020, 9, 22)),
            span("2020-09-22"),
        ),
    ],
)
def test_a_correction_changes_only_what_is_given(correction: Correct, days: Span) -> None:
    report = Report("provincial_congress", date(2020, 9, 25), date(2020, 9, 27))
    province = after(unit("province"), (report, date(2020, 9, 28)))
    assert decide(province, correction, date(2020, 10, 2)) == (
        Corrected(date(2020, 10, 2), "provincial_congress", days.first, days.last, "typing error"),
    )


def test_a_correction_carries_all_results() -> None:
    village = after(unit("village"), (Report("headman_election", date(2020, 1, 5), results=TURNOUT), date(2020, 1, 5)))
    correction = Correct("headman_election", " recount\n", results={"turnout": 93.25})
    assert decide(village, correction, date(2020, 1, 7)) == (
        Corrected(
            date(2020, 1, 7),
            "headman_election",
            date(2020, 1, 5),
            date(2020, 1, 5),
            "recount",
            {"turnout": 93.25, "head_is_member": True},
        ),
    )


@pytest.mark.parametrize(("moved", "accepted"), [("2020-01-18", True), ("2020-01-19", False)])
def test_what_another_stage_waited_for_moves_no_later_than_it(moved: str, accepted: bool) -> None:
    village = after(unit("village"), (ELECTION, date(2020, 1, 5)), (CELL, date(2020, 1, 18)))
    correction = Correct("headman_election", "wrong day", on=date.fromisoformat(moved))
    if accepted:
        assert isinstance(only(decide(village, correction, date(2020, 1, 20))), Corrected)
    else:
        with pytest.raises(Refused) as error:
            decide(village, correction, date(2020, 1, 20))
        assert error.value.code == "later_stage_held"


def test_reports_are_retracted_from_the_last_stage_backwards() -> None:
    today = date(2020, 1, 20)
    village = after(unit("village"), (ELECTION, today), (CELL, today))
    with pytest.raises(Refused) as error:
        decide(village, Retract("headman_election", "void"), today)
    assert error.value.code == "later_stage_held"
    assert decide(village, Retract("cell_congress", "void"), today) == (Retracted(today, "cell_congress", "void"),)
    village = after(village, (Retract("cell_congress", "void"), today), (Retract("headman_election", "void"), today))
    assert village.stage("headman_election").held is None
    assert isinstance(only(decide(village, ELECTION, today)), Held)
