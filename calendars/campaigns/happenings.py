"""What a campaign's files tell of the whole campaign: its freezes, and the changes of its tree, on their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from calendars.campaigns.bundle import Bundle
from calendars.campaigns.changes import ChangeKind, ChangeRow
from calendars.campaigns.records import RecordKind, RecordRow
from calendars.plan.model import Plan
from calendars.tree.changes import Add, Change, Dissolve, Lift, Merge, RenameUnit, Split, Suspend, Transfer


@dataclass(frozen=True, slots=True)
class Happening:
    """A change of the campaign, the day it became known, and the row it stands in, which names it."""

    day: date
    id: str
    change: Change


def happenings(bundle: Bundle) -> tuple[Happening, ...]:
    """The freezes and changes of a campaign's folder, by day and then in the order of the files.

    A freeze that the plan has as well holds by the plan, and is not ordered a second time.
    """
    found = [Happening(row.on, f"changes.csv:{row.line}", change_of(row)) for row in bundle.changes]
    found += _freezes(bundle)
    return tuple(sorted(found, key=lambda one: one.day))


def change_of(row: ChangeRow) -> Change:
    """The change that a row of `changes.csv` tells."""
    match row.kind:
        case ChangeKind.MERGE:
            return Merge((row.unit,), row.into, row.on, row.name, row.parent)
        case ChangeKind.SPLIT:
            return Split(row.unit, row.into, row.name, row.on, row.children)
        case ChangeKind.TRANSFER:
            return Transfer(row.unit, row.parent, row.on)
        case ChangeKind.DISSOLVE:
            return Dissolve(row.unit, row.on)
        case ChangeKind.ADD:
            return Add(row.unit, row.name, row.level, row.parent, row.on, row.tags)
        case ChangeKind.RENAME:
            return RenameUnit(row.unit, row.name, row.on)


def _freezes(bundle: Bundle) -> Iterator[Happening]:
    running: set[str] = set()
    for row in sorted(bundle.records, key=lambda row: (row.ordered or row.on, row.line)):
        name = f"records.csv:{row.line}"
        if row.kind is RecordKind.FREEZE and not _in_plan(bundle.plan, row):
            running.add(row.unit)
            yield Happening(row.ordered or row.on, name, Suspend(row.on, row.to, row.text, row.unit))
        elif row.kind is RecordKind.RESUME and row.unit in running:
            running.discard(row.unit)
            yield Happening(row.ordered or row.on, name, Lift(row.on, row.unit))


def _in_plan(plan: Plan, row: RecordRow) -> bool:
    return not row.unit and any(freeze.from_ == row.on for freeze in plan.freezes)
