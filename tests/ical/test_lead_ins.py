"""Preparatory steps in a unit's calendar: where they stand, when they move and when they leave."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from calendars.ical.entries import entries
from calendars.ical.entry import Entry
from calendars.plan.working_days import working_days_before
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Amended, Ended, Fact, Held, LeadInDone, Postponed, Retracted, Scheduled
from calendars.sequence.rules import StageDates
from calendars.sequence.state import StageState, UnitState
from tests.ical.cases import PLAN, STATES, VILLAGE, congress, span, unit

ON = date(2019, 12, 20)
ELECTION = "headman_election"


def steps(state: UnitState) -> dict[str, Entry]:
    """The unit's lead-ins by what follows the stage in their UIDs."""
    found = [entry for entry in entries(PLAN, state) if entry.kind == "lead_in"]
    return {entry.uid.split("@")[0].partition(".lead_in.")[2]: entry for entry in found}


def after(state: UnitState, *facts: Fact) -> UnitState:
    """The unit once these became true."""
    return fold(state, number(state, facts, by="test", recorded=datetime(2019, 12, 20, tzinfo=UTC)))


def days(state: UnitState) -> list[str]:
    """The days of the unit's lead-ins."""
    return [entry.first.isoformat() for entry in steps(state).values()]


def test_each_is_an_all_day_entry_with_its_derivation_and_source() -> None:
    announce = steps(unit(VILLAGE))["announce_date"]
    assert (announce.first, announce.last) == (date(2019, 12, 16),) * 2
    assert announce.summary == (
        "📋 Công bố ngày bầu cử: Bầu cử khu phố 1 (phường Hà Tu)",
        "📋 Announce the election day: Headman election, quarter 1 (Hà Tu ward)",
    )
    assert announce.description == (
        "20 ngày trước 05/01/2020 -> 16/12/2019\nCăn cứ: 09/2008/NQLT-CP-UBTWMTTQVN, 17/04/2008, art. 6",
        "20 days before 05/01/2020 -> 16/12/2019\nSource: 09/2008/NQLT-CP-UBTWMTTQVN, 17/04/2008, art. 6",
    )
    assert announce.uid == "quang-ninh-2020.06664-01.headman_election.lead_in.announce_date@congress-calendars"
    assert announce.transparent


def test_working_days_are_those_of_offices() -> None:
    (notice,) = steps(congress(scheduled=span("2020-05-18", "2020-05-19"))).values()
    assert notice.first == working_days_before(date(2020, 5, 18), 30) == date(2020, 4, 1)
    assert notice.description.en == "30 working days before 18/05/2020 -> 01/04/2020"


def test_one_that_is_called_as_a_due_day_clashes_with_none() -> None:
    uids = [entry.uid for state in STATES.values() for entry in entries(PLAN, state)]
    of_one = [entry.uid for entry in entries(PLAN, unit(VILLAGE))]
    assert f"quang-ninh-2020.{VILLAGE.code}.{ELECTION}.lead_in.deadline@congress-calendars" in of_one
    assert f"quang-ninh-2020.{VILLAGE.code}.{ELECTION}.deadline@congress-calendars" not in uids
    assert len(set(of_one)) == len(of_one)


def test_a_done_one_says_so_and_stays_on_its_day() -> None:
    state = after(unit(VILLAGE), LeadInDone(date(2019, 12, 14), ELECTION, "announce_date"))
    done, other = steps(state).values()
    assert done.summary.vi == "✓ Công bố ngày bầu cử: Bầu cử khu phố 1 (phường Hà Tu), đã xong 14/12"
    assert done.summary.en.endswith(", done 14/12")
    assert done.description.en.endswith("\nDone: 14/12/2019")
    assert done.first == date(2019, 12, 16)
    assert other.summary.vi.startswith("📋 ")


def test_they_move_with_the_date_and_leave_once_the_stage_is_held() -> None:
    state = unit(VILLAGE)
    assert days(state) == ["2019-12-16", "2019-12-26"]
    moved = after(state, Scheduled(ON, ELECTION, date(2020, 1, 12), date(2020, 1, 12)))
    assert days(moved) == ["2019-12-23", "2020-01-02"]
    assert list(steps(moved)) == list(steps(state))
    held = after(moved, Held(date(2020, 1, 12), ELECTION, date(2020, 1, 12), date(2020, 1, 12)))
    assert days(held) == []
    assert days(after(held, Retracted(ON, ELECTION, "a mistake"))) == days(moved)


def test_they_move_with_a_release() -> None:
    stage = PLAN.stage(ELECTION).model_copy(update={"on": date(2020, 1, 19)})
    assert days(after(unit(VILLAGE), Amended(ON, 2, (StageDates.of(stage),)))) == ["2019-12-30", "2020-01-09"]


def test_there_are_none_while_no_day_is_planned() -> None:
    assert days(congress()) == []
    put_off = after(unit(VILLAGE), Postponed(ON, ELECTION, date(2020, 1, 5), date(2020, 1, 5), "flood"))
    assert days(put_off) == []
    again = after(put_off, Scheduled(ON, ELECTION, date(2020, 1, 12), date(2020, 1, 12)))
    assert days(again) == ["2019-12-23", "2020-01-02"]
    assert days(after(again, Ended(ON, "dissolved"))) == []


@pytest.mark.parametrize("lead_in", ["announce_date", "another"])
def test_a_tick_is_of_one_lead_in_only(lead_in: str) -> None:
    state = unit(VILLAGE, headman_election=StageState(done={lead_in: ON}))
    marks = {name: entry.summary.vi[0] for name, entry in steps(state).items()}
    assert marks == {"announce_date": "✓" if lead_in == "announce_date" else "📋", "deadline": "📋"}
