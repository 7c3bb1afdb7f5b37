"""Gates: what must have been held below a unit before it may hold a stage, and what this seals below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from calendars.sequence.facts import GateTurned, Sealed, Unsealed
from calendars.sequence.rules import GateRule
from calendars.sequence.state import Gate, UnitState
from calendars.sequence.surroundings import Child, Superior, Surroundings

# A share is written with few digits: 0.35 of 20 children are 7 of them, whatever the binary fractions say.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class GateCount:
    """How many children a gate counts, how many of them held their stage, how many must have, and who is awaited."""

    of: int
    held: int
    needed: int
    waiting: tuple[Child, ...]

    @property
    def is_open(self) -> bool:
        """Whether enough held theirs; a gate without children is open."""
        return self.held >= self.needed


def count(rule: GateRule, children: Sequence[Child], by: date | None = None) -> GateCount:
    """The gate over these children; with `by`, a child counts only if its last day is no later than that day."""
    waiting = tuple(child for child in children if not _held(child, rule, by))
    of = len(children)
    return GateCount(of, of - len(waiting), ceil(rule.share * of - ROUNDING), waiting)


def gate_now(state: UnitState, rule: GateRule, around: Surroundings) -> tuple[Gate, GateCount]:
    """How the gate stands: a waiver goes before all, a congress held against a closed gate is a conflict."""
    of_stage = state.stage(rule.stage)
    code = state.profile.code if state.profile else ""
    children = around.below(code, rule)
    if of_stage.held:
        # Whoever came to stand below it after its congress could not be waited for.
        latest = max(of_stage.held.first, state.placed or of_stage.held.first)
        children = tuple(child for child in children if child.placed is None or child.placed <= latest)
    counted = count(rule, children, of_stage.held.first if of_stage.held else None)
    if of_stage.waived:
        return Gate.WAIVED, counted
    if counted.is_open:
        return Gate.OPEN, counted
    return (Gate.CONFLICT if of_stage.held else Gate.CLOSED), counted


def gate_facts(state: UnitState, around: Surroundings, today: date) -> tuple[GateTurned, ...]:
    """The gates that turned since this was last said. A gate that was never spoken of is closed."""
    if state.profile is None or state.ended or around.children is None:
        return ()
    facts = []
    for rule in state.rules.gates:
        gate, counted = gate_now(state, rule, around)
        if gate is not (state.stage(rule.stage).gate or Gate.CLOSED):
            waiting = tuple(child.code for child in counted.waiting)
            facts.append(GateTurned(today, rule.stage, gate, counted.held, counted.of, waiting))
    return tuple(facts)


def seal_facts(state: UnitState, superior: Superior | None, today: date) -> tuple[Sealed | Unsealed, ...]:
    """What the superior's congresses, held or taken back, seal or unseal since this was last said."""
    profile = state.profile
    if superior is None or profile is None or state.ended or superior.code != profile.parent:
        return ()
    facts: list[Sealed | Unsealed] = []
    kept = {stage for above, stages in state.rules.seals.items() if superior.held.get(above) for stage in stages}
    for above, stages in state.rules.seals.items():
        now, before = superior.held.get(above), state.superior.get(above)
        if now and now != before:
            facts.append(Sealed(today, superior.code, above, now, stages))
        elif before and not now:
            facts.append(Unsealed(today, superior.code, above, tuple(stage for stage in stages if stage not in kept)))
    return tuple(facts)


def _held(child: Child, rule: GateRule, by: date | None) -> bool:
    held = child.held.get(rule.children)
    return held is not None and (by is None or held.last <= by)
