"""What units begin with, whatever the day of the launch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendars.campaigns.bundle import Bundle, find_bundle, load_bundle
from calendars.campaigns.opening import check_opening, opening_orders
from calendars.sequence.commands import Enrol, Report, Schedule


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(find_bundle("quang-ninh-2020"))


def orders(bundle: Bundle, unit: str, today: date) -> list[object]:
    row = next(one for one in bundle.units if one.code == unit)
    rows = [one for one in bundle.reports if one.unit == unit]
    return [order.command for order, _ in opening_orders(row, "", rows, bundle.plan, today)]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2020, 5, 7), []),  # announced on 08/05/2020
        (date(2020, 5, 8), [Schedule]),
        (date(2020, 6, 26), [Schedule]),  # its first day
        (date(2020, 6, 27), [Report]),  # its last
    ],
)
def test_a_congress_is_unknown_then_planned_then_held(bundle: Bundle, today: date, expected: list[type]) -> None:
    first, *rest = orders(bundle, "205", today)
    assert isinstance(first, Enrol)
    assert [type(one) for one in rest] == expected


def test_the_campaign_can_be_launched_on_every_day_of_it(bundle: Bundle) -> None:
    """Also in the middle of the provincial congress. All villages met on the same days: a few will do."""
    villages = [row.code for row in bundle.units if row.level == "village"]
    left_out = set(villages) - set(villages[::40])
    bundle = replace(
        bundle,
        units=tuple(row for row in bundle.units if row.code not in left_out),
        reports=tuple(row for row in bundle.reports if row.unit not in left_out),
    )
    eventful = {row.on for row in bundle.reports} | {row.to for row in bundle.reports if row.to}
    days = {day + timedelta(days=step) for day in eventful for step in (-1, 0, 1)}
    for day in sorted({date(2019, 12, 1), date(2020, 9, 26), *days}):
        check_opening(bundle, day, "reports.csv")
