"""One unit's decisions: a command and the day it is given on, in; the facts that follow from it, or a refusal, out.

Days are those of the campaign's time zone. A unit decides by its own state and by what it was told of the units around
it, which may be a moment old: whoever asks on its behalf reads it again before a refusal stands.
"""

from __future__ import annotations

from datetime import date

from calendars.plan.model import Stage
from calendars.sequence.changing import decide_change
from calendars.sequence.checks import check_held, check_planned, check_results, check_waiting, shown
from calendars.sequence.commands import (
    Acknowledge,
    Command,
    Correct,
    Enrol,
    OfUnit,
    Postpone,
    Report,
    Retract,
    Schedule,
)
from calendars.sequence.facts import Corrected, Enrolled, Fact, Held, Postponed, Retracted, Scheduled
from calendars.sequence.permissions import check_consents, check_unsealed
from calendars.sequence.permitting import permit, reason_of
from calendars.sequence.pressing import acknowledged, overdue_stages
from calendars.sequence.refusals import Refused, interval, refuse
from calendars.sequence.results import check_result, clean
from calendars.sequence.state import Results, ResultValue, Span, UnitState
from calendars.sequence.status import planned
from calendars.sequence.surroundings import UNKNOWN, Surroundings


def decide(state: UnitState, command: Command, today: date, around: Surroundings = UNKNOWN) -> tuple[Fact, ...]:
    """The facts that `command` causes when given on `today`; none when a change is known to the unit already.

    Raises `Refused`, and nothing else, when it may not.
    """
    if isinstance(command, Enrol):
        return (_enrol(state, command, today),)
    if state.profile is None:
        raise Refused("not_enrolled", {"campaign": state.rules.campaign})
    if isinstance(command, OfUnit):
        return decide_change(state, command, today)
    if state.ended:
        raise _ended(state)
    if isinstance(command, Acknowledge):
        return _acknowledge(state, command, today)
    stage = _stage(state, command.stage)
    if isinstance(command, Report | Schedule | Correct | Retract | Postpone):
        return _of_days(state, stage, command, today, around)
    return (permit(state, stage, command, today),)


def _of_days(
    state: UnitState,
    stage: Stage,
    command: Report | Schedule | Correct | Retract | Postpone,
    today: date,
    around: Surroundings,
) -> tuple[Fact, ...]:
    match command:
        case Report():
            return (_report(state, stage, command, today, around),)
        case Schedule():
            return (_schedule(state, stage, command, today),)
        case Correct():
            return (_correct(state, stage, command, today, around),)
        case Retract():
            return (_retract(state, stage, command, today),)
        case Postpone():
            return _postpone(state, stage, command, today)


def _stage(state: UnitState, stage_id: str) -> Stage:
    stage = state.rules.stage(stage_id)
    if stage is None:
        assert state.profile is not None
        ids = ", ".join(stage.id for stage in state.rules.stages)
        params = {"stages_en": ids or "none", "stages_vi": ids or "không có bước nào"}
        raise Refused("unknown_stage", {"unit": shown(state.profile.name), "stage": shown(stage_id), **params})
    return stage


def _ended(state: UnitState) -> Refused:
    assert state.ended is not None
    assert state.profile is not None
    params = {"unit": shown(state.profile.name), "on": state.ended.on.isoformat()}
    if state.ended.successor:
        name = state.ended.successor_name or state.ended.successor
        params |= {"case": "merged", "successor": f"{shown(name)} ({state.ended.successor})"}
    return Refused("ended", params)


def _enrol(state: UnitState, command: Enrol, today: date) -> Enrolled:
    if state.profile is not None:
        raise Refused("already_enrolled", {"unit": shown(state.profile.name), "campaign": state.rules.campaign})
    return Enrolled(state.rules.from_, command.profile, command.release, today)


def _acknowledge(state: UnitState, command: Acknowledge, today: date) -> tuple[Fact, ...]:
    """Somebody answers for what is overdue. That it is said again to the unit does not change."""
    assert state.profile is not None, "the unit is enrolled"
    asked = _stage(state, command.stage) if command.stage else None
    if facts := acknowledged(state, command.stage, today):
        return facts
    if any(command.stage in ("", stage.id) for stage, *_ in overdue_stages(state, today)):
        raise Refused("already_acknowledged", {"unit": shown(state.profile.name)})
    if asked is None:
        raise Refused("nothing_overdue", {"unit": shown(state.profile.name)})
    now = state.stage(asked.id)
    waits = now.postponed and not now.held and planned(asked, now) is None
    raise refuse("stage_not_overdue", asked, **({"case": "postponed"} if waits else {}))


def _report(state: UnitState, stage: Stage, command: Report, today: date, around: Surroundings) -> Held:
    span = Span(command.on, command.to or command.on)
    of_stage = state.stage(stage.id)
    if of_stage.held:
        same = span == of_stage.held and _contains(stage, of_stage.results, command.results)
        raise refuse("already_reported" if same else "already_held", stage, held=interval(of_stage.held))
    check_held(state, stage, span, today, around)
    results = check_results(stage, command.results)
    check_consents(state, stage, span, results)
    return Held(span.last, stage.id, span.first, span.last, results)


def _schedule(state: UnitState, stage: Stage, command: Schedule, today: date) -> Scheduled:
    span = Span(command.on, command.to or command.on)
    of_stage = state.stage(stage.id)
    if of_stage.held:
        raise refuse("already_held", stage, held=interval(of_stage.held))
    if span == of_stage.scheduled:
        raise refuse("already_scheduled", stage, planned=interval(span))
    check_planned(state, stage, span, today)
    return Scheduled(min(command.announced or today, today), stage.id, span.first, span.last)


def _postpone(state: UnitState, stage: Stage, command: Postpone, today: date) -> tuple[Fact, ...]:
    now = state.stage(stage.id)
    if now.held:
        raise refuse("already_held", stage, held=interval(now.held))
    reason, days = reason_of(stage, command.reason), planned(stage, now)
    if days is None:
        raise refuse("nothing_planned", stage)
    postponed = Postponed(today, stage.id, days.first, days.last, reason)
    if command.on is None:
        return (postponed,)
    span = Span(command.on, command.to or command.on)
    if span == days:
        raise refuse("already_scheduled", stage, planned=interval(span))
    check_planned(state, stage, span, today)
    return postponed, Scheduled(today, stage.id, span.first, span.last)


def _correct(state: UnitState, stage: Stage, command: Correct, today: date, around: Surroundings) -> Corrected:
    of_stage = state.stage(stage.id)
    held, reason = _reported(state, stage), _reason(stage, command.reason)
    check_unsealed(state, stage)
    span = _moved(held, command.on, command.to)
    results = {**of_stage.results, **check_results(stage, command.results)}
    if span != held:
        check_held(state, stage, span, today, around)
        check_waiting(state, stage, held, span)
    elif _contains(stage, of_stage.results, command.results):
        raise refuse("nothing_to_correct", stage, held=interval(held))
    check_consents(state, stage, span, results)
    return Corrected(today, stage.id, span.first, span.last, reason, results)


def _retract(state: UnitState, stage: Stage, command: Retract, today: date) -> Retracted:
    held = _reported(state, stage)
    reason = _reason(stage, command.reason)
    check_unsealed(state, stage)
    check_waiting(state, stage, held, None)
    return Retracted(today, stage.id, reason)


def _reported(state: UnitState, stage: Stage) -> Span:
    held = state.stage(stage.id).held
    if held is None:
        raise refuse("not_reported", stage)
    return held


def _reason(stage: Stage, text: str) -> str:
    reason = clean(text)
    if not reason:
        raise refuse("no_reason", stage)
    return reason


def _moved(held: Span, on: date | None, to: date | None) -> Span:
    """The corrected days: a new first day alone moves the whole congress, a new last day alone changes its length."""
    if on is None:
        return Span(held.first, to or held.last)
    if to is not None:
        return Span(on, to)
    # Past the calendar's end the campaign is over as well: the check of the days refuses it.
    last = min(on.toordinal() + max(held.days, 1) - 1, date.max.toordinal())
    return Span(on, date.fromordinal(last))


def _contains(stage: Stage, stored: Results, given: Results) -> bool:
    """Whether a report repeats what is stored. Python takes 1 for True, a report does not."""

    def normal(key: str, value: ResultValue) -> ResultValue:
        try:
            return check_result(stage.results[key], value)
        except (KeyError, ValueError):
            return value  # the plan may have changed since: the repetition is one nevertheless

    pairs = ((stored.get(key), normal(key, value)) for key, value in given.items())
    return all(type(old) is type(new) and old == new for old, new in pairs)
