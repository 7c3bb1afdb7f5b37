"""Deadlines: how a day was derived, and how far ahead of it a congress was held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from calendars.plan.model import Instrument, LeadIn, Stage, Text
from calendars.plan.sources import citation
from calendars.plan.working_days import working_days_before

DueKind = Literal["on", "target", "deadline"]
Instruments = Mapping[str, Instrument]
NONE: Instruments = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DerivedDate:
    """A day that explains itself: how it was found, and the instrument or text the rule comes from."""

    day: date
    derivation: Text
    source: str | None = None


def margin(due: date | None, last: date) -> int | None:
    """Days from the last day of a congress to the day it was due: 30 is 30 days early, -1 a day late.

    The due day itself gives 0 and is not late: reports on Directive 35-CT/TW (30/05/2019) counted congresses "to the
    end of 30/6". None when there is no such due day.
    """
    return None if due is None else (due - last).days


def lead_in_dates(
    stage: Stage, first_day: date, instruments: Instruments = NONE
) -> tuple[tuple[LeadIn, DerivedDate], ...]:
    """The days of a stage's preparatory steps, in the plan's order.

    Each is counted from `first_day`, never from another step that may itself have been moved by days off; the first
    day is not counted. Raises `UserError` when a step in working days leaves the known years.
    """
    return tuple((lead_in, _counted_back(lead_in, first_day, instruments)) for lead_in in stage.lead_ins)


def due_dates(stage: Stage, instruments: Instruments = NONE) -> dict[DueKind, DerivedDate]:
    """The days a stage is due that the plan gives: the one day for all, the local target, the central deadline."""
    found: dict[DueKind, DerivedDate] = {}
    if stage.on:
        found["on"] = _given(stage.on, citation(stage.source, instruments))
    if stage.target:
        found["target"] = _given(stage.target.date, citation(stage.target.source, instruments))
    if stage.deadline:
        found["deadline"] = _given(stage.deadline.date, citation(stage.deadline.source, instruments))
    return found


def _counted_back(lead_in: LeadIn, first_day: date, instruments: Instruments) -> DerivedDate:
    if lead_in.working_days is not None:
        n, vi, en = lead_in.working_days, "ngày làm việc", "working day"
        day = working_days_before(first_day, n)
    else:
        n, vi, en = lead_in.days or 0, "ngày", "day"
        day = first_day - timedelta(days=n)
    plural = "" if n == 1 else "s"
    derivation = Text(
        vi=f"{n} {vi} trước {_written(first_day)} -> {_written(day)}",
        en=f"{n} {en}{plural} before {_written(first_day)} -> {_written(day)}",
    )
    return DerivedDate(day, derivation, citation(lead_in.source, instruments))


def _given(day: date, source: str | None) -> DerivedDate:
    derivation = Text(
        vi=f"theo {source or 'kế hoạch'} -> {_written(day)}", en=f"by {source or 'the plan'} -> {_written(day)}"
    )
    return DerivedDate(day, derivation, source)


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
