"""Due days of a unit's own: laid over the rules of its release, so that all else goes by them without knowing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from calendars.plan.model import Due, Stage
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Clock, Pin, StageState


def with_pins(rules: Rules, stages: Mapping[str, StageState]) -> Rules:
    """The rules of a release with the unit's own due days in them."""
    dates: dict[str, StageDates] = {}
    for stage in rules.stages:
        if stage.id in stages and (pins := stages[stage.id].pins):
            dates[stage.id] = StageDates.of(stage)
            for clock, pin in pins.items():
                dates[stage.id] = put(dates[stage.id], clock, Due(date=pin.day, source=pin.reason))
    return rules.dated(dates) if dates else rules


def renewed(pins: Mapping[Clock, Pin], stage: Stage) -> dict[Clock, Pin]:
    """The same pins over a stage whose plan changed beneath them."""
    return {clock: replace(pin, instead_of=due_of(stage, clock)) for clock, pin in pins.items()}


def due_of(stage: Stage, clock: Clock) -> Due | None:
    """The day a stage has for a clock, with its source."""
    match clock:
        case Clock.DAY:
            return Due(date=stage.on, source=stage.source) if stage.on else None
        case Clock.TARGET:
            return stage.target
        case Clock.DEADLINE:
            return stage.deadline


def put(dates: StageDates, clock: Clock, due: Due | None) -> StageDates:
    """The dates with another day for one clock."""
    match clock:
        case Clock.DAY:
            return replace(dates, on=due.date if due else None)
        case Clock.TARGET:
            return replace(dates, target=due)
        case Clock.DEADLINE:
            return replace(dates, deadline=due)
