"""Days by the Vietnamese lunar calendar, as officials and villages name them beside the solar ones."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from lunar_vn import SUPPORTED_YEAR_RANGE, can_chi, solar_to_lunar


@lru_cache(maxsize=4096)
def lunar_days(first: date, last: date, language: str) -> str:
    """The lunar days from `first` to `last` in one line, such as "Âm lịch: 11/12 Kỷ Hợi"; empty outside the years 1900
    to 2100, for which nobody computed them."""
    earliest, latest = SUPPORTED_YEAR_RANGE
    if not (earliest <= first.year and last.year <= latest):
        return ""
    days = _day(first, language)
    if last > first:
        days = f"{days} - {_day(last, language)}"
    return f"Âm lịch: {days}" if language == "vi" else f"Lunar calendar: {days}"


def _day(of: date, language: str) -> str:
    lunar = solar_to_lunar(of)
    leap = (" nhuận" if language == "vi" else " (leap month)") if lunar.leap else ""
    return f"{lunar.day}/{lunar.month}{leap} {can_chi.get_year_can_chi(lunar.year)}"
