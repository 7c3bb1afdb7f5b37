"""Opening the store: SQLite with WAL by default, PostgreSQL by URL, brought to the current schema by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import QueuePool

from calendars.errors import StoreAway, UserError
from calendars.store.schema import counter

SCHEMA = "0009"
BUSY_MS = 3_000
ADVISORY_LOCK = 20_200_611


class Store:
    """One database. `reading()` gives a snapshot, `writing()` the only writer until it commits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Raises `StoreAway` when it cannot be reached."""
        with _away_as_store_away(), self.engine.connect() as connection:
            if not self.is_sqlite:
                # By default each statement would see what was committed before it, not before the first.
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end, undone on any error. Raises `StoreAway` when it cannot be had now."""
        with _away_as_store_away():
            connection = self.engine.connect().execution_options(congress_writing=True)
            with connection, connection.begin():
                yield connection

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


@contextmanager
def _away_as_store_away() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            raise StoreAway(str(error.orig).partition("\n")[0]) from error
        raise


def open_store(url: str, *, durable: bool = True) -> Store:
    """The store at `url` with the current schema, created if it does not exist. A SQLite file that is not `durable`
    may be lost with the power, and is written faster: for what is thrown away anyway.

    Raises `UserError` for an address that is none, `StoreAway` when the database does not answer.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name() if parsed.drivername != "postgres" else "postgresql"
        if backend not in {"sqlite", "postgresql"}:
            raise ArgumentError(f"not {backend}")
        if backend == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = _sqlite(parsed.database, parsed, durable=durable) if backend == "sqlite" else _postgresql(parsed)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UserError(
            f"CONGRESS_DATABASE_URL: expected sqlite:///FILE or postgresql://USER@HOST/DATABASE ({error})."
        ) from error
    store = Store(engine)
    try:
        _migrate(store)
    except (DatabaseError, ValueError) as error:
        store.close()
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise UserError(f"{parsed.render_as_string()} cannot be used as the store: {reason}.") from error
    except BaseException:
        store.close()
        raise
    return store


def _postgresql(url: Any) -> Engine:
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 3})


def _sqlite(database: str | None, url: Any, *, durable: bool) -> Engine:
    if not database or database == ":memory:":
        raise UserError("CONGRESS_DATABASE_URL: SQLite needs a file, expected sqlite:///FILE.")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, poolclass=QueuePool, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver would begin transactions by itself, and only at the first write; we begin them ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an accepted report survives a power cut.
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        cursor.execute("PRAGMA cache_size=-16384")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("congress_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _migrate(store: Store) -> None:
    with store.reading() as connection:
        if _schema_of(connection) == SCHEMA:
            return
    with store.writing() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        found = _schema_of(connection)
        if found != SCHEMA:
            _upgrade(connection, found)
        if connection.scalar(select(counter.c.position)) is None:
            connection.execute(counter.insert().values(id=1, position=0))


def _schema_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, found: str | None) -> None:
    # Alembic costs a tenth of a second to import, which every command would pay.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise UserError(
            f"The database has schema {found}, made by a newer version of this program, which knows up to {SCHEMA}."
        )
    command.upgrade(config, "head")
