"""The tree while changes are made in it, one after another: who lives, under whom, and who has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from calendars.campaigns.units import UnitRow


class Tree:
    """The units of a campaign at one moment between two changes.

    What is asked of it is done without a check: whoever makes a change asks `missing` and `taken` before.
    """

    def __init__(self, units: Iterable[UnitRow]) -> None:
        self._units: dict[str, UnitRow] = {}
        self._ended: dict[str, date] = {}
        self._children: dict[str, dict[str, None]] = {}
        for unit in units:
            self.add(unit)

    def get(self, code: str) -> UnitRow | None:
        """The living unit with this code."""
        return None if code in self._ended else self._units.get(code)

    def children(self, code: str) -> tuple[UnitRow, ...]:
        """The living units directly below, in the order in which they came there."""
        return tuple(self._units[child] for child in self._children.get(code, ()))

    def missing(self, code: str) -> str:
        """Why there is no living unit with this code, "" if there is one."""
        if code in self._ended:
            return f"{code!r} ended on {self._ended[code]}"
        return "" if code in self._units else f"unknown unit {code!r}"

    def taken(self, code: str) -> str:
        """Whose code it is or was, "" if it is free: history keeps the code of a unit that ended."""
        return f"{code!r} is the code of {self._units[code].name}" if code in self._units else ""

    def living(self) -> tuple[UnitRow, ...]:
        """All living units, parents before children, else in the order in which they came."""
        return tuple(sorted((unit for unit in self.ever() if unit.code not in self._ended), key=self._depth))

    def ever(self) -> tuple[UnitRow, ...]:
        """All units there have been, each as it is or was last."""
        return tuple(self._units.values())

    def add(self, unit: UnitRow) -> None:
        """Take in a unit; its parent may come later."""
        self._units[unit.code] = unit
        self._children.setdefault(unit.parent, {})[unit.code] = None

    def rename(self, code: str, name: str) -> None:
        """Call a living unit otherwise."""
        self._units[code] = replace(self._units[code], name=name)

    def transfer(self, code: str, parent: str) -> None:
        """Put a living unit, with all below it, under another parent."""
        unit = self._units[code]
        del self._children[unit.parent][code]
        self.add(replace(unit, parent=parent))

    def merge(self, code: str, into: str, on: date) -> None:
        """End a unit; its children go to the living unit `into`."""
        for child in self.children(code):
            self.transfer(child.code, into)
        self.end(code, on)

    def end(self, code: str, on: date) -> None:
        """End a unit that has no children."""
        del self._children[self._units[code].parent][code]
        self._ended[code] = on

    def _depth(self, unit: UnitRow) -> int:
        depth = 0
        while unit.parent:
            unit = self._units[unit.parent]
            depth += 1
        return depth
