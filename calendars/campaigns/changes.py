"""How the tree changed: `changes.csv`, one change a row, in force from its day.

kind      unit              into                      name       level      parent      tags       children
merge     who ends          its successor             of a new   of a new   of a new    -          -
split     who lives on      the new unit              needed     -          -           -          who go to the new one
transfer  who moves         -                         -          -          the new     -          -
dissolve  who ends          -                         -          -          -           -          -
add       the new unit      -                         needed     needed     needed      if any     -
rename    who is renamed    -                         the new    -          -           -          -

A merge carries the children of the unit along to its successor, so they need no transfers of their own. The successor
is a living unit of the same level, or the superior, where a level disappears, or a new one for which the row has a
name; a new one has the level of the unit, and its parent unless the row names another. Units that merge into one new
unit have a row each, and only the first names it.
Changes of one day are made in the order of their rows. Codes in `children` and tags are separated by blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from calendars.campaigns.faults import Faults
from calendars.campaigns.tables import Row, read_table
from calendars.campaigns.tree import Tree
from calendars.campaigns.units import UnitRow
from calendars.plan.model import Plan
from calendars.tree.checking import CODE

COLUMNS = ("kind", "unit", "on")


class ChangeKind(StrEnum):
    """What a change does."""

    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"
    DISSOLVE = "dissolve"
    ADD = "add"
    RENAME = "rename"


A = {kind: f"{'an' if kind is ChangeKind.ADD else 'a'} {kind}" for kind in ChangeKind}
OF_KINDS = ("into", "name", "level", "parent", "tags", "children")
NEEDED = {
    ChangeKind.MERGE: ("into",),
    ChangeKind.SPLIT: ("into", "name"),
    ChangeKind.TRANSFER: ("parent",),
    ChangeKind.DISSOLVE: (),
    ChangeKind.ADD: ("name", "level", "parent"),
    ChangeKind.RENAME: ("name",),
}
POSSIBLE = {
    ChangeKind.MERGE: ("name", "level", "parent"),
    ChangeKind.SPLIT: ("children",),
    ChangeKind.ADD: ("tags",),
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of the tree; which fields are filled follows from `kind`. It is in force from `on`.

    Where a merge or a split makes a new unit, `level` and `parent` are that unit's even if the file leaves them out.
    """

    kind: ChangeKind
    unit: str
    into: str = ""
    on: date = field(kw_only=True)
    name: str = ""
    level: str = ""
    parent: str = ""
    tags: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    source: str = ""
    certainty: str = ""
    line: int = 0


def read_changes(path: Path | str, plan: Plan, units: Iterable[UnitRow]) -> tuple[ChangeRow, ...]:
    """The changes of a file by day, those of one day in the file's order.

    Each is checked against the tree as the changes before it left it. Parents keep to a level above, so no change can
    close a circle. Raises `Problems` with every mistake found, `UserError` for a file that is no table.
    """
    faults = Faults(path)
    rows = read_table(path, COLUMNS)
    read = [_change(row, plan, faults) for row in rows]
    walk = _Walk(Tree(units), plan.levels, faults)
    for row, change in zip(rows, read, strict=True):
        if change is None:
            walk.refused.update((row["unit"], row["into"]))
    made = [walk.make(change) for change in sorted(filter(None, read), key=lambda change: change.on)]
    faults.raise_any()
    return tuple(made)


def apply(units: Iterable[UnitRow], changes: Iterable[ChangeRow]) -> tuple[UnitRow, ...]:
    """The units that live after all changes, parents before children. The changes are as `read_changes` gives them."""
    return _applied(units, changes).living()


def units_ever(units: Iterable[UnitRow], changes: Iterable[ChangeRow]) -> tuple[UnitRow, ...]:
    """The units that live at any time, those that end and those that changes make included, each as it is at last."""
    return _applied(units, changes).ever()


def _applied(units: Iterable[UnitRow], changes: Iterable[ChangeRow]) -> Tree:
    tree = Tree(units)
    for change in changes:
        _make(tree, change)
    return tree


def _make(tree: Tree, change: ChangeRow) -> None:
    match change.kind:
        case ChangeKind.MERGE:
            if tree.get(change.into) is None:
                tree.add(_new_unit(change, change.into))
            tree.merge(change.unit, change.into, change.on)
        case ChangeKind.SPLIT:
            tree.add(_new_unit(change, change.into))
            for child in change.children:
                tree.transfer(child, change.into)
        case ChangeKind.TRANSFER:
            tree.transfer(change.unit, change.parent)
        case ChangeKind.DISSOLVE:
            tree.end(change.unit, change.on)
        case ChangeKind.ADD:
            tree.add(_new_unit(change, change.unit))
        case ChangeKind.RENAME:
            tree.rename(change.unit, change.name)


def _new_unit(change: ChangeRow, code: str) -> UnitRow:
    marks = (change.source, change.certainty, change.line)
    return UnitRow(code, change.name, change.level, change.parent, change.tags, *marks)


def _change(row: Row, plan: Plan, faults: Faults) -> ChangeRow | None:
    before = len(faults.problems)
    faults.shape(row)
    on, _ = faults.days(row, plan)
    if not row["unit"]:
        faults.add(row.line, "unit is empty, expected a code")
    if row["kind"] not in list(ChangeKind):
        faults.add(row.line, f"unknown kind {row['kind']!r}, expected one of {', '.join(ChangeKind)}")
        return None
    kind = ChangeKind(row["kind"])
    for column in OF_KINDS:
        if column in NEEDED[kind] and not row[column]:
            faults.add(row.line, f"{column} is empty, {A[kind]} needs it")
        elif row[column] and column not in (*NEEDED[kind], *POSSIBLE.get(kind, ())):
            faults.add(row.line, f"{column} {row[column]!r}: {A[kind]} has none")
    if on is None or len(faults.problems) > before:
        return None
    return ChangeRow(
        kind,
        row["unit"],
        row["into"],
        row["name"],
        row["level"],
        row["parent"],
        tuple(dict.fromkeys(row["tags"].split())),
        tuple(dict.fromkeys(row["children"].split())),
        row["source"],
        row["certainty"],
        row.line,
        on=on,
    )


class _Walk:
    """The tree as it goes from change to change.

    A change with a mistake is not made; the units it would have made are `refused`, and not missed in later rows.
    """

    def __init__(self, tree: Tree, levels: Sequence[str], faults: Faults) -> None:
        self.tree, self.levels, self.faults = tree, levels, faults
        self.refused: set[str] = set()

    def make(self, change: ChangeRow) -> ChangeRow:
        """Make the change if nothing speaks against it; it comes back with its new unit's level and parent."""
        unit = self.tree.get(change.unit)
        if unit and change.into and not self.tree.taken(change.into):
            change = replace(change, level=change.level or unit.level, parent=change.parent or unit.parent)
        mistakes = list(self._mistakes(change))
        for mistake in filter(None, mistakes):
            self.faults.add(change.line, mistake)
        if mistakes:
            self.refused.update((change.unit, change.into))
        else:
            _make(self.tree, change)
        return change

    def _mistakes(self, change: ChangeRow) -> Iterator[str]:
        """What speaks against a change; an empty text is what another row has been told already."""
        if change.kind is ChangeKind.ADD:
            yield from self._new(change.unit)
            yield from self._below(change.unit, change.level, change.parent)
            return
        if reason := self.tree.missing(change.unit):
            yield self._told(change.unit, reason)
        unit = self.tree.get(change.unit)
        if unit is None:
            return
        if not unit.parent and change.kind is not ChangeKind.RENAME:
            yield f"{unit.code!r} is the root of the tree, which stays as it is"
            return
        match change.kind:
            case ChangeKind.MERGE:
                yield from self._merge(change, unit)
            case ChangeKind.SPLIT:
                yield from self._new(change.into)
                yield from self._children(change.children, unit)
            case ChangeKind.TRANSFER if unit.parent == change.parent:
                yield f"{unit.code!r} is below {unit.parent!r} already"
            case ChangeKind.TRANSFER:
                yield from self._below(unit.code, unit.level, change.parent)
            case ChangeKind.DISSOLVE:
                if children := self.tree.children(unit.code):
                    such = f"{len(children)} units below it, such as {children[0].code!r}"
                    yield f"{unit.code!r} has {such}: merge it, or transfer them before"
            case ChangeKind.RENAME if unit.name == change.name:
                yield f"{unit.code!r} is called {unit.name!r} already"

    def _merge(self, change: ChangeRow, unit: UnitRow) -> Iterator[str]:
        into = self.tree.get(change.into)
        if unit is into:
            yield f"into {change.into!r} is the unit itself"
        elif into:
            if into.level != unit.level and into.code != unit.parent:
                whose = f"its successor {into.code!r}, {into.level!r}"
                yield f"level {unit.level!r} of {unit.code!r} is not that of {whose}"
            for column in ("name", "level", "parent"):
                if getattr(change, column) not in ("", getattr(into, column)):
                    yield f"unit {into.code!r} is there already with another {column}"
        elif self.tree.taken(change.into):
            yield self.tree.missing(change.into)
        elif not change.name:
            yield self._told(change.into, f"unknown unit {change.into!r}; a new one needs a name")
        else:
            yield from self._new(change.into)
            if change.level != unit.level:
                yield f"level {change.level!r} of {change.into!r} is not that of {unit.code!r}, {unit.level!r}"
            yield from self._below(change.into, change.level, change.parent)

    def _new(self, code: str) -> Iterator[str]:
        if taken := self.tree.taken(code):
            yield f"{taken}, expected a new one"
        elif not CODE.fullmatch(code):
            yield f"code {code!r}: expected up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"

    def _below(self, code: str, level: str, parent: str) -> Iterator[str]:
        above = self.tree.get(parent)
        if above is None:
            yield self._told(parent, f"parent: {self.tree.missing(parent)}")
        if level not in self.levels:
            yield f"unknown level {level!r}, expected one of {', '.join(self.levels)}"
        elif above and self.levels.index(level) <= self.levels.index(above.level):
            yield f"level {level!r} of {code!r} is not below {above.level!r}, the level of its parent {parent!r}"

    def _children(self, children: Iterable[str], unit: UnitRow) -> Iterator[str]:
        for code in children:
            child = self.tree.get(code)
            if child is None:
                yield self._told(code, f"child: {self.tree.missing(code)}")
            elif child.parent != unit.code:
                yield f"child {code!r} is not directly below {unit.code!r}"

    def _told(self, code: str, reason: str) -> str:
        return "" if code in self.refused and not self.tree.taken(code) else reason
