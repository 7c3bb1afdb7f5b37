"""The rules told a second time, in the plainest way: what a report must have satisfied, how a gate has to stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from calendars.plan.model import Stage
from calendars.sequence.commands import Correct, Postpone, Report, Retract, Schedule
from calendars.sequence.state import Gate, Span, UnitState
from calendars.sequence.surroundings import Surroundings
from tests.tree.simulated import SimulatedCampaign, Taken
from tests.tree.small import BODY, GRASSROOTS

DAY = timedelta(days=1)


def check_taken(campaign: SimulatedCampaign, taken: Taken) -> None:
    """What was taken was right by what the unit knew."""
    command, before = taken.command, taken.before
    after = campaign.nodes[taken.unit].state
    match command:
        case Report():
            now = after.stage(command.stage)
            assert now.held == Span(command.on, command.to or command.on)
            assert before.stage(command.stage).held is None
            _check_held(campaign, taken, now.held)
            _check_consent(after, command.stage)
        case Correct():
            was, now = before.stage(command.stage), after.stage(command.stage)
            assert was.held
            assert now.held
            assert not was.sealed
            if now.held != was.held:
                _check_held(campaign, taken, now.held)
            _check_consent(after, command.stage)
        case Retract():
            assert not before.stage(command.stage).sealed
            assert after.stage(command.stage).held is None
        case Schedule() | Postpone() if command.on is not None:
            days = Span(command.on, command.to or command.on)
            assert after.stage(command.stage).scheduled == days
            assert days.first >= taken.today
            stage = before.rules.stage(command.stage)
            assert stage is not None
            _check_days(before, stage, days, taken.today)
        case _:
            pass


def gate_of(campaign: SimulatedCampaign, code: str, stage_id: str) -> Gate:
    """How the gate of a stage has to stand, by all units as they are."""
    state = campaign.nodes[code].state
    now = state.stage(stage_id)
    if now.waived:
        return Gate.WAIVED
    around = campaign.truth(code)
    if now.held:
        around = _as_it_was(around, state, now.held.first)
    if enough_below(around, state, stage_id, now.held.first if now.held else None):
        return Gate.OPEN
    return Gate.CONFLICT if now.held else Gate.CLOSED


def enough_below(around: Surroundings, state: UnitState, stage_id: str, by: date | None) -> bool:
    """Whether so many of those below held theirs, by the day if one is given, as the plan asks for."""
    rule = state.rules.gate(stage_id)
    if rule is None:
        return True
    assert state.profile is not None
    assert around.children is not None
    counted = [
        child
        for child in around.children.values()
        if child.living and child.parent == state.profile.code and child.level == rule.level
    ]
    days = [child.held[rule.children].last for child in counted if rule.children in child.held]
    return sum(1 for last in days if by is None or last <= by) >= rule.share * len(counted)


def _as_it_was(around: Surroundings, state: UnitState, on: date) -> Surroundings:
    """Without the units that came after the congress of `on`, which nobody could wait for; a unit that itself came
    later found its children there."""
    since = max(on, state.placed or on)
    assert around.children is not None
    children = {code: one for code, one in around.children.items() if (one.placed or on) <= since}
    return replace(around, children=children)


def _check_held(campaign: SimulatedCampaign, taken: Taken, days: Span) -> None:
    state, stage_id = taken.before, getattr(taken.command, "stage", "")
    stage, now = state.rules.stage(stage_id), state.stage(stage_id)
    assert stage is not None
    assert state.profile is not None
    assert days.last <= taken.today
    _check_days(state, stage, days, taken.today)
    if stage.after:
        previous = state.stage(stage.after).held
        assert previous is not None
        assert previous.last <= days.first
    if now.waived:
        return
    if stage.pilots and "pilot" not in state.profile.tags and days.first <= stage.pilots.to:
        assert stage_id in campaign.pilots.get(taken.unit, ())
    assert enough_below(taken.around, state, stage_id, days.first)


def _check_days(state: UnitState, stage: Stage, days: Span, today: date) -> None:
    assert state.profile is not None
    assert state.rules.from_ <= days.first <= days.last <= state.rules.until
    opens = stage.on or stage.opens
    goes_first = stage.pilots is not None and "pilot" in state.profile.tags and days.last <= stage.pilots.to
    assert opens is None or days.first >= opens or goes_first
    assert stage.max_days is None or (days.last - days.first).days < stage.max_days
    for freeze in state.rules.freezes:
        assert (freeze.ordered or freeze.from_) > today or _apart(days, freeze.from_, freeze.to)
    for one in state.freezes:
        assert _apart(days, one.first, one.last)


def _apart(days: Span, first: date, last: date | None) -> bool:
    frozen = [day for no in range((days.last - days.first).days + 1) if (day := days.first + no * DAY) >= first]
    return not any(last is None or day <= last for day in frozen)


def _check_consent(state: UnitState, stage_id: str) -> None:
    now = state.stage(stage_id)
    assert state.profile is not None
    if stage_id == GRASSROOTS and "armed_forces" in state.profile.tags and now.results.get("direct_election") is True:
        assert now.held is not None
        assert now.consents[BODY] <= now.held.last
