from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.clock import campaign_today, instant_of

HANOI = "Asia/Ho_Chi_Minh"
ZONES = st.sampled_from(
    [HANOI, "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati"]
)
SHIFTS = st.integers(-5000, 5000)


@pytest.mark.parametrize(
    ("now", "zone", "shift", "expected"),
    [
        (datetime(2020, 6, 10, 16, 59, 59, tzinfo=UTC), HANOI, 0, date(2020, 6, 10)),
        (datetime(2020, 6, 10, 17, 0, tzinfo=UTC), HANOI, 0, date(2020, 6, 11)),
        (datetime(2020, 6, 11, 0, 30, tzinfo=timezone(timedelta(hours=9))), HANOI, 0, date(2020, 6, 10)),
        (datetime(2026, 3, 1, 17, 0, tzinfo=UTC), HANOI, -2090, date(2020, 6, 11)),
        (datetime(2020, 12, 31, 17, 0, tzinfo=UTC), HANOI, 1, date(2021, 1, 2)),
        (datetime(2020, 3, 29, 22, 0, tzinfo=UTC), "Europe/Berlin", 0, date(2020, 3, 30)),
        (datetime(2020, 3, 28, 22, 59, tzinfo=UTC), "Europe/Berlin", 0, date(2020, 3, 28)),
        (pendulum.datetime(2020, 6, 10, 17), HANOI, 0, date(2020, 6, 11)),
    ],
)
def test_the_campaign_s_day_is_the_local_one(now: datetime, zone: str, shift: int, expected: date) -> None:
    today = campaign_today(now, zone, shift)
    assert today == expected
    assert type(today) is date


@pytest.mark.parametrize(
    ("day", "at", "zone", "shift", "expected"),
    [
        (date(2020, 1, 5), time(8), HANOI, 0, datetime(2020, 1, 5, 1, tzinfo=UTC)),
        (date(2020, 1, 5), time(0), HANOI, 0, datetime(2020, 1, 4, 17, tzinfo=UTC)),
        (date(2020, 6, 11), time(8), HANOI, -2090, datetime(2026, 3, 2, 1, tzinfo=UTC)),
        (date(2020, 3, 28), time(8), "Europe/Berlin", 0, datetime(2020, 3, 28, 7, tzinfo=UTC)),
        (date(2020, 3, 29), time(8), "Europe/Berlin", 0, datetime(2020, 3, 29, 6, tzinfo=UTC)),
        # 02:30 was left out that night: 03:30 summer time.
        (date(2020, 3, 29), time(2, 30), "Europe/Berlin", 0, datetime(2020, 3, 29, 1, 30, tzinfo=UTC)),
        # 02:30 was shown twice that night: the first.
        (date(2020, 10, 25), time(2, 30), "Europe/Berlin", 0, datetime(2020, 10, 25, 0, 30, tzinfo=UTC)),
        # Midnight was left out in São Paulo: the day began at 01:00.
        (date(2018, 11, 4), time(0), "America/Sao_Paulo", 0, datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ],
)
def test_the_instant_of_a_campaign_s_day(day: date, at: time, zone: str, shift: int, expected: datetime) -> None:
    instant = instant_of(day, at, zone, shift)
    assert instant == expected
    assert type(instant) is datetime
    assert instant.tzinfo is UTC


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.times(), ZONES, SHIFTS)
def test_there_and_back(day: date, at: time, zone: str, shift: int) -> None:
    assert campaign_today(instant_of(day, at, zone, shift), zone, shift) == day


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), ZONES, SHIFTS)
def test_a_day_begins_when_the_one_before_ends(day: date, zone: str, shift: int) -> None:
    begin = instant_of(day, time(0), zone, shift)
    assert campaign_today(begin - timedelta(seconds=1), zone, shift) == day - timedelta(days=1)


@given(st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)), ZONES, SHIFTS)
def test_a_shift_moves_whole_days(now: datetime, zone: str, shift: int) -> None:
    assert campaign_today(now, zone, shift) - campaign_today(now, zone, 0) == timedelta(days=shift)


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="expected one with it"):
        campaign_today(datetime(2020, 6, 11), HANOI, 0)  # noqa: DTZ001
