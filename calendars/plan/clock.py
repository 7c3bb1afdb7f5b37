"""The campaign's clock: from instants to its days and back.

A campaign's day is the calendar day in its time zone, moved by a whole number of days: zero in real use, other than
zero when a past campaign is run as if it were that day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

import pendulum


@cache
def zone_of(name: str) -> tzinfo:
    """The time zone with this IANA name, kept: reading one from disk takes longer than all the rest."""
    return pendulum.timezone(name)


def campaign_today(now: datetime, timezone: str, shift_days: int) -> date:
    """The campaign's day at the instant `now`. Raises `ValueError` when `now` has no time zone."""
    if now.utcoffset() is None:
        raise ValueError("found an instant without a time zone, expected one with it")
    local = now.astimezone(zone_of(timezone))
    return date.fromordinal(local.toordinal() + shift_days)


def instant_of(day: date, at: time, timezone: str, shift_days: int) -> datetime:
    """The instant, in UTC, at which clocks in `timezone` show `at` on the campaign's day `day`.

    Of a time that clocks show twice, as they are put back, the first; a time that they leave out, as they are put
    forward, counts from the hour before and so is shown later by what they leave out.
    """
    real = day - timedelta(days=shift_days)
    return datetime.combine(real, at, zone_of(timezone)).astimezone(UTC)
