"""What is read of units and their tree, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

import pytest

from calendars.errors import UserError
from calendars.sequence.facts import (
    Consented,
    Corrected,
    Ended,
    Fact,
    Frozen,
    GateTurned,
    Held,
    LeadInDone,
    Pinned,
    Postponed,
    Renamed,
    Retracted,
    Reviewed,
    Scheduled,
    Sealed,
    Transferred,
    Waived,
)
from calendars.sequence.state import Clock, Ending, Gate, Profile, Span, Suspension
from calendars.sequence.surroundings import Child, Superior
from calendars.store.database import Store, open_store
from calendars.store.neighbourhood import UnitConflict, around, conflicts_of, look_at_all
from calendars.store.reading import TreeUnit, UnitPin, pins, releases, tree_units, unit_profiles, unit_state
from calendars.store.status import campaign_status
from calendars.store.unit_status import (
    Awaited,
    GateView,
    LeadInView,
    PinView,
    Predecessor,
    ReportedStage,
    UnitStatus,
    unit_status,
)
from tests.store.congress import COMMUNE, DISTRICT, PLAN, PROVINCE, Chronicle, due

DAY = date(2020, 6, 11)
MAY = date(2020, 5, 20)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def told(store: Store) -> Chronicle:
    """A province, a district, three communes."""
    made = Chronicle(store)
    made.enrol("22", "", "province")
    made.enrol("193", "22", "district")
    for commune in ("205", "206", "207"):
        made.enrol(commune, "193", "commune")
    return made


def held(day: date = MAY, stage: str = COMMUNE, **results: bool) -> Held:
    return Held(day, stage, day, day, dict(results))


def of(told: Chronicle, unit: str, day: date = DAY) -> UnitStatus:
    with told.store.reading() as connection:
        return unit_status(connection, told.campaign, unit, day)


def gate_of(told: Chronicle, unit: str, day: date = DAY) -> GateView:
    gate = of(told, unit, day).stages[0].gate
    assert gate is not None
    return gate


def test_releases_come_in_order_and_the_newest_is_the_campaigns(store: Store, told: Chronicle) -> None:
    second = due(COMMUNE, "2020-07-15")
    told.amend(second, DAY, instrument="plan-9", reason={"vi": "dịch", "en": "epidemic"})
    with store.reading() as connection:
        first, last = releases(connection, told.campaign)
    assert (first.number, first.plan, first.effective) == (1, PLAN, date(2020, 1, 1))
    assert (first.instrument, first.reason) == ("", None)
    assert (last.number, last.plan, last.effective, last.instrument) == (2, second, DAY, "plan-9")
    assert last.reason is not None
    assert last.reason["en"] == "epidemic"
    assert (told.campaign.release, told.campaign.plan) == (2, second)


def test_a_unit_goes_by_its_own_release_today_and_by_the_former_one_before(store: Store, told: Chronicle) -> None:
    told.amend(due(COMMUNE, "2020-07-15"), DAY)
    told.follow("205", "commune", DAY)
    found = {(unit, day): of(told, unit, day).stages[0].deadline for unit in ("205", "206") for day in (DAY, MAY)}
    former, new = date(2020, 6, 30), date(2020, 7, 15)
    assert found == {("205", DAY): new, ("205", MAY): former, ("206", DAY): former, ("206", MAY): former}


def test_a_unit_that_joined_under_a_later_release_goes_by_it_from_the_start(store: Store, told: Chronicle) -> None:
    told.amend(due(COMMUNE, "2020-07-15"), MAY)
    told.enrol("208", "193", "commune", release=2)
    assert of(told, "208").stages[0].deadline == date(2020, 7, 15)
    assert of(told, "208", date(2020, 4, 1)).stages[0].deadline == date(2020, 7, 15)


def test_an_own_day_counts_from_the_day_it_was_set(store: Store, told: Chronicle) -> None:
    told.tell("205", Pinned(DAY, COMMUNE, Clock.DEADLINE, date(2020, 7, 5), "flood"))
    now, before = of(told, "205").stages[0], of(told, "205", MAY).stages[0]
    assert (now.deadline, before.deadline) == (date(2020, 7, 5), date(2020, 6, 30))
    assert now.pins == {"deadline": PinView(date(2020, 7, 5), "flood", date(2020, 6, 30))}
    with store.reading() as connection:
        [pin] = pins(connection, told.campaign)
    instead = date(2020, 6, 30)
    assert pin == UnitPin("205", "Unit 205", COMMUNE, Clock.DEADLINE, date(2020, 7, 5), "flood", instead)


def test_the_tree_has_all_units_and_the_profiles_are_of_the_living(store: Store, told: Chronicle) -> None:
    told.tell("205", Ended(DAY, "merged", "206", "Unit 206"))
    told.tell("206", Renamed(DAY, "Hạ Long"))
    told.tell("193", Renamed(DAY, "Hoành Bồ"))
    with store.reading() as connection:
        tree = {unit.code: unit for unit in tree_units(connection, told.campaign)}
        profiles = unit_profiles(connection, told.campaign)
    assert tree["205"] == TreeUnit("205", "Unit 205", "commune", "193", (), DAY, "206")
    assert tree["206"] == TreeUnit("206", "Hạ Long", "commune", "193")
    assert [profile.code for profile in profiles] == ["193", "206", "207", "22"]
    assert profiles[1] == Profile("206", "Hạ Long", "commune", "193", "Hoành Bồ")


def test_around_a_unit_are_its_children_and_its_superior(store: Store, told: Chronicle) -> None:
    told.tell("205", held(), Ended(DAY, "merged", "206", "Unit 206"))
    told.tell("206", held())
    told.enrol("194", "22", "district")
    told.tell("207", Transferred(DAY, "194", "Unit 194"))
    told.tell("22", Held(DAY, PROVINCE, DAY, DAY))
    with store.reading() as connection:
        found = around(connection, told.campaign, "193")
    assert found.children == {
        "205": Child("205", "Unit 205", "commune", "193", 3, False, {COMMUNE: Span(MAY, MAY)}),
        "206": Child("206", "Unit 206", "commune", "193", 2, True, {COMMUNE: Span(MAY, MAY)}),
    }
    assert found.superior == Superior("22", 2, {PROVINCE: Span(DAY, DAY)})
    assert found.pilots == ()


def test_around_the_root_there_is_no_superior(store: Store, told: Chronicle) -> None:
    told.enrol("23", "", "province")
    with store.reading() as connection:
        found = around(connection, told.campaign, "22")
        assert (found.superior, list(found.children or ())) == (None, ["193"])
        with pytest.raises(UserError, match="no unit 999"):
            around(connection, told.campaign, "999")


@pytest.mark.parametrize(
    ("steps", "through"),
    [
        ((), False),
        ((held(date(2020, 3, 10)),), False),
        ((held(date(2020, 3, 10)), Reviewed(date(2020, 3, 12), COMMUNE)), True),
        (
            (
                held(date(2020, 3, 10)),
                Reviewed(date(2020, 3, 12), COMMUNE),
                Retracted(date(2020, 3, 13), COMMUNE, "a slip"),
            ),
            False,
        ),
        ((Ended(date(2020, 3, 10), "merged", "205", "Unit 205"),), True),
        ((Transferred(date(2020, 3, 10), "22", "Unit 22"),), True),
    ],
    ids=["open", "held", "reviewed", "retracted", "ended", "elsewhere"],
)
def test_pilots_are_through_when_all_are_held_and_reviewed(
    store: Store, told: Chronicle, steps: tuple[Fact, ...], through: bool
) -> None:
    told.enrol("301", "193", "commune", "pilot")
    told.enrol("302", "193", "commune", "pilot")
    told.tell("302", held(date(2020, 3, 10)), Reviewed(date(2020, 3, 12), COMMUNE))
    if steps:
        told.tell("301", *steps)
    with store.reading() as connection:
        assert around(connection, told.campaign, "205").pilots == ((COMMUNE,) if through else ())


def test_where_nobody_goes_first_nobody_is_waited_for(store: Store, told: Chronicle) -> None:
    with store.reading() as connection:
        assert around(connection, told.campaign, "205").pilots == (COMMUNE,)


def test_a_gate_counts_what_was_held_by_the_day(store: Store, told: Chronicle) -> None:
    told.tell("205", held())
    told.tell("207", held(DAY))
    rest = [Awaited("206", "Unit 206")]
    assert gate_of(told, "193") == GateView("open", COMMUNE, 0.6, 2, 2, 3, rest)
    before = gate_of(told, "193", date(2020, 6, 10))
    assert before == GateView("closed", COMMUNE, 0.6, 1, 2, 3, [*rest, Awaited("207", "Unit 207")])
    assert of(told, "205").stages[0].gate is None


def test_a_gate_counts_the_living_children_it_has_now(store: Store, told: Chronicle) -> None:
    told.tell("205", Ended(DAY, "merged", "206", "Unit 206"))
    told.enrol("194", "22", "district")
    told.tell("207", Transferred(DAY, "194", "Unit 194"))
    assert gate_of(told, "193").of == 1
    assert gate_of(told, "193", date(2020, 6, 10)).of == 2
    assert gate_of(told, "194").of == 1
    told.enrol("195", "22", "district")
    assert gate_of(told, "195") == GateView("open", COMMUNE, 0.6, 0, 0, 0, [])


def test_a_gate_is_waived_or_in_conflict(store: Store, told: Chronicle) -> None:
    told.tell("193", held(DAY, DISTRICT), GateTurned(DAY, DISTRICT, Gate.CONFLICT, 0, 3, ("205", "206", "207")))
    assert gate_of(told, "193").state == "conflict"
    [conflict] = of(told, "193").stages[0].conflicts
    assert conflict.code == "gate"
    told.tell("193", Waived(date(2020, 6, 12), DISTRICT, "flood"))
    now = of(told, "193", date(2020, 6, 12)).stages[0]
    assert (now.gate and now.gate.state, now.waived) == ("waived", "flood")


def test_a_campaign_counts_units_until_they_end(store: Store, told: Chronicle) -> None:
    told.tell("205", held(direct_election=True))
    told.tell("206", held(direct_election=False), Ended(DAY, "merged", "205", "Unit 205"))
    with store.reading() as connection:
        before = campaign_status(connection, told.campaign, date(2020, 6, 10))
        now = campaign_status(connection, told.campaign, DAY)
        in_district = campaign_status(connection, told.campaign, DAY, under="193")
    assert (before.stages[0].units, before.stages[0].held, before.indicators[0].value) == (3, 2, 0.5)
    assert (now.stages[0].units, now.stages[0].held, now.indicators[0].value) == (2, 1, 1.0)
    assert now.stages[0].overdue == 1
    assert in_district.stages[0] == now.stages[0]


def test_a_merged_unit_is_shown_with_its_successor(store: Store, told: Chronicle) -> None:
    told.tell("205", held(), Ended(DAY, "merged", "206", "Unit 206", "resolution 837"))
    assert of(told, "205").ended == Ending(DAY, "merged", "206", "Unit 206", "resolution 837")
    assert of(told, "205", MAY).ended is None
    reported = [ReportedStage(COMMUNE, Span(MAY, MAY))]
    assert of(told, "206").predecessors == [Predecessor("205", "Unit 205", DAY, reported)]
    assert of(told, "206", MAY).predecessors == []


def test_a_stage_shows_what_concerns_it(store: Store, told: Chronicle) -> None:
    may = date(2020, 5, 2)
    told.tell(
        "205",
        Postponed(may, COMMUNE, date(2020, 5, 4), date(2020, 5, 5), "epidemic", "freeze/2"),
        Frozen(may, "freeze/2", may, date(2020, 5, 9), "epidemic"),
        Consented(may, COMMUNE, "the central committee"),
        Scheduled(may, COMMUNE, date(2020, 6, 20), date(2020, 6, 21)),
        LeadInDone(DAY, COMMUNE, "notice"),
    )
    found = of(told, "205")
    stage = found.stages[0]
    assert stage.postponed == Span(date(2020, 5, 4), date(2020, 5, 5))
    assert stage.consents == {"the central committee": may}
    assert not stage.sealed
    assert stage.lead_ins == [
        LeadInView(
            "notice",
            {"vi": "notice", "en": "notice"},
            date(2020, 6, 10),
            {"vi": "10 ngày trước 20/06/2020 -> 10/06/2020", "en": "10 days before 20/06/2020 -> 10/06/2020"},
            "9-KH/TU, 05/01/2020",
            DAY,
        )
    ]
    assert found.freezes == [Suspension("freeze/2", may, date(2020, 5, 9), "epidemic")]
    assert [conflict.code for conflict in stage.conflicts] == ["past_target"]
    told.tell("205", Held(date(2020, 6, 21), COMMUNE, date(2020, 6, 20), date(2020, 6, 21), {"direct_election": True}))
    told.tell("205", Sealed(date(2020, 6, 25), "193", DISTRICT, Span(DAY, DAY), (COMMUNE,)))
    stage = of(told, "205", date(2020, 6, 25)).stages[0]
    assert (stage.sealed, stage.results, stage.lead_ins) == (True, {"direct_election": True}, [])


def test_a_correction_acts_back_on_the_gate_above(store: Store, told: Chronicle) -> None:
    told.tell("205", held(), Corrected(DAY, COMMUNE, DAY, DAY, "a slip"))
    assert gate_of(told, "193").held == 1
    assert gate_of(told, "193", MAY).held == 0


def test_the_conflicts_of_a_campaign_name_their_units(store: Store, told: Chronicle) -> None:
    told.tell("205", Scheduled(MAY, COMMUNE, date(2020, 6, 20), date(2020, 6, 20)))
    told.tell("206", Scheduled(MAY, COMMUNE, date(2020, 6, 20), date(2020, 6, 20)))
    told.tell("206", Ended(DAY, "merged", "205", "Unit 205"))
    with store.reading() as connection:
        [conflict] = conflicts_of(connection, told.campaign)
    assert isinstance(conflict, UnitConflict)
    assert (conflict.unit, conflict.name, conflict.stage, conflict.code) == ("205", "Unit 205", COMMUNE, "past_target")
    assert conflict.en != conflict.vi


def test_only_units_that_changed_are_looked_at_again(store: Store, told: Chronicle) -> None:
    with store.reading() as connection:
        before = look_at_all(connection, told.campaign, {})
    told.tell("205", Scheduled(MAY, COMMUNE, date(2020, 6, 20), date(2020, 6, 20)))
    with store.reading() as connection:
        after = look_at_all(connection, told.campaign, before)
        assert after == look_at_all(connection, told.campaign, {})
    assert {code for code in after if after[code] is not before[code]} == {"205", "193", "22"}  # and those above it
    assert [one.code for one in after["205"].found] == ["past_target"]


def test_a_unit_on_the_day_of_its_last_event_is_as_it_is_now(store: Store, told: Chronicle) -> None:
    with store.reading() as connection:
        assert unit_state(connection, told.campaign, "205") == unit_state(connection, told.campaign, "205", DAY)


def test_the_json_of_a_status_keeps_its_first_keys(store: Store, told: Chronicle) -> None:
    found = asdict(of(told, "193"))
    assert list(found)[:5] == ["unit", "name", "level", "parent", "stages"]
    first = ["stage", "status", "scheduled", "held", "target", "deadline", "margin_target", "margin_deadline", "gate"]
    assert list(found["stages"][0])[:9] == first
