"""The tree of a campaign: `units.csv`, one unit a row, every mistake in it named at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calendars.campaigns.faults import Faults
from calendars.campaigns.tables import File, Row, read_table
from calendars.tree.checking import CODE

COLUMNS = ("code", "name", "level", "parent")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as its file gives it. `parent` is empty for the root; `line` is its line in the file."""

    code: str
    name: str
    level: str
    parent: str
    tags: tuple[str, ...] = ()
    source: str = ""
    certainty: str = ""
    line: int = 0


def read_units(path: File, levels: Sequence[str], there: Sequence[UnitRow] = ()) -> tuple[UnitRow, ...]:
    """The units of a file, parents before children, else in the file's order.

    `levels` are the plan's, top down; a unit may skip a level but must be below its parent. Columns `code`, `name`,
    `level`, `parent`, and if wanted `tags` (separated by blanks), `source`, `certainty`; others are left aside, also
    those of `contact.`, which `contacts_in_units` reads.

    With the units that are `there` already the file adds to their tree: it may repeat them, unchanged, and the whole
    tree is given. Raises `Problems` with every mistake found, `UserError` for a file that is no table.
    """
    rows = read_table(path, COLUMNS)
    faults = Faults(path)
    units = [_unit(row) for row in rows]
    for row, unit in zip(rows, units, strict=True):
        faults.shape(row)
        _check_cells(unit, levels, faults)
    _check_duplicates(units, faults)
    tree = [*there, *_added(units, there, faults)]
    _check_tree(tree, levels, faults)
    faults.raise_any()
    return tuple(sorted(tree, key=lambda unit: levels.index(unit.level)))


def _unit(row: Row) -> UnitRow:
    return UnitRow(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        parent=row["parent"],
        tags=tuple(dict.fromkeys(row["tags"].split())),
        source=row["source"],
        certainty=row["certainty"],
        line=row.line,
    )


def _check_cells(unit: UnitRow, levels: Sequence[str], faults: Faults) -> None:
    if not unit.code:
        faults.add(unit.line, "code is empty", "code còn trống")
    elif not CODE.fullmatch(unit.code):
        expected = "expected up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"
        expected_vi = "cần không quá 64 ký tự A-Z a-z 0-9 . _ -, bắt đầu bằng chữ hoặc số"
        faults.add(unit.line, f"code {unit.code!r}: {expected}", f"code {unit.code!r}: {expected_vi}")
    if not unit.name:
        faults.add(unit.line, "name is empty", "name còn trống")
    if unit.level not in levels:
        known = ", ".join(levels)
        said = f"unknown level {unit.level!r}, expected one of {known}"
        faults.add(unit.line, said, f"không có cấp {unit.level!r}, cần một trong các cấp {known}")


def _check_duplicates(units: list[UnitRow], faults: Faults) -> None:
    first: dict[str, int] = {}
    for unit in units:
        if unit.code in first:
            line = first[unit.code]
            said = f"duplicate code {unit.code!r}, already on line {line}"
            faults.add(unit.line, said, f"trùng mã {unit.code!r}, đã có ở dòng {line}")
        elif unit.code:
            first[unit.code] = unit.line


def _added(units: list[UnitRow], there: Sequence[UnitRow], faults: Faults) -> Iterator[UnitRow]:
    known = {unit.code: unit for unit in there}
    for unit in units:
        old = known.get(unit.code)
        if old is None:
            yield unit
            continue
        changed = [column for column in COLUMNS if getattr(unit, column) != getattr(old, column)]
        if unit.tags and set(unit.tags) != set(old.tags):
            changed.append("tags")
        if changed:
            columns = ", ".join(changed)
            said = f"unit {unit.code!r} is there already with another {columns}"
            faults.add(unit.line, said, f"đã có đơn vị {unit.code!r} với nội dung khác ở cột {columns}")


def _check_tree(units: list[UnitRow], levels: Sequence[str], faults: Faults) -> None:
    known: dict[str, UnitRow] = {}
    for unit in units:
        if unit.code:  # a unit without a code is nobody's parent, though roots name the empty one
            known.setdefault(unit.code, unit)
    _check_roots([unit for unit in units if not unit.parent], faults)
    circular: set[str] = set()
    for cycle in _cycles(known):
        circular.update(unit.code for unit in cycle)
        chain = " -> ".join(unit.code for unit in (*cycle, cycle[0]))
        faults.add(cycle[0].line, f"cycle of parents: {chain}", f"các đơn vị cấp trên nối vòng: {chain}")
    for unit in units:
        parent = known.get(unit.parent)
        if not unit.parent or unit.code in circular:
            continue
        if parent is None:
            said = f"orphan {unit.code!r}: unknown parent {unit.parent!r}"
            faults.add(unit.line, said, f"{unit.code!r}: không có đơn vị cấp trên {unit.parent!r}")
        elif {unit.level, parent.level} <= set(levels) and levels.index(unit.level) <= levels.index(parent.level):
            above = f"{parent.level!r}, the level of its parent {parent.code!r}"
            above_vi = f"cấp {parent.level!r} của đơn vị cấp trên {parent.code!r}"
            said = f"level {unit.level!r} of {unit.code!r} is not below {above}"
            faults.add(unit.line, said, f"cấp {unit.level!r} của {unit.code!r} không dưới {above_vi}")


def _check_roots(roots: list[UnitRow], faults: Faults) -> None:
    if not roots:
        said = "no root, expected one unit without a parent"
        faults.add(0, said, "không có đơn vị cao nhất, cần một đơn vị không có cấp trên")
    for unit in roots[1:]:
        first, line = roots[0].code, roots[0].line
        said = f"second root {unit.code!r}, the first is {first!r}" + f" on line {line}" * bool(line)
        said_vi = f"đơn vị cao nhất thứ hai {unit.code!r}, đơn vị đầu là {first!r}" + f" ở dòng {line}" * bool(line)
        faults.add(unit.line, said, said_vi)


def _cycles(units: dict[str, UnitRow]) -> Iterator[list[UnitRow]]:
    """Each cycle once, from its first unit in the file, upwards: walk to the root until a unit repeats."""
    done: set[str] = set()
    for start in units:
        path: dict[str, None] = {}
        code = start
        while code in units and code not in done and code not in path:
            path[code] = None
            code = units[code].parent
        if code in path:
            walked = list(path)
            cycle = [units[member] for member in walked[walked.index(code) :]]
            first = min(range(len(cycle)), key=lambda index: cycle[index].line)
            yield cycle[first:] + cycle[:first]
        done.update(path)
