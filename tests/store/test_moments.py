"""When a notice goes to one person: the campaign's hour, gathered days, quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.sequence.messages import CampaignClock
from calendars.sequence.rules import NoticeRules
from calendars.store.moments import Moments

# Reunification Day and Labour Day of 2020, a Thursday and a Friday, and a Saturday worked instead of a Monday.
RULES = NoticeRules(1, 1, off=(date(2020, 4, 30), date(2020, 5, 1), date(2020, 5, 11)), make_up=(date(2020, 5, 16),))
HANOI = Moments(CampaignClock("Asia/Ho_Chi_Minh"), time(8), RULES.works)
SHIFTED = Moments(CampaignClock("Asia/Ho_Chi_Minh", -2_190), time(8), RULES.works)
NEW_YORK = Moments(CampaignClock("America/New_York"), time(2, 30), RULES.works)
MINUTE = timedelta(minutes=1)
ICT = timezone(timedelta(hours=7))


def at(text: str) -> datetime:
    """The instant at which clocks in Hanoi show this."""
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(
    ("earliest", "goes"),
    [
        ("2020-05-04 00:00", "2020-05-05 08:00"),
        ("2020-05-05 07:59", "2020-05-05 08:00"),
        ("2020-05-05 08:00", "2020-05-05 08:00"),
        ("2020-05-05 08:01", "2020-05-05 08:01"),  # the hour has passed: at once
        ("2020-05-07 03:00", "2020-05-07 03:00"),
    ],
)
def test_the_campaigns_hour_or_at_once_where_it_has_passed(earliest: str, goes: str) -> None:
    assert HANOI.at(date(2020, 5, 5), at(earliest)) == at(goes)


def test_days_are_those_of_the_campaign() -> None:
    assert HANOI.day_at(datetime(2020, 5, 5, 16, 59, tzinfo=UTC)) == date(2020, 5, 5)
    assert HANOI.day_at(datetime(2020, 5, 5, 17, 0, tzinfo=UTC)) == date(2020, 5, 6)
    real = datetime(2026, 5, 4, 17, 30, tzinfo=UTC)  # 05/05/2026 in Hanoi, and 2190 days earlier in the campaign
    assert SHIFTED.day_at(real) == date(2020, 5, 6)


def test_a_past_campaign_speaks_at_its_hour_of_the_real_day() -> None:
    early = datetime(2026, 5, 4, 17, 30, tzinfo=UTC)
    goes = SHIFTED.at(SHIFTED.day_at(early), early)
    assert goes == datetime(2026, 5, 5, 1, 0, tzinfo=UTC)
    assert SHIFTED.day_at(goes) == date(2020, 5, 6)


@pytest.mark.parametrize(
    ("due", "daily", "weekly"),
    [
        # A Tuesday: at the hour or before it today, else on the next working day; weekly on the next Monday.
        ("2020-05-05 08:00", "2020-05-05 08:00", "2020-05-12 08:00"),
        ("2020-05-05 00:10", "2020-05-05 08:00", "2020-05-12 08:00"),
        ("2020-05-05 08:01", "2020-05-06 08:00", "2020-05-12 08:00"),
        # Before the holidays: over them and the weekend.
        ("2020-04-29 09:00", "2020-05-04 08:00", "2020-05-04 08:00"),
        ("2020-05-01 06:00", "2020-05-04 08:00", "2020-05-04 08:00"),
        # A Friday evening before a Monday that is off: that week begins on Tuesday.
        ("2020-05-08 20:00", "2020-05-12 08:00", "2020-05-12 08:00"),
        # The Saturday that is worked is a working day, not the first of its week.
        ("2020-05-15 09:00", "2020-05-16 08:00", "2020-05-18 08:00"),
        # On the first working day itself.
        ("2020-05-18 08:00", "2020-05-18 08:00", "2020-05-18 08:00"),
        ("2020-05-18 08:01", "2020-05-19 08:00", "2020-05-25 08:00"),
    ],
)
def test_gathered_messages_go_on_working_days(due: str, daily: str, weekly: str) -> None:
    assert HANOI.gathered(at(due), "") == at(due)
    assert HANOI.gathered(at(due), "daily") == at(daily)
    assert HANOI.gathered(at(due), "weekly") == at(weekly)


def test_a_week_that_is_off_as_a_whole_is_passed_over() -> None:
    week = tuple(date(2020, 1, 20) + timedelta(days=day) for day in range(14))
    tet = Moments(CampaignClock("Asia/Ho_Chi_Minh"), time(8), NoticeRules(0, 0, off=week).works)
    assert tet.gathered(at("2020-01-17 09:00"), "daily") == at("2020-02-03 08:00")
    assert tet.gathered(at("2020-01-17 09:00"), "weekly") == at("2020-02-03 08:00")


@pytest.mark.parametrize(
    ("quiet", "due", "goes"),
    [
        ("", "2020-05-05 23:00", "2020-05-05 23:00"),
        ("22:00-06:00", "2020-05-05 21:59", "2020-05-05 21:59"),
        ("22:00-06:00", "2020-05-05 22:00", "2020-05-06 06:00"),
        ("22:00-06:00", "2020-05-06 00:00", "2020-05-06 06:00"),
        ("22:00-06:00", "2020-05-06 05:59", "2020-05-06 06:00"),
        ("22:00-06:00", "2020-05-06 06:00", "2020-05-06 06:00"),
        ("12:00-13:30", "2020-05-05 11:59", "2020-05-05 11:59"),
        ("12:00-13:30", "2020-05-05 12:00", "2020-05-05 13:30"),
        ("12:00-13:30", "2020-05-05 13:30", "2020-05-05 13:30"),
        ("00:00-09:00", "2020-05-05 08:00", "2020-05-05 09:00"),
        ("00:00-09:00", "2020-05-05 23:59", "2020-05-05 23:59"),
        ("18:00-00:00", "2020-05-05 20:00", "2020-05-06 00:00"),
        ("18:00-00:00", "2020-05-06 00:00", "2020-05-06 00:00"),
        ("08:01-08:00", "2020-05-05 12:00", "2020-05-06 08:00"),
        ("08:01-08:00", "2020-05-05 08:00", "2020-05-05 08:00"),
    ],
)
def test_quiet_hours(quiet: str, due: str, goes: str) -> None:
    assert HANOI.awake(at(due), quiet) == at(goes)


def test_quiet_hours_are_those_of_the_campaigns_zone_on_the_night_when_clocks_change() -> None:
    """On 08/03/2020 clocks in New York went from 02:00 to 03:00, on 01/11/2020 from 02:00 back to 01:00."""
    spring = datetime(2020, 3, 8, 4, 0, tzinfo=UTC)  # 23:00 of the 7th
    assert NEW_YORK.awake(spring, "22:00-06:00") == datetime(2020, 3, 8, 10, 0, tzinfo=UTC)
    autumn = datetime(2020, 11, 1, 3, 0, tzinfo=UTC)  # 23:00 of 31/10
    assert NEW_YORK.awake(autumn, "22:00-06:00") == datetime(2020, 11, 1, 11, 0, tzinfo=UTC)
    # The hour that clocks leave out is shown later.
    assert NEW_YORK.at(date(2020, 3, 8), spring) == datetime(2020, 3, 8, 7, 30, tzinfo=UTC)


INSTANTS = st.integers(0, 366 * 86_400).map(lambda seconds: at("2020-01-01 00:00") + timedelta(seconds=seconds))
CLOCKS = st.times().map(lambda of_day: f"{of_day:%H:%M}")
QUIET = st.tuples(CLOCKS, CLOCKS).filter(lambda hours: hours[0] != hours[1]).map("-".join)


@given(INSTANTS, QUIET)
def test_whoever_is_to_be_left_alone_waits_less_than_a_day_and_is_awake_then(due: datetime, quiet: str) -> None:
    goes = HANOI.awake(due, quiet)
    assert due <= goes < due + timedelta(days=1)
    assert HANOI.awake(goes, quiet) == goes
    first, last = (time.fromisoformat(part) for part in quiet.split("-"))
    shown = goes.astimezone(ICT).time()
    assert not (first <= shown < last if first < last else shown >= first or shown < last)
    if goes != due:
        assert HANOI.awake(goes - MINUTE, quiet) == goes


@given(INSTANTS, st.sampled_from(["daily", "weekly"]))
def test_a_gathered_message_goes_at_the_hour_of_a_working_day_and_not_early(due: datetime, rhythm: str) -> None:
    goes = HANOI.gathered(due, rhythm)
    assert goes >= due
    assert goes.astimezone(ICT).time() == time(8)
    day = HANOI.day_at(goes)
    assert RULES.works(day)
    assert HANOI.gathered(goes, rhythm) == goes
    monday = day - timedelta(days=day.weekday())
    between = (monday + timedelta(days=no) for no in range(day.weekday()))
    assert rhythm == "daily" or not any(RULES.works(one) for one in between)
