"""What a change of the campaign or of the tree makes of one unit. A change that the unit knows already makes nothing:
such changes reach thousands of units, and may be sent again after an interruption."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from calendars.sequence.commands import End, Enrol, Follow, Freeze, Move, OfUnit, Rename, Resume
from calendars.sequence.due import postponements
from calendars.sequence.facts import Amended, Ended, Fact, Frozen, Renamed, Resumed, Transferred
from calendars.sequence.results import clean
from calendars.sequence.state import Suspension, UnitState
from calendars.sequence.status import suspensions


def decide_change(state: UnitState, command: OfUnit, today: date) -> tuple[Fact, ...]:
    """The facts of an enrolled unit that follow from a change; none for a unit that has ended or knows the change."""
    assert state.profile is not None, "the unit is enrolled"
    if state.ended:
        return ()
    profile = state.profile
    match command:
        case Follow():
            known = command.release <= state.rules_version
            return () if known else (Amended(today, command.release, command.dates, command.source),)
        case Freeze():
            return _freeze(state, command, today)
        case Resume():
            return _resume(state, command, today)
        case Move():
            known = command.parent == profile.parent
            moved = Transferred(command.on, command.parent, command.parent_name, command.reason)
            return () if known else (moved,)
        case Rename():
            known = command.name == profile.name and command.parent_name in ("", profile.parent_name)
            return () if known else (Renamed(command.on, command.name, command.parent_name, command.reason),)
        case End():
            calendar, successor = state.rules.calendar, (command.successor, command.successor_name)
            shown = command.on + timedelta(days=calendar.shown_days - 1) if calendar else None
            return (Ended(command.on, command.how, *successor, command.reason, shown),)
        case Enrol():
            return ()


def _freeze(state: UnitState, command: Freeze, today: date) -> tuple[Fact, ...]:
    if any(one.id == command.freeze for one in state.freezes):
        return ()
    reason = clean(command.reason)
    frozen = Frozen(today, command.freeze, command.first, command.last, reason, command.under)
    suspension = Suspension(command.freeze, command.first, command.last, reason)
    return frozen, *postponements(replace(state, freezes=(*state.freezes, suspension)), today)


def _resume(state: UnitState, command: Resume, today: date) -> tuple[Fact, ...]:
    last = date.fromordinal(max(command.on.toordinal() - 1, 1))  # the calendar begins on a day that has none before it
    for one in suspensions(state, today):
        if one.id == command.freeze and (one.last is None or one.last > last):
            return (Resumed(today, command.freeze, last),)
    return ()
