"""Preparatory steps are ticked off; the days they count back from move with the congress."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.sequence.commands import Done, Report, Schedule
from calendars.sequence.deciding import decide
from calendars.sequence.facts import LeadInDone
from tests.sequence.quang_ninh import BUNDLED, after, day, refused, unit

ELECTION = "headman_election"
VILLAGE = unit("village", plan=BUNDLED)
TODAY = date(2019, 12, 20)


@pytest.mark.parametrize(
    ("lead_in", "on", "done"),
    [
        ("announce_date", "2019-12-16", "2019-12-16"),
        ("announce_date", "2019-12-20", "2019-12-20"),
        ("propose_candidates", None, "2019-12-20"),
        ("form_election_team", None, "2019-12-20"),
    ],
)
def test_a_step_is_done_on_its_day_or_today(lead_in: str, on: str | None, done: str) -> None:
    command = Done(ELECTION, lead_in, day(on) if on else None)
    assert decide(VILLAGE, command, TODAY) == (LeadInDone(day(done), ELECTION, lead_in),)
    assert after(VILLAGE, (command, TODAY)).stage(ELECTION).done == {lead_in: day(done)}


def test_a_step_is_ticked_off_once_and_not_before_its_day() -> None:
    done = after(VILLAGE, (Done(ELECTION, "announce_date", date(2019, 12, 16)), TODAY))
    no = refused(done, Done(ELECTION, "announce_date", date(2019, 12, 17)), TODAY)
    assert (no.code, no.params["done"]) == ("already_done", "2019-12-16")
    assert refused(VILLAGE, Done(ELECTION, "announce_date", date(2019, 12, 21)), TODAY).code == "day_in_future"


def test_an_unknown_step_is_refused_with_those_there_are() -> None:
    no = refused(VILLAGE, Done(ELECTION, "notice"), TODAY)
    assert (no.code, no.params["lead_ins_en"]) == (
        "unknown_lead_in",
        "announce_date, propose_candidates, form_election_team",
    )
    assert refused(VILLAGE, Done("cell_congress", "notice"), TODAY).params["lead_ins_en"] == "none"


def test_steps_stay_done_when_the_days_move_and_after_the_congress() -> None:
    commune = after(
        unit("commune", plan=BUNDLED),
        (Schedule("grassroots_congress", date(2020, 5, 20)), date(2020, 2, 1)),
        (Done("grassroots_congress", "notice", date(2020, 3, 20)), date(2020, 3, 20)),
        (Schedule("grassroots_congress", date(2020, 5, 27)), date(2020, 3, 25)),
    )
    assert commune.stage("grassroots_congress").done == {"notice": date(2020, 3, 20)}
    held = after(VILLAGE, (Report(ELECTION, date(2020, 1, 5)), date(2020, 1, 5)))
    assert decide(held, Done(ELECTION, "announce_date", date(2019, 12, 16)), date(2020, 1, 6))
