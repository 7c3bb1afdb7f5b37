"""What stands against the rules, or against itself, without having been refused: it is shown until somebody mends it.

A conflict comes from a change around the unit: a report below is taken back, a release moves a window, an election must
be run again. It is found in the unit's state alone, so that a dry run of a change finds the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calendars.plan.model import Instrument, Stage
from calendars.sequence.refusals import cited, interval, other, titles, written
from calendars.sequence.state import Clock, Gate, Span, StageState, UnitState
from calendars.sequence.status import due_days, in_window, planned


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict of a stage: its `code` and what fills the sentence."""

    stage: str
    code: str
    params: dict[str, str] = field(default_factory=dict)

    def cited(self, instruments: Mapping[str, Instrument]) -> Conflict:
        """The same with its sources as people cite them, not as keys of the plan."""
        return replace(self, params=cited(self.params, instruments))

    def text(self, language: str) -> str:
        """The sentence to show."""
        return written(f"conflict.{self.code}", self.params, language)


def conflicts(state: UnitState) -> tuple[Conflict, ...]:
    """The conflicts of a unit, in the order of its stages. One that ended has none."""
    if state.profile is None or state.ended:
        return ()
    return tuple(found for stage in state.rules.stages for found in _of_stage(state, stage, state.stage(stage.id)))


def _of_stage(state: UnitState, stage: Stage, now: StageState) -> Iterator[Conflict]:
    if now.held:
        rule = state.rules.gate(stage.id)
        if now.gate is Gate.CONFLICT and rule:
            yield _conflict(stage, "gate", now.held, other_en=rule.title.en, other_vi=rule.title.vi)
        if not now.waived and not in_window(stage, state.profile, now.held):
            yield _conflict(stage, "window", now.held)
        return
    days = planned(stage, now)
    if days is None:
        return
    previous = state.rules.stage(stage.after) if stage.after else None
    if previous:
        yield from _against_previous(state, stage, days, previous)
    if stage.rerun and (until := _rerun_until(stage, now)) and days.first > until:
        yield _conflict(stage, "rerun_late", days, until=until.isoformat(), source=stage.rerun.source or "")
    if not in_window(stage, state.profile, days):
        yield _conflict(stage, "window", days)
    for clock, day in due_days(stage, now).items():
        if clock is not Clock.DAY and days.last > day:
            due = stage.target if clock is Clock.TARGET else stage.deadline
            source = (due and due.source) or ""
            yield _conflict(stage, f"past_{clock.value}", days, due=day.isoformat(), source=source)


def _against_previous(state: UnitState, stage: Stage, days: Span, previous: Stage) -> Iterator[Conflict]:
    now = state.stage(previous.id)
    before = now.held or planned(previous, now)
    if before and before.last > days.first:
        case = {"case": "held"} if now.held else {}
        yield _conflict(stage, "before_previous", days, other_days=interval(before), **case, **other(previous))
    elif before is None and previous.rerun and (until := _rerun_until(previous, now)) and until > days.first:
        source = previous.rerun.source or ""
        yield _conflict(stage, "rerun", days, until=until.isoformat(), source=source, **other(previous))


def _rerun_until(stage: Stage, now: StageState) -> date | None:
    """The last day for a vote to be run again; None for one that did not fail, but was taken by a freeze."""
    if stage.rerun is None or now.postponed is None or now.taken:
        return None
    return now.postponed.first + timedelta(days=stage.rerun.days)


def _conflict(stage: Stage, code: str, span: Span, **params: str) -> Conflict:
    return Conflict(stage.id, code, {**titles(stage), "span": interval(span), **params})
