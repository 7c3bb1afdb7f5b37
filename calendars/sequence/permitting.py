"""Decisions on what may go ahead: waivers, consents, reviews of pilots, steps ticked off, own days, unsealing."""

from __future__ import annotations

from datetime import date

from calendars.plan.model import Stage
from calendars.sequence.checks import check_campaign, shown
from calendars.sequence.commands import Done, GiveConsent, Reopen, Review, SetPin, Unpin, Waive
from calendars.sequence.facts import Consented, LeadInDone, OfStage, Pinned, Reopened, Reviewed, Unpinned, Waived
from calendars.sequence.permissions import needed_consents
from calendars.sequence.refusals import refuse
from calendars.sequence.results import clean
from calendars.sequence.state import Span, UnitState
from calendars.sequence.status import is_pilot

Permission = Waive | GiveConsent | Review | Done | SetPin | Unpin | Reopen


def permit(state: UnitState, stage: Stage, command: Permission, today: date) -> OfStage:
    """The fact that `command` causes when given on `today`. Raises `Refused` when it may not."""
    match command:
        case Waive():
            return _waive(state, stage, command, today)
        case GiveConsent():
            return _consent(state, stage, command, today)
        case Review():
            return _review(state, stage, command, today)
        case Done():
            return _tick_off(state, stage, command, today)
        case SetPin():
            return _pin(state, stage, command, today)
        case Unpin():
            return _unpin(state, stage, command, today)
        case Reopen():
            return _reopen(state, stage, command, today)


def _waive(state: UnitState, stage: Stage, command: Waive, today: date) -> Waived:
    """A superior lets the stage be held though something is missing. It may come before or after the congress."""
    reason = reason_of(stage, command.reason)
    day = _past(stage, command.on or today, today)
    if before := state.stage(stage.id).waived:
        raise refuse("already_waived", stage, reason=before)
    if not (state.rules.gate(stage.id) or stage.pilots):
        raise refuse("nothing_to_waive", stage)
    return Waived(day, stage.id, reason)


def _consent(state: UnitState, stage: Stage, command: GiveConsent, today: date) -> Consented:
    """A body whose consent the unit needs has agreed."""
    bodies = [one.from_ for one in needed_consents(state, stage)]
    body = clean(command.body)
    if body not in bodies:
        known = ", ".join(bodies)
        params = {"bodies_en": known or "nobody", "bodies_vi": known or "không có cơ quan nào"}
        raise refuse("unknown_body", stage, body=shown(body), **params)
    day = _past(stage, command.on, today)
    if (given := state.stage(stage.id).consents.get(body)) is not None and given <= day:
        raise refuse("already_consented", stage, body=body, consented=given.isoformat())
    return Consented(day, stage.id, body)


def _review(state: UnitState, stage: Stage, command: Review, today: date) -> Reviewed:
    """The superior recorded what was learnt from a pilot, once that was held."""
    if not (stage.pilots and is_pilot(state.profile)):
        raise refuse("not_a_pilot", stage)
    now = state.stage(stage.id)
    if now.held is None:
        raise refuse("not_held_yet", stage)
    if now.reviewed:
        raise refuse("already_reviewed", stage, reviewed=now.reviewed.isoformat())
    return Reviewed(_past(stage, command.on, today), stage.id, clean(command.text))


def _tick_off(state: UnitState, stage: Stage, command: Done, today: date) -> LeadInDone:
    """A preparatory step of the stage was done."""
    if command.lead_in not in {lead_in.id for lead_in in stage.lead_ins}:
        known = ", ".join(lead_in.id for lead_in in stage.lead_ins)
        params = {"lead_ins_en": known or "none", "lead_ins_vi": known or "không có bước nào"}
        raise refuse("unknown_lead_in", stage, lead_in=shown(command.lead_in), **params)
    if done := state.stage(stage.id).done.get(command.lead_in):
        raise refuse("already_done", stage, lead_in=command.lead_in, done=done.isoformat())
    return LeadInDone(_past(stage, command.on or today, today), stage.id, command.lead_in)


def _pin(state: UnitState, stage: Stage, command: SetPin, today: date) -> Pinned:
    """The unit gets a due day of its own, within the campaign."""
    reason = reason_of(stage, command.reason)
    check_campaign(state, stage, Span(command.day, command.day))
    there = state.stage(stage.id).pins.get(command.clock)
    if there and there.day == command.day:
        raise refuse("already_pinned", stage, day=there.day.isoformat(), reason=there.reason)
    return Pinned(today, stage.id, command.clock, command.day, reason)


def _unpin(state: UnitState, stage: Stage, command: Unpin, today: date) -> Unpinned:
    """The plan's day holds again."""
    reason = reason_of(stage, command.reason)
    if command.clock not in state.stage(stage.id).pins:
        raise refuse("not_pinned", stage)
    return Unpinned(today, stage.id, command.clock, reason)


def _reopen(state: UnitState, stage: Stage, command: Reopen, today: date) -> Reopened:
    """An administrator unseals a report."""
    reason = reason_of(stage, command.reason)
    if not state.stage(stage.id).sealed:
        raise refuse("not_sealed", stage)
    return Reopened(today, stage.id, reason)


def reason_of(stage: Stage, text: str) -> str:
    """A reason on one line. Raises `Refused` when there is none."""
    reason = clean(text)
    if not reason:
        raise refuse("no_reason_given", stage)
    return reason


def _past(stage: Stage, day: date, today: date) -> date:
    if day > today:
        raise refuse("day_in_future", stage, on=day.isoformat(), today=today.isoformat())
    return day
