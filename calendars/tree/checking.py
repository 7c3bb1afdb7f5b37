"""Whether a change of the campaign may be made. Every check passes silently or raises `UserError` in one sentence."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from calendars.errors import UserError
from calendars.plan.model import Plan
from calendars.plan.releases import FIELDS
from calendars.tree.changes import (
    Add,
    Amend,
    Change,
    Dissolve,
    Lift,
    Merge,
    OfTree,
    RenameUnit,
    Split,
    Suspend,
    Transfer,
)
from calendars.tree.model import Tree, Unit

# A code becomes part of workflow ids, addresses and file names: it must not begin with a dot or a dash.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def check_change(tree: Tree, plan: Plan, release: int, change: Change, today: date) -> None:
    """The change may be made on `today` to this tree, under the plan's newest release.

    What a change of the tree says took effect on its day, which is in the past or today; a release that was prepared
    on an older one than `release` is refused.
    """
    match change:
        case Amend():
            if change.base != release:
                raise UserError(
                    f"The release was made from release {change.base}, and release {release} came meanwhile: "
                    "look at it and amend again.",
                    vi=f"Bản điều chỉnh được lập từ bản {change.base}, trong khi đã có bản {release}: "
                    "hãy xem lại rồi điều chỉnh lần nữa.",
                )
            _check_dates_alone(plan, Plan.model_validate(change.plan))
        case Suspend():
            _check_suspension(tree, plan, change)
        case Lift():
            _check_under(tree, change.under)
            if not change.freezes:
                where = change.under or "the campaign"
                raise UserError(
                    f"No freeze of {where} lasts on {change.on}: nothing to resume.",
                    vi=f"Ngày {_vi(change.on)} không có đợt tạm dừng nào của {change.under or 'toàn đợt'} để kết thúc.",
                )
        case Merge() | Split() | Transfer() | Dissolve() | Add() | RenameUnit():
            _check_day(plan, change.on, today)
            _check_structure(tree, plan, change)


def _check_dates_alone(before: Plan, after: Plan) -> None:
    """A release changes dates, and names new instruments; units that run take nothing else over."""

    def rest(plan: Plan) -> dict[str, Any]:
        document = plan.document()
        stages = [{key: value for key, value in stage.items() if key not in FIELDS} for stage in document["stages"]]
        return {**document, "stages": stages, "instruments": {}}

    if rest(before) != rest(after):
        raise UserError(
            "A release changes only the dates of stages, found another change of the plan.",
            vi="Bản điều chỉnh chỉ được đổi mốc thời gian của các bước, không đổi nội dung khác của kế hoạch.",
        )


def _check_suspension(tree: Tree, plan: Plan, change: Suspend) -> None:
    _check_under(tree, change.under)
    if not plan.from_ <= change.first <= plan.until:
        raise UserError(
            f"--from {change.first}: expected a day of the campaign, {plan.from_} to {plan.until}.",
            vi=f"Từ ngày {_vi(change.first)}: cần một ngày trong đợt, {_vi(plan.from_)} đến {_vi(plan.until)}.",
        )
    if change.last is not None and not change.first <= change.last <= plan.until:
        raise UserError(
            f"--to {change.last}: expected a day from {change.first} to {plan.until}.",
            vi=f"Đến ngày {_vi(change.last)}: cần một ngày từ {_vi(change.first)} đến {_vi(plan.until)}.",
        )
    if not change.reason.strip():
        raise UserError(
            "--reason: a freeze needs a reason, it is kept in every history.",
            vi="Cần nêu lý do tạm dừng; lý do được lưu trong lịch sử của mọi đơn vị.",
        )


def _check_under(tree: Tree, under: str) -> None:
    if under:
        _living(tree, under)


def _check_day(plan: Plan, on: date, today: date) -> None:
    if on > today:
        raise UserError(f"--on {on}: today is {today}; give the change on the day it takes effect, or later.")
    if not plan.from_ <= on <= plan.until:
        raise UserError(f"--on {on}: expected a day of the campaign, {plan.from_} to {plan.until}.")


def _check_structure(tree: Tree, plan: Plan, change: OfTree) -> None:
    match change:
        case Merge():
            _check_merger(tree, plan, change)
        case Split():
            _not_root(_living(tree, change.unit))
            _check_new(tree, change.into, change.name)
            strangers = set(change.children) - {child.code for child in tree.children(change.unit)}
            if strangers:
                raise UserError(f"{', '.join(sorted(strangers))}: not directly below {change.unit}.")
        case Transfer():
            unit, parent = _living(tree, change.unit), _living(tree, change.parent)
            if unit.parent == parent.code:
                raise UserError(f"{change.unit} stands under {change.parent} already.")
            _not_root(unit)
            _check_above(plan, parent, unit.level)
        case Dissolve():
            _not_root(_living(tree, change.unit))
            _check_childless(tree, change.unit)
        case Add():
            _check_new(tree, change.unit, change.name)
            if change.level not in plan.levels:
                raise UserError(f"{change.level}: no level of the plan, expected one of {', '.join(plan.levels)}.")
            _check_above(plan, _living(tree, change.parent), change.level)
        case RenameUnit():
            unit = _living(tree, change.unit)
            if not change.name.strip() or change.name == unit.name:
                raise UserError(f"{change.unit} is called {unit.name}: expected another name.")


def _not_root(unit: Unit) -> None:
    if not unit.parent:
        raise UserError(f"{unit.code} is the root of the tree, which stays as it is.")


def _check_childless(tree: Tree, code: str) -> None:
    if children := tree.children(code):
        raise UserError(
            f"{code} has {len(children)} units below it, such as {children[0].code}: merge it, or transfer them first."
        )


def _check_merger(tree: Tree, plan: Plan, change: Merge) -> None:
    if not change.units or set(change.units) == {change.into}:
        raise UserError("Expected the units to merge, and another one that they are merged into.")
    units = [_living(tree, code) for code in change.units]
    levels = {unit.level for unit in units}
    known = tree.units.get(change.into)
    # A superior may take over all that stands below its units: so a whole level can disappear.
    if known is not None and any(unit.parent != change.into for unit in units):
        levels.add(_living(tree, change.into).level)
    if len(levels) > 1:
        raise UserError(
            f"Units of one level are merged, or units into their superior, found {', '.join(sorted(levels))}."
        )
    for unit in units:
        _not_root(unit)
    if known is None:
        _check_new(tree, change.into, change.name)
        _check_above(plan, _living(tree, change.parent or units[0].parent), units[0].level)
    elif change.name and change.name != known.name:
        raise UserError(f"{change.into} is called {known.name}; rename it with `units rename`.")


def _check_new(tree: Tree, code: str, name: str) -> None:
    if code in tree.units:
        raise UserError(f"{code} is the code of {tree.units[code].name}: expected one that is free.")
    if not CODE.fullmatch(code):
        raise UserError(f"{code!r}: expected a code of up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first.")
    if not name.strip():
        raise UserError(f"{code} is new: expected its name, with --name.")


def _check_above(plan: Plan, parent: Unit, level: str) -> None:
    if plan.levels.index(parent.level) >= plan.levels.index(level):
        raise UserError(f"{parent.code} is a {parent.level}: expected a superior of a level above {level}.")


def _living(tree: Tree, code: str) -> Unit:
    unit = tree.units.get(code)
    if unit is None:
        raise UserError(f"There is no unit {code}.", vi=f"Không có đơn vị {code}.")
    if unit.ended is not None:
        raise UserError(
            f"{code} {unit.name} ended on {unit.ended}.",
            vi=f"{code} {unit.name} đã kết thúc ngày {_vi(unit.ended)}.",
        )
    return unit


def _vi(day: date) -> str:
    return f"{day:%d/%m/%Y}"
