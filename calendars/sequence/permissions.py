"""What others must have done, or allowed, before a stage is held. Every check passes silently or raises `Refused`."""

from __future__ import annotations

from datetime import date

from calendars.plan.model import Consent, Stage
from calendars.sequence.gates import count
from calendars.sequence.refusals import interval, refuse
from calendars.sequence.state import Results, Span, UnitState
from calendars.sequence.status import awaits_pilots, suspended
from calendars.sequence.surroundings import Surroundings

NAMED = 5  # of those a gate waits for; the rest are counted


def check_below(state: UnitState, stage: Stage, span: Span, around: Surroundings) -> None:
    """Enough units below held what the stage's gate waits for, by the first day of `span`; or a superior waived it."""
    rule = state.rules.gate(stage.id)
    if rule is None or state.stage(stage.id).waived:
        return
    below = {"span": interval(span), "other_en": rule.title.en, "other_vi": rule.title.vi}
    if around.children is None:
        raise refuse("gate_closed", stage, case="unknown", **below)
    counted = count(rule, around.below(state.profile.code if state.profile else "", rule), span.first)
    if counted.is_open:
        return
    names = [child.name for child in counted.waiting[:NAMED]]
    more = len(counted.waiting) - len(names)
    raise refuse(
        "gate_closed",
        stage,
        **below,
        missing=str(len(counted.waiting)),
        of=str(counted.of),
        held=str(counted.held),
        needed=str(counted.needed),
        names_en=", ".join(names) + (f" and {more} more" if more else ""),
        names_vi=", ".join(names) + (f" và {more} đơn vị khác" if more else ""),
    )


def check_pilots(state: UnitState, stage: Stage, span: Span, around: Surroundings) -> None:
    """The pilots under the same superior went first, or their window has passed, or a superior waived it."""
    if state.stage(stage.id).waived or stage.id in around.pilots:
        return
    if stage.pilots and awaits_pilots(stage, state.profile, span.first):
        window = Span(stage.pilots.from_, stage.pilots.to)
        source = stage.pilots.source or ""
        raise refuse("pilots_first", stage, span=interval(span), pilots=interval(window), pilots_source=source)


def check_freeze(state: UnitState, stage: Stage, span: Span, today: date) -> None:
    """No freeze known today covers any day of `span`. A waiver does not lift it: the unit is resumed instead."""
    freeze = suspended(state, span, today)
    if freeze is None:
        return
    days = {"span": interval(span), "reason": freeze.reason, "from": freeze.first.isoformat()}
    if freeze.last is None:
        raise refuse("frozen", stage, case="open", **days)
    raise refuse("frozen", stage, **days, freeze=interval(Span(freeze.first, freeze.last)))


def check_consents(state: UnitState, stage: Stage, span: Span, results: Results) -> None:
    """Every body whose consent a result needs agreed by the last day of `span`."""
    given = state.stage(stage.id).consents
    for consent in needed_consents(state, stage):
        if results.get(consent.result) is not True:
            continue
        day = given.get(consent.from_)
        if day is None or day > span.last:
            days = {"case": "late", "consented": day.isoformat()} if day else {}
            raise refuse(
                "no_consent", stage, result=consent.result, body=consent.from_, source=consent.source or "", **days
            )


def needed_consents(state: UnitState, stage: Stage) -> tuple[Consent, ...]:
    """The consents that the unit, by its tags, needs at the stage."""
    tags = state.profile.tags if state.profile else ()
    return tuple(one for one in state.rules.consents if one.stage == stage.id and one.tag in tags)


def check_unsealed(state: UnitState, stage: Stage) -> None:
    """The superior's congress does not rest on the report yet, or an administrator reopened it."""
    if state.stage(stage.id).sealed:
        above = next((days for key, days in state.superior.items() if stage.id in state.rules.seals.get(key, ())), None)
        params = {"case": "days", "held": interval(above)} if above else {}
        raise refuse("sealed", stage, **params)
