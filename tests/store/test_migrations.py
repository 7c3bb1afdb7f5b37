"""From the first schema to the current one, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, update

from calendars.sequence.facts import Held
from calendars.store import database, grants
from calendars.store.database import SCHEMA, Store, open_store
from calendars.store.journal import Journal
from calendars.store.reading import read_campaign, releases, unit_state
from calendars.store.schema import PROJECTIONS, campaigns, contacts, deliveries, metadata, outbox, units
from tests.store.congress import COMMUNE, PLAN, Chronicle
from tests.store.support import TrialRenderer

DAY = date(2020, 5, 20)
# What a unit's state held under the first schema.
FIRST = ("profile", "version", "rules_version", "stages", "commands")
FIRST_OF_STAGE = ("scheduled", "held", "results", "overdue")


def downgrade(store: Store, revision: str) -> None:
    """Brings the store to an older schema."""
    with store.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
        command.downgrade(config, revision)


def projections(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTIONS
        }


def grown(url: str) -> Store:
    """A store with a commune that held its congress."""
    store = open_store(url)
    told = Chronicle(store)
    told.enrol("22", "", "province")
    told.enrol("193", "22", "district")
    told.enrol("205", "193", "commune")
    told.tell("205", Held(DAY, COMMUNE, DAY, DAY, {"direct_election": True}))
    return store


def test_the_migrations_make_the_schema_that_the_program_uses(database_url: str) -> None:
    store = open_store(database_url)
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == SCHEMA
        assert compare_metadata(context, metadata) == []
    store.close()


def test_a_store_of_the_first_schema_is_used_at_once_and_rebuilt_to_the_same(database_url: str) -> None:
    store = grown(database_url)
    before = projections(store)
    with store.writing() as connection:
        for row in connection.execute(select(units)).all():
            state = {key: row.state[key] for key in FIRST}
            state["stages"] = {
                stage: {key: now[key] for key in FIRST_OF_STAGE} for stage, now in state["stages"].items()
            }
            connection.execute(update(units).where(units.c.unit == row.unit).values(state=state))
    downgrade(store, "0001")
    with store.reading() as connection:
        assert not inspect(connection).has_table("releases")
        assert "ended" not in {column["name"] for column in inspect(connection).get_columns("units")}
    store.close()

    store = open_store(database_url)
    with store.reading() as connection:
        campaign = read_campaign(connection)
        [release] = releases(connection, campaign)
        assert (campaign.release, release.number, release.plan, release.effective) == (1, 1, PLAN, date(2020, 1, 1))
        held = unit_state(connection, campaign, "205").stage(COMMUNE).held
        assert held is not None
        assert held.last == DAY
        assert connection.scalar(select(campaigns.c.renderer)) == 0
    journal = Journal(store, TrialRenderer())
    assert journal.outdated
    journal.rebuild()
    assert not journal.outdated
    assert projections(store) == before
    store.close()


def test_a_store_without_notices_is_used_at_once_and_needs_no_rebuild(database_url: str) -> None:
    store = grown(database_url)
    before = projections(store)
    downgrade(store, "0002")
    with store.reading() as connection:
        assert not {"contacts", "outbox", "deliveries"} & set(inspect(connection).get_table_names())
    store.close()

    store = open_store(database_url)
    assert not Journal(store, TrialRenderer()).outdated
    assert projections(store) == before
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        for table in (contacts, outbox, deliveries):
            assert connection.execute(select(table)).all() == []
    store.close()


def test_grants_of_an_older_schema_still_open_their_feeds(database_url: str) -> None:
    store = grown(database_url)
    made = {"campaign": "quang-ninh-2020", "scope": "22", "role": grants.Role.VIEW, "label": "Sở [x]"}
    with store.writing() as connection:
        kept, token = grants.create(connection, created=datetime(2020, 5, 20, tzinfo=UTC), **made)
    downgrade(store, "0003")
    with store.reading() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("grants")}
        assert not {"replaces", "user_agent", "answered_200", "answered_304", "parent", "contact"} & columns
    store.close()

    store = open_store(database_url)
    assert not Journal(store, TrialRenderer()).outdated
    with store.reading() as connection:
        assert grants.find(connection, token) == kept
    store.close()


@pytest.mark.parametrize("times", [1, 2])
def test_opening_again_changes_nothing(database_url: str, times: int) -> None:
    store = grown(database_url)
    before = projections(store)
    store.close()
    for _ in range(times):
        open_store(database_url).close()
    store = open_store(database_url)
    assert projections(store) == before
    assert not Journal(store, TrialRenderer()).outdated
    store.close()
