"""The contract of the journal, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select

from calendars.errors import StoreAway
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal, JournalGap, stream, whole
from calendars.store.schema import PROJECTIONS, counter, entries, stages, units
from calendars.store.writer import Writer
from tests.store.support import CAMPAIGN, TrialRenderer, enrolled, events, held, launched, scheduled


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def journal(store: Store) -> Journal:
    made = Journal(store, TrialRenderer())
    made.append([launched(), events("22", enrolled("22", level="province")), events("205", enrolled("205", "22"))])
    return made


def projections(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTIONS
        }


def position(store: Store) -> int:
    with store.reading() as connection:
        found = connection.scalar(select(counter.c.position))
    assert found is not None
    return found


def below(store: Store, unit: str) -> int:
    with store.reading() as connection:
        found = connection.scalar(select(units.c.below).where(units.c.unit == unit))
    assert found is not None
    return found


def test_an_append_is_journalled_and_projected_at_once(store: Store, journal: Journal) -> None:
    [appended] = journal.append([events("205", held(date(2020, 5, 20), direct_election=True), first=2)])
    assert (appended.version, appended.position, appended.journal_state) == (2, 4, None)
    with store.reading() as connection:
        assert [line.type for line in stream(connection, CAMPAIGN, "205")] == ["enrolled", "held"]
        stage = connection.execute(select(stages).where(stages.c.unit == "205")).one()
        assert (stage.held_last, stage.margin_target, stage.margin_deadline) == (date(2020, 5, 20), 11, 41)
        assert stage.results == {"direct_election": True}
        entry = connection.execute(select(entries)).one()
        assert (entry.kind, entry.sequence, entry.live) == ("held", 0, True)
        assert entry.vi.startswith(b"vi held 2020-05-20")


def test_a_repeat_changes_nothing(store: Store, journal: Journal) -> None:
    append = events("205", held(date(2020, 5, 20)), first=2)
    journal.append([append])
    before, at = projections(store), position(store)
    [repeated] = journal.append([append])
    assert (repeated.version, repeated.journal_state) == (2, None)
    assert (projections(store), position(store)) == (before, at)


def test_a_repeat_with_something_new_adds_only_the_new(store: Store, journal: Journal) -> None:
    first = events("205", scheduled(date(2020, 5, 20)), first=2)
    journal.append([first])
    both = events("205", scheduled(date(2020, 5, 20)), held(date(2020, 5, 20)), first=2)
    [appended] = journal.append([both])
    assert appended.version == 3
    with store.reading() as connection:
        assert [line.no for line in stream(connection, CAMPAIGN, "205")] == [1, 2, 3]


def test_a_gap_is_refused_and_leaves_nothing(store: Store, journal: Journal) -> None:
    before, at = projections(store), position(store)
    with pytest.raises(JournalGap, match="event 3 came, 2 is missing"):
        journal.append([events("205", held(date(2020, 5, 20)), first=3)])
    assert (projections(store), position(store)) == (before, at)


def test_a_writer_behind_the_journal_is_given_its_state(store: Store, journal: Journal) -> None:
    journal.append([events("205", held(date(2020, 5, 20)), first=2)])
    at = position(store)
    [answer] = journal.append([events("205", held(date(2020, 5, 21)), first=2)])
    assert answer.journal_state is not None
    assert answer.journal_state.version == 2
    span = answer.journal_state.stage("grassroots_congress").held
    assert span is not None
    assert span.last == date(2020, 5, 20)
    assert position(store) == at


def test_one_bad_stream_undoes_the_whole_transaction(store: Store, journal: Journal) -> None:
    at = position(store)
    with pytest.raises(LookupError, match="without being enrolled"):
        journal.append([events("205", held(date(2020, 5, 20)), first=2), events("999", held(date(2020, 5, 20)))])
    assert position(store) == at


def test_sequence_grows_with_every_event_that_changes_the_entry(store: Store, journal: Journal) -> None:
    journal.append(
        [events("205", scheduled(date(2020, 5, 20)), scheduled(date(2020, 5, 21)), held(date(2020, 5, 21)), first=2)]
    )
    with store.reading() as connection:
        entry = connection.execute(select(entries)).one()
    assert entry.sequence == 2
    assert entry.modified > entry.created


def test_what_changes_below_touches_every_superior(store: Store, journal: Journal) -> None:
    journal.append([events("206", enrolled("206", "22"))])
    before = below(store, "205")
    [appended] = journal.append([events("206", held(date(2020, 5, 20)), first=2)])
    assert below(store, "22") == below(store, "206") == appended.position
    assert below(store, "205") == before


def test_superiors_that_come_later_are_touched_then(store: Store, journal: Journal) -> None:
    journal.append([events("301", enrolled("301", "300"))])
    [appended] = journal.append([events("300", enrolled("300", "22"))])
    assert below(store, "22") == below(store, "300") == appended.position


def test_a_child_that_comes_before_its_parent_rebuilds_the_same(store: Store, journal: Journal) -> None:
    later = events("301", enrolled("301", "300"), held(date(2020, 5, 20)))
    journal.append([later])
    journal.append([events("300", enrolled("300", "22"))])
    before = projections(store)
    journal.rebuild()
    assert projections(store) == before


def test_rebuild_gives_the_same_projections(store: Store, journal: Journal) -> None:
    journal.append([events("206", enrolled("206", "22"), scheduled(date(2020, 5, 9)), held(date(2020, 5, 10)))])
    journal.append([events("205", scheduled(date(2020, 5, 20)), first=2)])
    journal.append([events("205", held(date(2020, 5, 20)), first=3)])
    before = projections(store)
    with store.writing() as connection:
        for table in PROJECTIONS:
            connection.execute(delete(table))
    assert journal.rebuild() == 8
    assert projections(store) == before


def test_the_whole_journal_comes_in_the_order_of_positions(store: Store, journal: Journal) -> None:
    journal.append([events("205", held(date(2020, 5, 20)), first=2)])
    with store.reading() as connection:
        lines = [(placed.position, placed.unit, placed.line.no) for placed in whole(connection)]
    assert lines == [(1, "@campaign", 1), (2, "22", 1), (3, "205", 1), (4, "205", 2)]


def test_lines_come_back_as_they_were_written(store: Store, journal: Journal) -> None:
    append = events("205", held(date(2020, 5, 20), direct_election=True), first=2, by="Bí thư Hạ Long")
    journal.append([append])
    with store.reading() as connection:
        assert stream(connection, CAMPAIGN, "205")[1] == append.lines[0]


def test_the_writer_groups_and_keeps_a_bad_append_from_its_neighbours(store: Store, journal: Journal) -> None:
    commits: list[int] = []
    writer = Writer(journal, committed=lambda: commits.append(1))
    good = [writer.submit(events(str(code), enrolled(str(code), "22"))) for code in range(400, 440)]
    bad = writer.submit(events("999", held(date(2020, 5, 20))))
    more = [writer.submit(events(str(code), enrolled(str(code), "22"))) for code in range(440, 480)]
    assert [future.result(20).version for future in good + more] == [1] * 80
    with pytest.raises(LookupError):
        bad.result(20)
    writer.close()
    assert commits
    with store.reading() as connection:
        positions = [placed.position for placed in whole(connection)]
    assert positions == list(range(1, 84))


def test_writers_of_two_processes_number_without_gap_or_double(
    database_url: str, store: Store, journal: Journal
) -> None:
    other = Journal(open_store(database_url), TrialRenderer())
    failures: list[BaseException] = []

    def write(mine: Journal, first: int) -> None:
        try:
            for code in range(first, first + 20):
                mine.append([events(str(code), enrolled(str(code), "22"))])
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(mine, at)) for mine, at in ((journal, 500), (other, 600))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.store.close()
    assert not failures
    with store.reading() as connection:
        assert [placed.position for placed in whole(connection)] == list(range(1, 44))
    assert below(store, "22") == 43


def test_two_writers_in_turn_know_what_the_other_wrote(database_url: str, store: Store, journal: Journal) -> None:
    other = Journal(open_store(database_url), TrialRenderer())
    journal.append([events("205", scheduled(date(2020, 5, 20)), first=2)])
    other.append([events("300", enrolled("300", "22")), events("301", enrolled("301", "300"))])
    [appended] = journal.append([events("301", held(date(2020, 5, 20)), first=2)])
    assert below(store, "22") == below(store, "300") == below(store, "301") == appended.position
    [again] = other.append([events("205", held(date(2020, 5, 20)), first=3)])
    assert below(store, "22") == below(store, "205") == again.position
    before = projections(store)
    other.rebuild()
    assert projections(store) == before
    other.store.close()


def test_a_locked_store_is_away_and_nothing_is_lost(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    journal = Journal(store, TrialRenderer())
    journal.append([launched()])
    other = open_store(sqlite_url)
    with other.writing(), pytest.raises(StoreAway, match="locked"):
        journal.append([events("22", enrolled("22", level="province"))])
    [appended] = journal.append([events("22", enrolled("22", level="province"))])
    assert appended.version == 1
    other.close()
    store.close()


def test_a_reader_sees_one_state_of_the_store(store: Store, journal: Journal) -> None:
    with store.reading() as connection:
        assert len(stream(connection, CAMPAIGN, "205")) == 1
        journal.append([events("205", held(date(2020, 5, 20)), first=2)])
        assert len(stream(connection, CAMPAIGN, "205")) == 1
    with store.reading() as connection:
        assert len(stream(connection, CAMPAIGN, "205")) == 2


def test_lines_of_other_campaigns_stay_apart(store: Store, journal: Journal) -> None:
    other = dataclasses.replace(launched(), campaign="trial-2021")
    twin = dataclasses.replace(events("205", enrolled("205")), campaign="trial-2021")
    journal.append([other, twin])
    with store.reading() as connection:
        assert len(stream(connection, CAMPAIGN, "205")) == 1
        assert len(stream(connection, "trial-2021", "205")) == 1
