"""The campaign's own stream: its tree, its changes and its freezes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import TypeAdapter
from sqlalchemy import Connection

from calendars.plan.model import Plan
from calendars.sequence.commands import Freeze, Resume
from calendars.sequence.events import Line
from calendars.sequence.status import is_plan_freeze, plan_freeze
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, tree_units
from calendars.store.redrawing import REDRAWN
from calendars.tree.changes import Change, ChangeOrder, Lift
from calendars.tree.checking import check_change
from calendars.tree.model import Tree, Unit
from calendars.tree.reaching import freeze_id

DAY = timedelta(days=1)
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


@dataclass(frozen=True, slots=True)
class OrderedFreeze:
    """A freeze as it was ordered for the campaign, or below `under`; `last` is where it ended or will end for all."""

    id: str
    under: str
    first: date
    last: date | None
    reason: str


def campaign_tree(connection: Connection, campaign: Campaign) -> Tree:
    """All units of the campaign, those that ended as well."""
    found = tree_units(connection, campaign)
    return Tree(Unit(one.code, one.name, one.level, one.parent, one.tags, one.ended) for one in found)


def checked(connection: Connection, campaign: Campaign, lines: Iterable[Line], change: Change, today: date) -> Change:
    """The change as the campaign's stream, of which these are the lines, would hold it: an end of freezes says which.

    Raises `UserError` when it may not be made on `today`.
    """
    tree = campaign_tree(connection, campaign)
    if isinstance(change, Lift):
        above = {unit.code for unit in tree.above(change.under)} | {""}
        lasting = [one.id for one in lasting_freezes(lines, change.on) if one.under in above]
        change = replace(change, freezes=(*lasting, *lasting_in_plan(campaign.plan, today, change.on)))
    check_change(tree, campaign.plan, campaign.release, change, today)
    return change


def campaign_changes(connection: Connection, campaign: str) -> dict[int, tuple[ChangeOrder, int, Plan]]:
    """The changes in the campaign's stream by their numbers, each with the release that held after it and the plan
    that held before it."""
    found: dict[int, tuple[ChangeOrder, int, Plan]] = {}
    lines = stream(connection, campaign, CAMPAIGN_STREAM)
    if not lines:
        return found
    plan, release = Plan.model_validate(lines[0].data["plan"]), 1
    for line in lines[1:]:
        if line.type == REDRAWN:
            continue
        data = {key: value for key, value in line.data.items() if key != "release"}
        change = _CHANGE.validate_python({**data, "kind": line.type})
        release = line.data.get("release", release)
        found[line.no] = ChangeOrder(line.command, line.by, change), release, plan
        if line.type == "amended":
            plan = Plan.model_validate(line.data["plan"])
    return found


def ordered_freezes(lines: Iterable[Line]) -> list[OrderedFreeze]:
    """The freezes of the campaign's stream, with the ends that later changes gave them."""
    found: dict[str, OrderedFreeze] = {}
    for line in lines:
        if line.type == "frozen":
            first = date.fromisoformat(line.data["first"])
            last = date.fromisoformat(line.data["last"]) if line.data["last"] else None
            name = freeze_id(line.no)
            found[name] = OrderedFreeze(name, line.data["under"], first, last, line.data["reason"])
        elif line.type == "resumed":
            last = date.fromisoformat(line.data["on"]) - DAY
            for name in line.data["freezes"]:
                if name in found and found[name].under == line.data["under"]:  # else it ended for a part of its units
                    found[name] = replace(found[name], last=last)
    return list(found.values())


def lasting_freezes(lines: Iterable[Line], on: date | None = None) -> list[OrderedFreeze]:
    """The freezes that have no end, or one on or after the day `on`."""
    return [one for one in ordered_freezes(lines) if one.last is None or (on is not None and one.last >= on)]


def lasting_in_plan(plan: Plan, today: date, on: date) -> list[str]:
    """The freezes of the plan that are known on `today` and last on the day `on`."""
    return [
        plan_freeze(no)
        for no, freeze in enumerate(plan.freezes)
        if (freeze.ordered or freeze.from_) <= today and (freeze.to is None or freeze.to >= on)
    ]


def freezes_at(tree: Tree, lines: Sequence[Line], parent: str, today: date) -> list[Freeze | Resume]:
    """What a unit that joins below `parent` on `today` must be told of the freezes that last there."""
    above = {unit.code for unit in tree.above(parent)} | {""}
    lasting = [one for one in lasting_freezes(lines, today) if one.under in above]
    told: list[Freeze | Resume] = [Freeze(one.id, one.first, one.last, one.reason) for one in lasting]
    for line in lines:
        if line.type == "resumed" and line.data["under"] in above:
            on = date.fromisoformat(line.data["on"])
            known = {one.id for one in lasting}
            ended = (name for name in line.data["freezes"] if name in known or is_plan_freeze(name))
            told += [Resume(name, on) for name in ended]
    return told
