"""What a unit knows of the units around it: who stands below it and what they held, whether the pilots are through.

None of this is journalled in the unit's stream: it is told by the neighbours and can be read again from the read model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calendars.sequence.rules import GateRule
from calendars.sequence.state import Span, UnitState


@dataclass(frozen=True, slots=True)
class Child:
    """A unit as its superior knows it: `held` and `reviewed` name only the stages that the superior counts.

    `version` tells older news from newer ones; `parent` is the superior it stands under by now, `placed` the day since
    which it does, `moves` how often it came under another one.
    """

    code: str
    name: str
    level: str
    parent: str
    version: int = 0
    living: bool = True
    held: dict[str, Span] = field(default_factory=dict)
    placed: date | None = None
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Superior:
    """The superior's congresses that rest on stages of its children, each with its days."""

    code: str
    version: int = 0
    held: dict[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`children` is None while the unit does not know who stands below it; `pilots` are the stages for which the pilots
    under the same superior held their congress and the superior recorded what was learnt."""

    children: Mapping[str, Child] | None = None
    pilots: tuple[str, ...] = ()
    superior: Superior | None = None

    def below(self, unit: str, gate: GateRule) -> tuple[Child, ...]:
        """The living direct children that the gate counts, by code; none while they are not known."""
        counted = (child for child in (self.children or {}).values() if child.living and child.parent == unit)
        return tuple(sorted((child for child in counted if child.level == gate.level), key=lambda child: child.code))


UNKNOWN = Surroundings()


def child_of(state: UnitState) -> Child:
    """The unit in `state` as its superior is to know it."""
    profile = state.profile
    assert profile is not None, "a unit's first event enrols it"
    held = {stage: days for stage in state.rules.watched if (days := state.stage(stage).held)}
    living = state.ended is None
    return Child(
        profile.code,
        profile.name,
        profile.level,
        profile.parent,
        state.version,
        living,
        held,
        state.placed,
        state.moves,
    )


def superior_of(state: UnitState) -> Superior:
    """The unit in `state` as its children are to know it."""
    held = {gate.stage: days for gate in state.rules.gates if (days := state.stage(gate.stage).held)}
    return Superior(state.profile.code if state.profile else "", state.version, held)
