"""A new version of the renderer is an event of the campaign: what it words otherwise moves, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from calendars.ical.renderer import IcalRenderer
from calendars.plan.model import Plan
from calendars.sequence.state import UnitState
from calendars.store.changes import campaign_changes
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.store.journal import Journal, stream
from calendars.store.past import Past
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.schema import campaigns, entries
from tests.web.stores import Filled

NAME = "quang-ninh-2020"
UPGRADE = datetime(2020, 6, 1, 3, 0, 0, 250_000, tzinfo=UTC)
HELD = f"{NAME}.06664.grassroots_congress@congress-calendars"
TARGET = f"{NAME}.06868.grassroots_congress.target@congress-calendars"
OPENS = f"{NAME}.06868.grassroots_congress.opens@congress-calendars"


class Worded(IcalRenderer):
    """The next version: it words what was held otherwise, and knows no openings."""

    version = IcalRenderer.version + 1
    without = ("opens",)

    def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[Any]:
        return [
            replace(entry, description=entry.summary) if entry.kind == "held" else entry
            for entry in super().entries(plan, state, newest)
            if entry.kind not in self.without
        ]


class Back(Worded):
    """The version after that has openings again."""

    version = Worded.version + 1
    without = ()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> Filled:
    made = Filled(store)
    made.schedule("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    made.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    return made


def rows(store: Store) -> dict[str, dict[str, Any]]:
    with store.reading() as connection:
        return {row.uid: row._asdict() for row in connection.execute(select(entries))}


def redrawn(store: Store) -> list[Any]:
    with store.reading() as connection:
        return [line for line in stream(connection, NAME, CAMPAIGN_STREAM) if line.type == "redrawn"]


def test_what_is_worded_otherwise_moves_and_nothing_else(filled: Filled) -> None:
    before = rows(filled.store)
    journal = Journal(filled.store, Worded())
    assert journal.outdated
    journal.rebuild(now=UPGRADE)
    after = rows(filled.store)
    (line,) = redrawn(filled.store)
    assert (line.no, line.effective, line.recorded, line.by) == (2, date(2020, 6, 1), UPGRADE, "calendar")
    assert after[HELD]["sequence"] == before[HELD]["sequence"] + 1
    assert after[HELD]["modified"] == UPGRADE
    event = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + after[HELD]["vi"] + b"END:VCALENDAR\r\n").events[0]
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == UPGRADE.replace(microsecond=0)
    unchanged = ("live", "sequence", "created", "modified", "vi", "en")
    assert [after[TARGET][name] for name in unchanged] == [before[TARGET][name] for name in unchanged]
    assert OPENS in before
    assert OPENS not in after
    assert not journal.outdated


def test_another_rebuild_changes_no_byte_and_journals_nothing(filled: Filled) -> None:
    journal = Journal(filled.store, Worded())
    journal.rebuild(now=UPGRADE)
    once = rows(filled.store)
    journal.rebuild(now=UPGRADE + timedelta(days=1))
    assert rows(filled.store) == once
    assert len(redrawn(filled.store)) == 1


def test_two_upgrades_and_what_comes_between_rebuild_to_the_same(filled: Filled) -> None:
    served = {uid: row["sequence"] for uid, row in rows(filled.store).items()}
    for renderer, hour in ((Worded(), 0), (Back(), 2)):
        journal = Journal(filled.store, renderer)
        journal.rebuild(now=UPGRADE + timedelta(hours=hour))
        filled.journal = journal
        filled.recorded = UPGRADE + timedelta(hours=hour)
        filled.hold(
            "06868" if hour else "06664-01", "grassroots_congress" if hour else "headman_election", "2020-05-25"
        )
        now = {uid: row["sequence"] for uid, row in rows(filled.store).items()}
        assert all(now[uid] >= number for uid, number in served.items() if uid in now)
        served |= now
    live = rows(filled.store)
    assert live[HELD]["modified"] == UPGRADE  # the second version words it as the first does
    Journal(filled.store, Back()).rebuild()
    assert rows(filled.store) == live


def test_a_renderer_that_counts_fewer_changes_lowers_no_sequence(filled: Filled) -> None:
    class Forgetful(IcalRenderer):
        """It shows nothing of what is planned, so that an entry begins when it was held."""

        version = IcalRenderer.version + 1

        def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[Any]:
            return [entry for entry in super().entries(plan, state, newest) if entry.kind != "scheduled"]

    before = rows(filled.store)[HELD]["sequence"]
    Journal(filled.store, Forgetful()).rebuild(now=UPGRADE)
    assert rows(filled.store)[HELD]["sequence"] == before + 1
    assert rows(filled.store)[HELD]["modified"] == UPGRADE


def test_the_same_version_of_an_older_schema_is_no_change(filled: Filled) -> None:
    before = rows(filled.store)
    with filled.store.writing() as connection:
        connection.execute(campaigns.update().values(renderer=0))
    Journal(filled.store, IcalRenderer()).rebuild(now=UPGRADE)
    assert redrawn(filled.store) == []
    assert rows(filled.store) == before


def test_feeds_and_changes_of_the_campaign_go_on(filled: Filled) -> None:
    feeds = Feeds(filled.store)
    before = feeds.refresh().campaigns[NAME]
    Journal(filled.store, Worded()).rebuild(now=UPGRADE)
    after = feeds.refresh().campaigns[NAME]
    assert after.pieces[HELD].vi != before.pieces[HELD].vi
    assert {unit.modified for unit in after.units.values()} == {UPGRADE}
    with filled.store.reading() as connection:
        assert campaign_changes(connection, NAME) == {}


def test_a_past_day_tells_of_the_upgrade_too(filled: Filled) -> None:
    day, codes = date(2020, 5, 20), ["06664"]
    before = Past(filled.store, IcalRenderer()).on(Feeds(filled.store).refresh().campaigns[NAME], day, codes)
    Journal(filled.store, Worded()).rebuild(now=UPGRADE)
    after = Past(filled.store, Worded()).on(Feeds(filled.store).refresh().campaigns[NAME], day, codes)
    stamps = []
    for view in (before, after):
        (event,) = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + view.pieces[HELD].vi + b"END:VCALENDAR\r\n").events
        stamps.append((event["SEQUENCE"], event["DTSTAMP"].dt))
    assert stamps[1] == (stamps[0][0] + 1, UPGRADE.replace(microsecond=0))


def test_a_large_event_names_what_uids_share_once(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    Filled(store)
    with store.writing() as connection:
        connection.execute(campaigns.update().values(renderer=0))

    class Louder(IcalRenderer):
        def entries(self, plan: Plan, state: UnitState, newest: Plan) -> Sequence[Any]:
            return [replace(entry, color="red") for entry in super().entries(plan, state, newest)]

    Journal(store, Louder()).rebuild(now=UPGRADE)
    (line,) = redrawn(store)
    assert line.data["begin"].startswith(f"{NAME}.")
    assert line.data["end"].endswith("@congress-calendars")
    named = [f"{line.data['begin']}{core}{line.data['end']}" for core in line.data["sequences"]["1"]]
    assert sorted(named) == sorted(rows(store))
    store.close()
