"""Which units a change reaches, in which order, and with what.

An interrupted change is sent again as a whole, on the tree as it has become: units that know it answer nothing, and
what ends a unit comes last, so that a repetition finds everything that is left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendars.plan.model import Plan
from calendars.sequence.commands import Command, End, Follow, Freeze, Move, Rename, Resume
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Profile
from calendars.tree.changes import Add, Amend, Change, Dissolve, Lift, Merge, RenameUnit, Split, Suspend, Transfer
from calendars.tree.model import Tree


@dataclass(frozen=True, slots=True)
class Step:
    """Units that begin, then commands to units; a step begins when the one before it is through."""

    begin: tuple[Profile, ...] = ()
    commands: tuple[tuple[str, Command], ...] = ()


def freeze_id(no: int) -> str:
    """What the freeze is called that event `no` of the campaign's stream ordered."""
    return f"freeze/{no}"


def steps(tree: Tree, before: Plan, change: Change, no: int, release: int) -> tuple[Step, ...]:
    """What to send for a change that is event `no` of the campaign's stream; an `Amend` makes the plan's `release`.

    `before` is the plan as it was before the change.
    """
    match change:
        case Amend():
            return (Step(commands=tuple(_amended(tree, before, Plan.model_validate(change.plan), change, release))),)
        case Suspend():
            top = change.under or next((unit.code for unit in tree.below("") if not unit.parent), "")
            frozen = Freeze(freeze_id(no), change.first, change.last, change.reason, under=top)
            return (Step(commands=tuple((unit.code, frozen) for unit in tree.below(change.under))),)
        case Lift():
            orders = [Resume(freeze, change.on) for freeze in change.freezes]
            return (Step(commands=tuple((unit.code, one) for unit in tree.below(change.under) for one in orders)),)
        case Merge():
            return _merged(tree, change)
        case Split():
            return _split(tree, change)
        case Transfer():
            name = tree.units[change.parent].name
            return (Step(commands=((change.unit, Move(change.parent, name, change.on, change.reason)),)),)
        case Dissolve():
            return (Step(commands=((change.unit, End("dissolved", change.on, reason=change.reason)),)),)
        case Add():
            name = tree.units[change.parent].name
            return (Step((Profile(change.unit, change.name, change.level, change.parent, name, change.tags),)),)
        case RenameUnit():
            of_children = tuple(
                (child.code, Rename(child.name, change.on, change.name, change.reason))
                for child in tree.children(change.unit)
            )
            return (Step(commands=((change.unit, Rename(change.name, change.on, "", change.reason)), *of_children)),)


def _amended(tree: Tree, before: Plan, after: Plan, change: Amend, release: int) -> Iterator[tuple[str, Command]]:
    """All dates of every level that has a changed one: a unit that missed a release catches up with the next."""
    follow: dict[str, Follow] = {}
    for level in after.levels:
        was, now = ([StageDates.of(stage) for stage in plan.stages_of(level)] for plan in (before, after))
        if was != now:
            follow[level] = Follow(release, tuple(now), change.instrument)
    for unit in tree.below(""):
        if unit.level in follow:
            yield unit.code, follow[unit.level]


def _merged(tree: Tree, change: Merge) -> tuple[Step, ...]:
    successor = tree.units.get(change.into)
    begin: tuple[Profile, ...] = ()
    if successor is None:
        first = tree.units[change.units[0]]
        parent = change.parent or first.parent
        begin = (Profile(change.into, change.name, first.level, parent, tree.units[parent].name),)
    name = successor.name if successor else change.name
    move = Move(change.into, name, change.on, change.reason)
    ending = [code for code in change.units if code != change.into]
    end = End("merged", change.on, change.into, name, change.reason)
    return (
        Step(begin, tuple((child.code, move) for code in ending for child in tree.children(code))),
        Step(commands=tuple((code, end) for code in ending)),
    )


def _split(tree: Tree, change: Split) -> tuple[Step, ...]:
    unit = tree.units[change.unit]
    parent_name = tree.units[unit.parent].name if unit.parent else ""
    begin = Profile(change.into, change.name, unit.level, unit.parent, parent_name)
    move = Move(change.into, change.name, change.on, change.reason)
    return (Step((begin,), tuple((child, move) for child in change.children)),)
