"""What is done in each unit of a tree and below it, and how early. Pure: the campaign's day is handed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from calendars.store.feeds import CampaignView
from calendars.store.stage_lines import StageLine, stage_lines
from calendars.web.gathered import Revision, revision_of
from calendars.web.pages.page import Seen

DAYS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Branch:
    """Stages of a unit and everything below it: all, held, overdue; the least margins of those that were held, in days,
    + is early, None where there is none."""

    stages: int = 0
    held: int = 0
    overdue: int = 0
    margin_target: int | None = None
    margin_deadline: int | None = None

    @property
    def share(self) -> float:
        """The share held; 0 where there is no stage."""
        return self.held / self.stages if self.stages else 0.0

    @property
    def margin(self) -> int | None:
        """The least margin against the central deadline, or against the local target where there is no deadline."""
        return self.margin_target if self.margin_deadline is None else self.margin_deadline

    def with_(self, other: Branch) -> Branch:
        """Both together."""
        return Branch(
            self.stages + other.stages,
            self.held + other.held,
            self.overdue + other.overdue,
            _least(self.margin_target, other.margin_target),
            _least(self.margin_deadline, other.margin_deadline),
        )


EMPTY = Branch()
Branches = Mapping[str, Branch]


def branches(view: CampaignView, lines: Iterable[StageLine], day: date) -> Branches:
    """Every unit's branch on `day`; what ended by then counts nowhere."""
    found = dict.fromkeys(view.units, EMPTY)
    for line in lines:
        if line.unit in found and line.counts(day):
            found[line.unit] = found[line.unit].with_(_of(line, day))
    for code in reversed(_top_down(view)):
        parent = view.units[code].parent
        if parent in found:
            found[parent] = found[parent].with_(found[code])
    return found


def _of(line: StageLine, day: date) -> Branch:
    if not line.held_by(day):
        return Branch(1, 0, int(line.overdue_on(day)))
    return Branch(1, 1, 0, line.margin_target, line.margin_deadline)


def _top_down(view: CampaignView) -> list[str]:
    """The units, each after its superior."""
    order = sorted(code for code, unit in view.units.items() if unit.parent not in view.units)
    for code in order:  # which grows meanwhile
        order.extend(view.children.get(code, ()))
    return order


def _least(one: int | None, other: int | None) -> int | None:
    return min((margin for margin in (one, other) if margin is not None), default=None)


class Grown:
    """The branches of the days looked at last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Revision, date], Branches] = OrderedDict()

    def branches(self, seen: Seen) -> Branches:
        """Those of the whole campaign on the shown day."""
        key = revision_of(seen.campaign, seen.view), seen.day
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = branches(seen.view, stage_lines(seen.connection, seen.campaign), seen.day)
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > DAYS_KEPT:
                self._kept.popitem(last=False)
        return found
