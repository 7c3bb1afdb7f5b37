"""What the days and the results of a stage must satisfy. Every check passes silently or raises `Refused`."""

from __future__ import annotations

from datetime import date

from calendars.plan.model import Stage
from calendars.sequence.permissions import check_below, check_freeze, check_pilots
from calendars.sequence.refusals import Refused, interval, other, refuse
from calendars.sequence.results import EXPECTED, check_result, clean
from calendars.sequence.state import Results, Span, UnitState
from calendars.sequence.status import PILOT, in_window, planned
from calendars.sequence.surroundings import Surroundings

SHOWN = 60


def check_held(state: UnitState, stage: Stage, span: Span, today: date, around: Surroundings) -> None:
    """The stage may have been held on the days of `span`. What depends on other units is looked at last: it may be
    known better a moment later."""
    check_campaign(state, stage, span)
    if span.last > today:
        raise refuse("in_future", stage, span=interval(span), today=today.isoformat())
    _check_window(state, stage, span)
    if stage.after:
        previous = _previous(state, stage)
        held = state.stage(previous.id).held
        if held is None:
            raise refuse("before_previous", stage, case="missing", span=interval(span), **other(previous))
        if held.last > span.first:
            raise _before(stage, span, previous, "held", held)
    _check_length(stage, span)
    check_freeze(state, stage, span, today)
    check_pilots(state, stage, span, around)
    check_below(state, stage, span, around)


def check_planned(state: UnitState, stage: Stage, span: Span, today: date) -> None:
    """The stage may be set to the days of `span`. Days past its target or deadline are late, not forbidden."""
    check_campaign(state, stage, span)
    if span.first < today:
        raise refuse("in_past", stage, span=interval(span), today=today.isoformat())
    _check_window(state, stage, span)
    if stage.after:
        previous = _previous(state, stage)
        of_previous = state.stage(previous.id)
        days = planned(previous, of_previous)
        if of_previous.held and of_previous.held.last > span.first:
            raise _before(stage, span, previous, "held", of_previous.held)
        if not of_previous.held and days and days.last > span.first:
            raise _before(stage, span, previous, "planned", days)
    _check_length(stage, span)
    check_freeze(state, stage, span, today)


def check_results(stage: Stage, results: Results) -> Results:
    """The results as they are stored."""
    checked: Results = {}
    for key, value in results.items():
        if key not in stage.results:
            keys = ", ".join(stage.results)
            raise refuse(
                "unknown_result", stage, key=shown(key), keys_en=keys or "none", keys_vi=keys or "không có kết quả nào"
            )
        expected = EXPECTED[stage.results[key]]
        try:
            checked[key] = check_result(stage.results[key], value)
        except ValueError:
            raise refuse(
                "bad_result", stage, key=key, value=shown(value), expected_en=expected.en, expected_vi=expected.vi
            ) from None
    return checked


def check_waiting(state: UnitState, stage: Stage, held: Span, corrected: Span | None) -> None:
    """No held stage that comes after this one loses what it waited for.

    `held` are the days this stage was reported for, `corrected` those it moves to; None when the report is retracted.
    """
    for later in state.rules.stages:
        later_held = state.stage(later.id).held
        if later.after != stage.id or later_held is None or (corrected and later_held.first >= corrected.last):
            continue
        raise refuse(
            "later_stage_held",
            stage,
            case="correct" if corrected else "retract",
            span=interval(corrected or held),
            other_days=interval(later_held),
            source=later.source or "",
            **other(later),
        )


def shown(value: object) -> str:
    """What somebody wrote, fit for a sentence."""
    text = clean(str(value))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def check_campaign(state: UnitState, stage: Stage, span: Span) -> None:
    """The days are a span, and lie in the campaign."""
    rules = state.rules
    if span.last < span.first:
        raise refuse("last_before_first", stage, first=span.first.isoformat(), last=span.last.isoformat())
    if span.first < rules.from_:
        params = {"campaign": rules.campaign, "from": rules.from_.isoformat()}
        raise refuse("before_campaign", stage, span=interval(span), **params)
    if span.last > rules.until:
        raise refuse(
            "after_campaign", stage, span=interval(span), campaign=rules.campaign, until=rules.until.isoformat()
        )


def _check_window(state: UnitState, stage: Stage, span: Span) -> None:
    if in_window(stage, state.profile, span):
        return
    params = {"span": interval(span), "opens": _opens(stage, span).isoformat()}
    if stage.pilots and state.profile and PILOT in state.profile.tags:
        pilots = Span(stage.pilots.from_, stage.pilots.to)
        params |= {"case": "pilot", "pilots": interval(pilots), "pilots_source": stage.pilots.source or ""}
    raise refuse("before_window", stage, **params)


def _opens(stage: Stage, span: Span) -> date:
    return stage.on or stage.opens or (stage.pilots.from_ if stage.pilots else span.first)


def _check_length(stage: Stage, span: Span) -> None:
    if stage.max_days is not None and span.days > stage.max_days:
        raise refuse("too_long", stage, span=interval(span), length=str(span.days), max=str(stage.max_days))


def _previous(state: UnitState, stage: Stage) -> Stage:
    after = stage.after or ""
    return state.rules.stage(after) or Stage(id=after, level=stage.level)


def _before(stage: Stage, span: Span, previous: Stage, case: str, days: Span) -> Refused:
    return refuse(
        "before_previous", stage, case=case, span=interval(span), other_days=interval(days), **other(previous)
    )
