"""Working days of Vietnamese offices: Monday to Friday, less days off, plus make-up Saturdays.

Political organisations and state offices work five days a week by Decision 188/1999/QĐ-TTg (17/09/1999, article 1).
Days off come from the package `holidays`; `days_off_overrides.csv` holds only what differs from it, with its source.
The government swaps days by notice, mostly late in the year before: a future year without swaps is not settled yet.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import holidays

from calendars.errors import UserError
from calendars.plan.model import Text

FIRST_YEAR = 2000
LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class _Year:
    off: Mapping[date, Text]
    make_up: frozenset[date]


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`. Raises `UserError` outside 2000-2100."""
    year = _year(day.year)
    return day in year.make_up or (day.weekday() < 5 and day not in year.off)


def working_days_before(day: date, n: int) -> date:
    """The n-th working day before `day`, which itself is not counted and may be any day; with n = 0 it is `day`.

    Raises `UserError` when that is outside 2000-2100, `ValueError` for a negative n.
    """
    if n < 0:
        raise ValueError(f"found {n} working days, expected no negative number")
    found = day
    while n:
        found -= timedelta(days=1)
        n -= is_working_day(found)
    return found


def days_off_between(first: date, last: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The weekdays off and the working days on weekends from `first` to `last`, both included; years that are not
    known have none."""
    days = [first + timedelta(days=no) for no in range((last - first).days + 1)]
    known = [day for day in days if FIRST_YEAR <= day.year <= LAST_YEAR]
    off = tuple(day for day in known if day.weekday() < 5 and not is_working_day(day))
    make_up = tuple(day for day in known if day.weekday() >= 5 and is_working_day(day))
    return off, make_up


def day_off_name(day: date, language: str = "vi") -> str | None:
    """What the day off is called ("Quốc khánh", or "National Day" with `en`); None for other days, weekends included.

    A holiday on a weekend has its name. Raises `UserError` outside 2000-2100.
    """
    name = _year(day.year).off.get(day)
    return None if name is None else name[language]


@cache
def _year(year: int) -> _Year:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UserError(f"no working days are known for the year {year}, expected one from {FIRST_YEAR} to {LAST_YEAR}")
    # A day off may be swapped for a Saturday of the year before, which only its own year knows.
    years = (year, year + 1)
    vietnamese = holidays.country_holidays("VN", years=years, language="vi")
    english = holidays.country_holidays("VN", years=years, language="en_US")
    off = {day: Text(vi=name, en=english[day]) for day, name in vietnamese.items() if day.year == year}
    make_up = {day for day in vietnamese.weekend_workdays if day.year == year}
    for row in _overrides():
        day = date.fromisoformat(row["date"])
        if day.year != year:
            continue
        if row["kind"] == "off":
            off[day] = Text(vi=row["name_vi"], en=row["name_en"])
            make_up.discard(day)
        else:
            off.pop(day, None)
            make_up.add(day)
    return _Year(off, frozenset(make_up))


@cache
def _overrides() -> tuple[Mapping[str, str], ...]:
    text = files("calendars.plan").joinpath("days_off_overrides.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
