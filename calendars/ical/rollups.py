"""How much was held below a unit, month by month: figures of the unit's own events, on the day they were counted."""

from __future__ import annotations

from collections.abc import Iterator

from calendars.ical import wording
from calendars.ical.entry import COLORS, KIND_WORDS, Entry, Kind, uid_of_rollup
from calendars.ical.wording import STATUS_WORDS, Wording, both, join
from calendars.plan.model import Plan, Stage
from calendars.sequence.state import Profile, Rollup, Status, UnitState


def rollups(plan: Plan, state: UnitState, profile: Profile) -> Iterator[Entry]:
    """The figures of the unit by stage and month. A stage that the plan has no more has none."""
    stages = {stage.id: stage for stage in plan.stages}
    for one in state.rollups.values():
        if one.stage in stages:
            yield _entry(plan, profile, stages[one.stage], one)


def _entry(plan: Plan, profile: Profile, stage: Stage, one: Rollup) -> Entry:
    levels = Wording.of(plan.level_titles.get(profile.level), profile.level)
    status = Status.HELD if one.held == one.of else Status.OPEN
    month = f"{one.on.year:04}-{one.on:%m}"
    return Entry(
        key=f"-rollup/{stage.id}/{month}",
        uid=uid_of_rollup(plan.campaign, profile.code, stage.id, month),
        stage=stage.id,
        level=profile.level,
        kind=Kind.ROLLUP,
        status=status,
        confirmation="CONFIRMED",
        first=one.on,
        last=one.on,
        summary=_summary(plan, profile, stage, one).cleaned(),
        description=_description(plan, stage, one).cleaned(),
        categories=(levels.cleaned(), STATUS_WORDS[status], KIND_WORDS[Kind.ROLLUP]),
        color=COLORS[Kind.ROLLUP],
        transparent=True,
        follows="",
    )


def _summary(plan: Plan, profile: Profile, stage: Stage, one: Rollup) -> Wording:
    title = both("{} ({})", "{} ({})", Wording.of(stage.title, stage.id), wording.full_name(plan, profile))
    figure, until = f"{one.held}/{one.of}", f"{one.on:%d/%m}"
    said = both("📊 {}: {} đã tổ chức đến {}", "📊 {}: {} held by {}", title, figure, until)
    if due := _due(stage):
        return join("; ", [said, due])
    return said


def _due(stage: Stage) -> Wording | None:
    if stage.target:
        return both("mục tiêu {}", "target {}", f"{stage.target.date:%d/%m}")
    if stage.deadline:
        return both("hạn TW {}", "central deadline {}", f"{stage.deadline.date:%d/%m}")
    return both("ngày chung {}", "one day for all {}", f"{stage.on:%d/%m}") if stage.on else None


def _description(plan: Plan, stage: Stage, one: Rollup) -> Wording:
    levels = Wording.of(plan.level_titles.get(stage.level), stage.level)
    lines = [
        both(
            "Cấp: {}. Đã tổ chức: {}/{} đơn vị đến hết ngày {}.",
            "Level: {}. Held: {} of {} units by the end of {}.",
            levels,
            str(one.held),
            str(one.of),
            wording.day(one.on),
        )
    ]
    if stage.target:
        lines.append(both("Mục tiêu: {}", "Local target: {}", wording.day(stage.target.date)))
    if stage.deadline:
        lines.append(both("Hạn Trung ương: {}", "Central deadline: {}", wording.day(stage.deadline.date)))
    return join("\n", lines)
