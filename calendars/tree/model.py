"""The tree of units, as a change of the campaign sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the tree. `parent` is empty for the root, `ended` the day on which it ended, if it did."""

    code: str
    name: str
    level: str
    parent: str = ""
    tags: tuple[str, ...] = ()
    ended: date | None = None


class Tree:
    """All units of a campaign, those that ended as well."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = {unit.code: unit for unit in units}
        self._children: dict[str, list[Unit]] = {}
        for unit in self.units.values():
            if unit.ended is None:
                self._children.setdefault(unit.parent, []).append(unit)

    def living(self, code: str) -> Unit | None:
        """The unit with this code, if there is one that has not ended."""
        unit = self.units.get(code)
        return unit if unit is not None and unit.ended is None else None

    def children(self, code: str) -> tuple[Unit, ...]:
        """The living units directly below, by code."""
        return tuple(sorted(self._children.get(code, ()), key=lambda unit: unit.code))

    def below(self, code: str) -> Iterator[Unit]:
        """The living unit and all that live below it; with an empty code the whole tree, parents before children."""
        unit = self.living(code)
        if unit is not None:
            yield unit
        for child in self.children(code):
            yield from self.below(child.code)

    def above(self, code: str) -> Iterator[Unit]:
        """The unit and every superior of it, upward."""
        seen: set[str] = set()
        while code in self.units and code not in seen:
            seen.add(code)
            yield self.units[code]
            code = self.units[code].parent
