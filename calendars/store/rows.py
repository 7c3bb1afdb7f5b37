"""The rows of the read model that a unit's state gives."""

from __future__ import annotations

from typing import Any

from calendars.plan.deadlines import margin
from calendars.plan.model import Stage
from calendars.sequence.state import Gate, UnitState
from calendars.sequence.status import due_days, opens_on
from calendars.store.states import dump_state


def unit_row(state: UnitState) -> dict[str, Any]:
    """The `units` row of a unit, without its places in the journal."""
    profile, ended = state.profile, state.ended
    assert profile is not None, "a unit's first event enrols it"
    return {
        "name": profile.name,
        "level": profile.level,
        "parent": profile.parent,
        "tags": list(profile.tags),
        "version": state.version,
        "state": dump_state(state),
        "ended": ended.on if ended else None,
        "successor": ended.successor if ended else "",
    }


def stage_row(state: UnitState, stage: Stage) -> dict[str, Any]:
    """The `stages` row of one stage: what is planned and held, against which days, and what it waits for below."""
    now = state.stage(stage.id)
    target = stage.target.date if stage.target else None
    deadline = stage.deadline.date if stage.deadline else None
    gate = (now.gate or Gate.CLOSED) if state.rules.gate(stage.id) else None
    return {
        "stage": stage.id,
        "scheduled_first": now.scheduled.first if now.scheduled else None,
        "scheduled_last": now.scheduled.last if now.scheduled else None,
        "held_first": now.held.first if now.held else None,
        "held_last": now.held.last if now.held else None,
        "results": now.results,
        "opens": opens_on(stage, state.profile),
        "target": target,
        "deadline": deadline,
        "due": min(due_days(stage, now).values(), default=None),
        "margin_target": margin(target, now.held.last) if now.held else None,
        "margin_deadline": margin(deadline, now.held.last) if now.held else None,
        "gate": gate.value if gate else None,
        "postponed_first": now.postponed.first if now.postponed else None,
        "postponed_last": now.postponed.last if now.postponed else None,
    }
