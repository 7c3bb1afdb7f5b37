"""The days on which synthetic congresses are put, and on which they were announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

DAY = timedelta(days=1)
# Seven weeks hold the thirty working days of the notice, public holidays of spring included.
NOTICE = timedelta(weeks=7)
PUBLIC_HOLIDAYS = frozenset({date(2020, 4, 30), date(2020, 5, 1)})
SATURDAY = 5


def two_day_starts(first: date, last: date, taken: Collection[date] = ()) -> list[date]:
    """First days of congresses of two days, both from `first` to `last`: Monday to Saturday as those known of 2020.

    Neither day is a public holiday or one of `taken`.
    """
    days = [first + DAY * number for number in range((last - first).days)]
    return [day for day in days if _usable(day, taken) and _usable(day + DAY, taken)]


def spread(count: int, starts: list[date], offset: float = 0.0) -> list[date]:
    """`count` of the days, evenly spread; `offset` (0 to below 1) moves them all by that part of a step."""
    return [starts[int((index + offset) * len(starts) / count)] for index in range(count)]


def announced(first: date) -> date:
    """The synthetic day of the announcement: seven weeks before the first day."""
    return first - NOTICE


def next_monday(day: date) -> date:
    """The Monday after `day`."""
    return day + DAY * (7 - day.weekday())


def _usable(day: date, taken: Collection[date]) -> bool:
    return day.weekday() <= SATURDAY and day not in PUBLIC_HOLIDAYS and day not in taken
