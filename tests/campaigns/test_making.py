"""The bundle's tables are made from its sources, the same bytes every time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.campaigns.bundle import find_bundle
from calendars.campaigns.making.days import next_monday, spread, two_day_starts
from calendars.campaigns.making.units import apportion

TABLES = ("units.csv", "reports.csv", "records.csv", "contacts.csv")


def test_making_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """In a program of its own and another locale and hash seed: nothing may depend on the machine."""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "America/New_York"}
    command = [sys.executable, "-m", "calendars.campaigns.making", str(tmp_path)]
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
    assert {path.name for path in tmp_path.iterdir()} == set(TABLES)
    for table in TABLES:
        assert (tmp_path / table).read_bytes() == (find_bundle("quang-ninh-2020") / table).read_bytes(), table


@pytest.mark.parametrize(
    ("seats", "weights", "shares"),
    [
        (10, [1, 1], [5, 5]),
        (10, [1, 1, 1], [4, 3, 3]),
        (100, [53, 24, 23], [53, 24, 23]),
        (21, [41, 34, 25], [9, 7, 5]),  # quotas 8.61, 7.14, 5.25
    ],
)
def test_largest_remainder(seats: int, weights: list[int], shares: list[int]) -> None:
    assert apportion(seats, weights) == shares


@given(st.integers(0, 5000), st.lists(st.integers(1, 9), min_size=1, max_size=200))
def test_apportioning_keeps_the_total_and_the_quota(seats: int, weights: list[int]) -> None:
    shares = apportion(seats, weights)
    assert sum(shares) == seats
    total = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert seats * weight // total <= share <= seats * weight // total + 1


def test_starts_of_two_days_leave_out_sundays_holidays_and_taken_days() -> None:
    starts = two_day_starts(date(2020, 4, 23), date(2020, 5, 7), taken={date(2020, 5, 6)})
    assert starts == [date(2020, 4, day) for day in (23, 24, 27, 28)] + [date(2020, 5, 4)]


@given(st.integers(1, 60), st.integers(0, 12))
def test_spread_is_even_and_in_order(count: int, place: int) -> None:
    starts = [date(2020, 5, day) for day in range(1, 31)]
    days = spread(count, starts, place / 13)
    assert days == sorted(days)
    used = [days.count(day) for day in starts]
    assert max(used) - min(used) <= 1


def test_the_monday_after() -> None:
    assert next_monday(date(2020, 3, 6)) == date(2020, 3, 9)
    assert next_monday(date(2020, 3, 9)) == date(2020, 3, 16)
