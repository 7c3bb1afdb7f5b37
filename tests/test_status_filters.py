"""`congress status --filter` beside a store: the grammar of a feed's address, for what a count can look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.store.database import open_store
from tests.commands import Command
from tests.web.stores import Filled


@pytest.fixture
def status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """The command on the small province, in which one of two communes held its congress."""
    store = open_store(f"sqlite:///{tmp_path}/congress.db")
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    Filled(store).hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    yield Command(capfd, "status", "--as-of", "2020-06-11")
    store.close()


@pytest.mark.parametrize(
    ("filters", "counted"),
    [
        (["stage=grassroots_congress"], {"grassroots_congress": (1, 2)}),
        (["under=200"], {"grassroots_congress": (0, 1), "district_congress": (0, 1)}),
        (["under=193", "level=commune,village&stage=grassroots_congress"], {"grassroots_congress": (1, 1)}),
        (["stage=grassroots_congress", "as_of=2020-05-18"], {"grassroots_congress": (0, 2)}),
        (["tag=pilot"], {"district_congress": (0, 1)}),
    ],
)
def test_counts_are_of_what_the_filters_let_through(
    status: Command, filters: list[str], counted: dict[str, tuple[int, int]]
) -> None:
    code, out, _ = status("--json", *(part for one in filters for part in ("--filter", one)))
    found = {stage["stage"]: (stage["held"], stage["units"]) for stage in json.loads(out)["stages"]}
    assert (code, found) == (0, counted)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--filter", "kind=held"], "kind: it means nothing here, expected one of as_of, level, stage, tag, under."),
        (["--filter", "level=hamlet"], "level=hamlet: expected commune, district, province, village."),
        (
            ["22", "--filter", "level=commune"],
            "--filter narrows the status of the campaign, expected no unit beside it.",
        ),
    ],
)
def test_what_a_count_cannot_look_at_is_refused(status: Command, arguments: list[str], sentence: str) -> None:
    assert status(*arguments) == (1, "", f"{sentence}\n")
