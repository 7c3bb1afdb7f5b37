from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.errors import UserError
from calendars.plan import working_days
from calendars.plan.working_days import day_off_name, days_off_between, is_working_day, working_days_before

CASES = Path(__file__).parents[1] / "cases" / "vn_days_off_2019_2027.csv"
ROWS = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))
DAYS = st.dates(date(2002, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["date"])
def test_days_off_and_make_up_saturdays(row: dict[str, str]) -> None:
    day = date.fromisoformat(row["date"])
    assert f"{day:%a}" == row["weekday"]
    assert is_working_day(day) == (row["kind"] == "work")
    names = (row["name_vi"], row["name_en"]) if row["kind"] == "off" else (None, None)
    assert (day_off_name(day, "vi"), day_off_name(day, "en")) == names


def test_every_other_day_of_these_years_goes_by_its_weekday() -> None:
    listed = {date.fromisoformat(row["date"]) for row in ROWS}
    day = date(2019, 1, 1)
    while day.year <= 2027:
        if day not in listed:
            assert is_working_day(day) == (day.weekday() < 5), day
            assert day_off_name(day) is None, day
        day += timedelta(days=1)


def test_a_saturday_worked_for_a_day_off_in_the_next_year() -> None:
    # 2014-12-27 was worked for 2015-01-02, 2019-01-05 for 2018-12-31.
    assert is_working_day(date(2014, 12, 27))
    assert not is_working_day(date(2015, 1, 2))
    assert not is_working_day(date(2018, 12, 31))
    assert is_working_day(date(2019, 1, 5))


def test_the_overrides_hold_only_what_differs_from_the_package() -> None:
    for row in working_days._overrides():
        day = date.fromisoformat(row["date"])
        packaged = holidays.country_holidays("VN", years=day.year, language="vi")
        if row["kind"] == "off":
            assert packaged.get(day) != row["name_vi"], f"{day}: the package has it now"
        else:
            assert day not in packaged.weekend_workdays, f"{day}: the package has it now"
        assert row["source"]


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2020, 1, 6), 1, date(2020, 1, 3)),  # Monday back to Friday
        (date(2020, 1, 5), 1, date(2020, 1, 3)),  # a Sunday may be the day counted from
        (date(2020, 1, 5), 0, date(2020, 1, 5)),
        (date(2020, 1, 30), 1, date(2020, 1, 22)),  # over the days off of Lunar New Year, 23 to 29 January
        (
            date(2020, 5, 12),
            30,
            date(2020, 3, 26),
        ),  # Đầm Hà's notice: over 30 April, 1 May and Hùng Kings' day, 2 April
        (date(2020, 9, 25), 30, date(2020, 8, 13)),  # the province's notice: over 2 September
        (date(2019, 5, 6), 1, date(2019, 5, 4)),  # a make-up Saturday counts
        (date(2026, 1, 12), 2, date(2026, 1, 9)),  # so does the one of 10 January 2026
        (date(2026, 1, 5), 1, date(2025, 12, 31)),  # 1 and 2 January 2026 are off
    ],
)
def test_working_days_before(day: date, n: int, expected: date) -> None:
    assert working_days_before(day, n) == expected


@given(DAYS, st.integers(1, 260))
def test_counting_forward_again_finds_as_many_working_days(day: date, n: int) -> None:
    found = working_days_before(day, n)
    assert is_working_day(found)
    assert sum(is_working_day(found + timedelta(days=step)) for step in range((day - found).days)) == n


@given(DAYS, st.integers(0, 100), st.integers(0, 100))
def test_counting_goes_on_where_it_stopped(day: date, n: int, more: int) -> None:
    assert working_days_before(working_days_before(day, n), more) == working_days_before(day, n + more)


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2101, 1, 1), date(1, 1, 1)])
def test_years_nobody_knows_are_refused(day: date) -> None:
    with pytest.raises(UserError, match=f"for the year {day.year}, expected one from 2000 to 2100"):
        is_working_day(day)
    with pytest.raises(UserError):
        day_off_name(day)


def test_counting_back_out_of_the_known_years_is_refused() -> None:
    with pytest.raises(UserError, match="for the year 1999"):
        working_days_before(date(2000, 1, 10), 30)


def test_no_counting_forward() -> None:
    with pytest.raises(ValueError, match="expected no negative number"):
        working_days_before(date(2020, 1, 6), -1)


# Days off to carry along


def days(*iso: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, iso))


@pytest.mark.parametrize(
    ("first", "last", "off", "make_up"),
    [
        # 25/01 and 26/01 are in Tết as well, but on a weekend.
        ("2020-01-01", "2020-02-29", ("2020-01-01", *(f"2020-01-{no}" for no in (23, 24, 27, 28, 29))), ()),
        ("2020-01-23", "2020-01-24", ("2020-01-23", "2020-01-24"), ()),
        ("2020-01-25", "2020-01-26", (), ()),
        ("2020-03-01", "2020-12-31", ("2020-04-02", "2020-04-30", "2020-05-01", "2020-09-02"), ()),
        ("2019-04-10", "2019-05-10", ("2019-04-15", "2019-04-29", "2019-04-30", "2019-05-01"), ("2019-05-04",)),
        ("2019-05-04", "2019-05-04", (), ("2019-05-04",)),
        ("2018-12-31", "2019-01-05", ("2018-12-31", "2019-01-01"), ("2019-01-05",)),
        ("2020-06-01", "2020-06-30", (), ()),
        ("2020-06-30", "2020-06-01", (), ()),  # no days at all
    ],
)
def test_days_off_and_worked_weekends_between_two_days(
    first: str, last: str, off: tuple[str, ...], make_up: tuple[str, ...]
) -> None:
    assert days_off_between(*days(first, last)) == (days(*off), days(*make_up))


@given(DAYS, st.integers(0, 500))
def test_what_is_carried_tells_working_days_as_the_calendar_does(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    off, make_up = days_off_between(first, last)
    for no in range(length + 1):
        day = first + timedelta(days=no)
        assert is_working_day(day) == (day in make_up or (day.weekday() < 5 and day not in off))


@pytest.mark.parametrize(
    ("first", "last", "off"),
    [
        ("1999-12-01", "2000-01-03", days_off_between(*days("2000-01-01", "2000-01-03"))[0]),
        ("1990-01-01", "1999-12-31", ()),
        ("2101-01-01", "2101-02-28", ()),
        ("2100-12-31", "2101-03-01", ()),
    ],
)
def test_of_years_that_nobody_knows_no_day_is_off(first: str, last: str, off: tuple[date, ...]) -> None:
    assert days_off_between(*days(first, last)) == (off, ())
