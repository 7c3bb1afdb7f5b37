"""What the page of a unit says of its stages beyond what the store hands over ready to show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from calendars.ical import wording
from calendars.plan.model import Plan
from calendars.sequence.state import Clock, Span, Suspension
from calendars.store.unit_status import UnitStage


def put_off(stage: UnitStage) -> Span | None:
    """The former days of a stage that was postponed and has no new ones."""
    return None if stage.held or stage.scheduled else stage.postponed


def moved_from(stage: UnitStage) -> Span | None:
    """The days of a stage before it was postponed, once it has other ones."""
    days = stage.held or stage.scheduled
    return stage.postponed if days and days != stage.postponed else None


def common_day(plan: Plan, stage: UnitStage) -> date | None:
    """The one day for all, or the day that the unit has instead of it."""
    pin = stage.pins.get(Clock.DAY)
    return pin.day if pin else plan.stage(stage.stage).on


def reported(plan: Plan, stage: UnitStage, language: str) -> str:
    """The results in words, or nothing."""
    said = wording.results(plan.stage(stage.stage), stage.results)
    return said.en if language == "en" else said.vi


def lasting(freezes: Iterable[Suspension], day: date) -> list[Suspension]:
    """The suspensions that are not over on `day`, those to come as well."""
    return [one for one in freezes if one.last is None or max(one.first, day) <= one.last]


def suspension_over(freezes: Iterable[Suspension], days: Span) -> Suspension | None:
    """The first suspension that covers any of the days."""
    for one in freezes:
        last = one.last or date.max
        if one.first <= min(last, days.last) and max(one.first, days.first) <= last:
            return one
    return None
