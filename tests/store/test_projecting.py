"""Changes of plan and tree in the projections, the same on SQLite and PostgreSQL; rebuilt is the same as grown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from calendars.sequence.events import event_of
from calendars.sequence.evolving import fold
from calendars.sequence.facts import (
    Corrected,
    Ended,
    Enrolled,
    Fact,
    Frozen,
    GateTurned,
    Held,
    Pinned,
    Postponed,
    Renamed,
    Retracted,
    Scheduled,
    Transferred,
    Unpinned,
    Waived,
)
from calendars.sequence.messages import Append
from calendars.sequence.rules import Rules
from calendars.sequence.state import Clock, Gate, Profile, UnitState
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.store.journal import Journal, stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import read_campaign, unit_states
from calendars.store.schema import PROJECTIONS, campaigns, counter, journal, releases, stages, units
from tests.store.congress import COMMUNE, DISTRICT, PLAN, Chronicle, due
from tests.store.support import CAMPAIGN, TrialRenderer

DAY = date(2020, 6, 11)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def told(store: Store) -> Chronicle:
    """A province with two districts, of which the first has two communes."""
    made = Chronicle(store)
    made.enrol("22", "", "province")
    for district in ("193", "194"):
        made.enrol(district, "22", "district")
    for commune in ("205", "206"):
        made.enrol(commune, "193", "commune")
    return made


def projections(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTIONS
        }


def unit_row(store: Store, unit: str) -> Any:
    with store.reading() as connection:
        return connection.execute(select(units).where(units.c.unit == unit)).one()


def stage_row(store: Store, unit: str) -> Any:
    with store.reading() as connection:
        return connection.execute(select(stages).where(stages.c.unit == unit)).one()


def belows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {row.unit: row.below for row in connection.execute(select(units.c.unit, units.c.below))}


def test_the_launch_is_the_first_release(store: Store, told: Chronicle) -> None:
    with store.reading() as connection:
        [row] = connection.execute(select(releases))
        launched = connection.execute(select(campaigns)).one()
    assert (row.number, row.effective, row.instrument, row.reason) == (1, launched.today, "", None)
    assert (row.plan, row.recorded, row.position) == (launched.plan, launched.launched, launched.position)


def test_a_release_changes_the_units_that_follow_it(store: Store, told: Chronicle) -> None:
    told.amend(due(COMMUNE, "2020-07-15"), DAY, instrument="plan-9", reason={"vi": "dịch", "en": "epidemic"})
    assert stage_row(store, "205").deadline == date(2020, 6, 30)
    told.follow("205", "commune", DAY)
    assert stage_row(store, "205").deadline == date(2020, 7, 15)
    assert stage_row(store, "206").deadline == date(2020, 6, 30)
    with store.reading() as connection:
        rows = connection.execute(select(releases).order_by(releases.c.number)).all()
        assert [(row.number, row.instrument) for row in rows] == [(1, ""), (2, "plan-9")]
        assert rows[1].reason == {"vi": "dịch", "en": "epidemic"}
        assert connection.scalar(select(campaigns.c.plan)) == due(COMMUNE, "2020-07-15").document()


def test_a_followed_release_is_there_for_the_next_event(store: Store, told: Chronicle) -> None:
    told.amend(due(COMMUNE, "2020-07-15"), DAY)
    told.follow("205", "commune", DAY)
    other = Journal(store, TrialRenderer())  # one that has to read what the first one knew
    other.append([told.of_unit("205", Held(DAY, COMMUNE, DAY, DAY))])
    assert stage_row(store, "205").margin_deadline == 34


def test_what_a_release_changes_beside_dates_is_the_same_read_again(store: Store, told: Chronicle) -> None:
    plan = due(COMMUNE, "2020-07-15")
    plan = plan.model_copy(update={"stages": tuple(one.model_copy(update={"max_days": 3}) for one in plan.stages)})
    told.amend(plan, DAY)
    at_once = told.journal.append(
        [told.of_unit("205", told.follows("commune", DAY)), Append(CAMPAIGN, "205", (), version=0)]
    )[-1].journal_state
    with store.reading() as connection:
        again = next(state for state in unit_states(connection, told.campaign) if state.rules_version == 2)
    assert at_once == again
    assert again.rules.stages[0].max_days == 3


def test_a_release_that_is_not_journalled_cannot_be_followed(store: Store, told: Chronicle) -> None:
    before = projections(store)
    told.plans.append(PLAN)
    with pytest.raises(LookupError, match="release 2 of campaign trial-2020 is not journalled yet"):
        told.follow("205", "commune", DAY)
    assert projections(store) == before


def test_a_release_shows_in_every_feed(store: Store, told: Chronicle) -> None:
    feeds = Feeds(store)
    assert feeds.refresh().campaigns[CAMPAIGN].plan == PLAN
    titled = PLAN.model_copy(update={"title": PLAN.title.model_copy(update={"en": "The congresses"})})
    position = told.amend(titled, DAY)
    view = feeds.refresh().campaigns[CAMPAIGN]
    assert view.plan.title["en"] == "The congresses"
    assert {unit.revision for unit in view.units.values()} == {position}


def test_an_own_day_stands_in_the_projections_and_outlives_a_release(store: Store, told: Chronicle) -> None:
    told.tell("205", Pinned(DAY, COMMUNE, Clock.DEADLINE, date(2020, 7, 5), "flood"))
    assert stage_row(store, "205").deadline == date(2020, 7, 5)
    told.amend(due(COMMUNE, "2020-07-15"), DAY)
    told.follow("205", "commune", DAY)
    assert stage_row(store, "205").deadline == date(2020, 7, 5)
    told.tell("205", Unpinned(DAY, COMMUNE, Clock.DEADLINE, "dry"))
    assert stage_row(store, "205").deadline == date(2020, 7, 15)


def test_a_transfer_touches_both_chains_of_superiors(store: Store, told: Chronicle) -> None:
    told.enrol("207", "194", "commune")
    left = told.tell("205", Transferred(DAY, "194", "Unit 194"))
    assert unit_row(store, "205").parent == "194"
    assert {unit: at for unit, at in belows(store).items() if at == left}.keys() == {"205", "193", "194", "22"}
    later = told.tell("205", Held(DAY, COMMUNE, DAY, DAY))
    assert belows(store)["193"] == left
    assert belows(store)["194"] == later


def test_a_subtree_moves_with_its_head(store: Store, told: Chronicle) -> None:
    """The superior of a unit that is not read in this transaction is the new one, though it is not written yet."""
    told.enrol("23", "", "province")
    other = Journal(store, TrialRenderer())
    moved = told.of_unit("193", Transferred(DAY, "23", "Unit 23"))
    held = told.of_unit("205", Held(DAY, COMMUNE, DAY, DAY))
    [first, second] = other.append([moved, held])
    assert (belows(store)["22"], belows(store)["23"]) == (first.position, second.position)


def test_what_moved_is_not_put_back_by_what_is_read_after_it(store: Store, told: Chronicle) -> None:
    told.enrol("23", "", "province")
    told.enrol("207", "194", "commune")
    other = Journal(store, TrialRenderer())
    moved = told.of_unit("193", Transferred(DAY, "23", "Unit 23"))
    below_it = told.of_unit("207", Transferred(DAY, "205", "Unit 205"))
    held = told.of_unit("207", Held(DAY, COMMUNE, DAY, DAY))
    last = other.append([moved, below_it, held])[-1].position
    assert {unit for unit, at in belows(store).items() if at == last} == {"207", "205", "193", "23"}


def test_an_ended_unit_names_its_successor(store: Store, told: Chronicle) -> None:
    told.tell("205", Ended(DAY, "merged", "206", "Unit 206"))
    row = unit_row(store, "205")
    assert (row.ended, row.successor) == (DAY, "206")
    told.tell("206", Renamed(DAY, "Hạ Long"))
    row = unit_row(store, "206")
    assert (row.name, row.ended, row.successor) == ("Hạ Long", None, "")


def test_a_gate_is_closed_until_it_turns_and_absent_where_there_is_none(store: Store, told: Chronicle) -> None:
    assert stage_row(store, "205").gate is None
    assert stage_row(store, "193").gate == "closed"
    told.tell("193", GateTurned(DAY, DISTRICT, Gate.OPEN, 2, 2))
    assert stage_row(store, "193").gate == "open"


def test_a_postponed_stage_is_not_due_on_the_one_day_for_all(database_url: str) -> None:
    store = open_store(database_url)
    document = PLAN.document()
    document["stages"][0] |= {"on": "2020-05-10"}
    told = Chronicle(store, PLAN.model_validate(document))
    told.enrol("205", "", "commune")
    assert stage_row(store, "205").due == date(2020, 5, 10)
    told.tell("205", Postponed(date(2020, 5, 1), COMMUNE, date(2020, 5, 10), date(2020, 5, 10), "flood"))
    row = stage_row(store, "205")
    assert (row.due, row.postponed_first, row.postponed_last) == (date(2020, 5, 31), *[date(2020, 5, 10)] * 2)
    store.close()


def test_projections_of_another_renderer_are_outdated_until_rebuilt(store: Store, told: Chronicle) -> None:
    assert not told.journal.outdated
    with store.writing() as connection:
        connection.execute(update(campaigns).values(renderer=0))
    assert told.journal.outdated
    told.journal.rebuild()
    assert not told.journal.outdated


CODES = ("22", "193", "194", "205", "206", "301")
LEVELS = dict(zip(CODES, ("province", "district", "district", "commune", "commune", "commune"), strict=True))
DAYS = st.dates(date(2020, 3, 1), date(2020, 9, 30))
STAGE_OF = {"province": "provincial_congress", "district": DISTRICT, "commune": COMMUNE}
REASON = st.just("because")


@st.composite
def happenings(draw: st.DrawFn) -> tuple[str, Any]:
    """A release, or something that happens to a unit."""
    if draw(st.integers(0, 9)) == 0:
        return CAMPAIGN_STREAM, draw(DAYS)
    unit = draw(st.sampled_from(CODES))
    stage, first = STAGE_OF[LEVELS[unit]], draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 2)))
    other = draw(st.sampled_from([code for code in CODES if code != unit]))
    clock = draw(st.sampled_from(list(Clock)))
    facts: list[Fact | None] = [
        None,  # follow the newest release
        Transferred(first, other, f"Unit {other}"),
        Transferred(first, other, f"Unit {other}"),
        Ended(first, "merged", other, f"Unit {other}"),
        Renamed(first, f"New {unit}"),
        Pinned(first, stage, clock, last, "flood"),
        Unpinned(first, stage, clock, "dry"),
        Scheduled(first, stage, first, last),
        Held(last, stage, first, last, {"direct_election": True}),
        Corrected(last, stage, first, last, "a slip"),
        Retracted(first, stage, "a mistake"),
        Postponed(first, stage, first, last, "epidemic"),
        Waived(first, stage, "late"),
        GateTurned(first, stage, Gate.OPEN, 1, 1),
        Frozen(first, "freeze/1", first, None, "epidemic"),
    ]
    return unit, draw(st.sampled_from(facts))


# What shares a transaction, and whether the journal has forgotten what it knew before it.
GROUPED = st.lists(st.tuples(st.lists(happenings(), min_size=1, max_size=6), st.booleans()), max_size=8)


class Told(Chronicle):
    """Keeps by itself what `below` has to be: the last event of anything that is or ever was below a unit."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.position = 1
        self.parents: dict[str, str] = {}
        self.below: dict[str, int] = {}

    def happen(self, unit: str, what: Any) -> list[Append]:
        """The events of one happening; a unit is enrolled when something happens to it first."""
        if unit == CAMPAIGN_STREAM:
            self.position += 1
            self.below = dict.fromkeys(self.below, self.position)
            return [self.amendment(due(COMMUNE, what.isoformat(), self.plans[-1]), what)]
        found = []
        if unit not in self.parents:
            parent = CODES[(CODES.index(unit) - 1) // 2] if unit != "22" else ""
            profile = Profile(unit, f"Unit {unit}", LEVELS[unit], parent)
            found.append(self._noted(unit, Enrolled(date(2020, 1, 1), profile, len(self.plans))))
        return [*found, self._noted(unit, what or self.follows(LEVELS[unit], DAY))]

    def _noted(self, unit: str, fact: Fact) -> Append:
        self.position += 1
        self._touch(unit)
        if isinstance(fact, Enrolled):
            self.parents[unit] = fact.profile.parent
        elif isinstance(fact, Transferred):
            self.parents[unit] = fact.parent
        self._touch(unit)
        return self.of_unit(unit, fact)

    def _touch(self, unit: str) -> None:
        seen: set[str] = set()
        while unit in self.parents and unit not in seen:
            seen.add(unit)
            self.below[unit] = self.position
            unit = self.parents[unit]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=GROUPED)
def test_rebuilt_is_grown_however_it_was_grouped(
    store: Store, groups: list[tuple[list[tuple[str, Any]], bool]]
) -> None:
    with store.writing() as connection:
        for table in (*PROJECTIONS, journal):
            connection.execute(delete(table))
        connection.execute(update(counter).values(position=0))
    told = Told(store)
    for group, forgetful in groups:
        if forgetful:
            told.journal = Journal(store, TrialRenderer())
        told.append([append for unit, what in group for append in told.happen(unit, what)])
    grown = projections(store)
    assert belows(store) == told.below
    told.journal.rebuild()
    assert projections(store) == grown
    with store.reading() as connection:
        for state in unit_states(connection, read_campaign(connection)):
            assert state.profile is not None
            events = [event_of(line) for line in stream(connection, CAMPAIGN, state.profile.code)]
            first = events[0].fact
            assert isinstance(first, Enrolled)
            # A unit folds its own events, knowing nothing of plans: the read model must not know it otherwise.
            assert fold(UnitState(Rules.of(told.plans[first.release - 1], state.profile.level)), events) == state
