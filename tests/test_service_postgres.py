"""The same service on PostgreSQL, and its store going away under it."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.service import Service, running, wait_for
from tests.workflows.small import write_campaign


@pytest.fixture
def service(tmp_path: Path, postgres_url: str) -> Iterator[Service]:
    """The small campaign as of 11/06/2020, journalled in PostgreSQL."""
    arguments = ("--launch", str(write_campaign(tmp_path)), "--today", "2020-06-11")
    made = Service(tmp_path / "var", *arguments, CONGRESS_DATABASE_URL=postgres_url)
    with running(made):
        yield made


def test_a_report_outlives_a_store_that_was_stopped(service: Service, postgres: Postgres) -> None:
    etag, _ = service.feed()
    with postgres.away():
        arguments = ("report", "200", "grassroots_congress", "--on", "2020-06-01", "--result", "direct_election=true")
        done = service.congress(*arguments)
        assert done.returncode == 0, done.stderr
        assert "accepted and not yet visible" in done.stdout
        again = service.congress(*arguments)
        assert (again.returncode, again.stdout) == (1, "")
        assert "already reported" in again.stderr
        unread = service.congress("status")
        assert (unread.returncode, len(unread.stderr.splitlines())) == (1, 1)
        with pytest.raises(urllib.error.HTTPError) as away:
            service.feed()
        assert (away.value.code, away.value.headers["Retry-After"]) == (503, "30")
        away.value.close()
    wait_for(lambda: service.json("history", "200")[-1]["type"] == "held")
    changed, after = service.feed()
    assert changed != etag
    assert service.congress("rebuild").returncode == 0
    assert service.feed() == (changed, after)
    assert not list(service.data.glob("congress.db*"))
    lines = service.json("history", "200")
    assert [line["no"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["type"] for line in lines].count("held") == 1
