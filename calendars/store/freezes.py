"""The suspensions of a campaign as they were known on a day: those of its plan, and those ordered later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from calendars.plan.model import Plan
from calendars.sequence.events import Line
from calendars.sequence.status import plan_freeze
from calendars.store.changes import OrderedFreeze, ordered_freezes

DAY = timedelta(days=1)


def freezes_on(plan: Plan, lines: Iterable[Line], day: date) -> list[OrderedFreeze]:
    """The freezes that had been ordered by `day`, past ones as well, by their first days.

    `lines` are the campaign's stream; an end that was ordered later than `day` is not known yet.
    """
    known = [line for line in lines if line.effective <= day]
    found = {
        plan_freeze(no): OrderedFreeze(plan_freeze(no), "", freeze.from_, freeze.to, freeze.source or "")
        for no, freeze in enumerate(plan.freezes)
        if (freeze.ordered or freeze.from_) <= day
    }
    for line in known:
        if line.type == "resumed" and not line.data["under"]:
            for name in line.data["freezes"]:
                if name in found:
                    found[name] = replace(found[name], last=date.fromisoformat(line.data["on"]) - DAY)
    return sorted([*found.values(), *ordered_freezes(known)], key=lambda one: (one.first, one.id))
