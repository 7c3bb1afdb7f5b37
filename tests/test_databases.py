"""The databases that other tests rely on keep their promises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.databases import Postgres

STAYS_UNTIL_KILLED = """
from tests.databases import running_postgres
with running_postgres() as server:
    print(server.folder, flush=True)
    input()
"""


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_database(database_url: str, turn: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE unit (code TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO unit VALUES ('06664')"))
        assert connection.scalar(text("SELECT count(*) FROM unit")) == 1


def test_what_was_committed_survives_the_store_being_away(postgres: Postgres, postgres_url: str) -> None:
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE unit AS SELECT 'Đầm Hà' AS name"))
    with postgres.away(), pytest.raises(OperationalError):
        engine.connect()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM unit")) == "Đầm Hà"


def test_server_and_folder_are_gone_when_the_tests_are_killed() -> None:
    root = Path(__file__).parents[1]
    tests = subprocess.Popen(
        [sys.executable, "-c", STAYS_UNTIL_KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    )
    with tests:
        assert tests.stdout is not None
        folder = Path(tests.stdout.readline().strip())
        server = int((folder / "data/postmaster.pid").read_text().split()[0])
        assert psutil.pid_exists(server)
        os.kill(tests.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while (folder.exists() or psutil.pid_exists(server)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not psutil.pid_exists(server)
