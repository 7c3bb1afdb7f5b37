"""When a superior gets the summary of the units below it: regularly, as long as it waits for some of them."""

from __future__ import annotations

from datetime import date, timedelta

from calendars.plan.model import DigestRhythm
from calendars.sequence.facts import DigestDue
from calendars.sequence.rules import NoticeRules
from calendars.sequence.state import UnitState
from calendars.sequence.surroundings import Surroundings

DAY = timedelta(days=1)
OPEN_ENDED = -1


def digest_facts(state: UnitState, around: Surroundings, today: date) -> tuple[DigestDue, ...]:
    """The summary that is due on `today`; one that a service missed is given late, several become one."""
    waiting = _waiting(state, around)
    if waiting is None or today > state.rules.until:
        return ()
    latest = _latest(state, today)
    if not state.awaited and latest != today:
        return ()  # nobody was awaited then, so nothing was missed
    if _said(state) < latest:
        return (DigestDue(today, waiting),)
    return ()


def next_digest(state: UnitState, around: Surroundings, today: date) -> date | None:
    """The first day after `today` on which `digest_facts` gives anything as things stand."""
    if _waiting(state, around) is None or state.rules.notices is None:
        return None
    day = today + DAY
    while day <= state.rules.until:
        if day > _said(state) and _is_digest_day(state, day):
            return day
        day += DAY
    return None


def _waiting(state: UnitState, around: Surroundings) -> int | None:
    """How many of the units below are open; None where there is nothing to summarise. Once all have held what is waited
    for, there is one more summary, the last."""
    rules = state.rules
    if rules.notices is None or rules.reminders is None or rules.reminders.digest is DigestRhythm.OFF:
        return None
    if state.profile is None or state.ended or not rules.notices.below:
        return None
    if not rules.gates:
        return OPEN_ENDED
    if around.children is None:
        return None
    code = state.profile.code
    waiting = sum(gate.children not in child.held for gate in rules.gates for child in around.below(code, gate))
    return waiting if waiting or state.awaited else None


def _said(state: UnitState) -> date:
    return state.digest or (state.since or state.rules.from_) - DAY


def _latest(state: UnitState, today: date) -> date:
    """The last day for a summary within the week up to `today`; an older one is overtaken by the next."""
    days = (today - no * DAY for no in range(7))
    return next((day for day in days if _is_digest_day(state, day)), date.min)


def _is_digest_day(state: UnitState, day: date) -> bool:
    notices, reminders = state.rules.notices, state.rules.reminders
    assert notices is not None
    assert reminders is not None
    if not notices.works(day) or not state.rules.from_ <= day <= state.rules.until:
        return False
    return reminders.digest is DigestRhythm.DAILY or day == _first_working(notices, day)


def _first_working(notices: NoticeRules, day: date) -> date:
    monday = day - timedelta(days=day.weekday())
    return next((found for no in range(7) if notices.works(found := monday + no * DAY)), monday)
