"""The report to the committee as an XLSX workbook: one sheet for each of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook

from calendars.store.feeds import FeedUnit
from calendars.web.headline import headline
from calendars.web.pages.page import Page
from calendars.web.reporting import branches
from calendars.web.sheets import Number, Rows, add_sheet, octets_of
from calendars.web.standing import Standing
from calendars.web.words import Format, words

SHARE = "0.0%"
SIGNED = "+0;-0;0"
Sheet = tuple[str, Sequence[str], Rows]


def workbook(standing: Standing, children: Sequence[FeedUnit], page: Page) -> bytes:
    """The file."""
    made = Workbook(write_only=True)
    for title, heads, rows in (
        _summary(standing, page),
        _indicators(standing, page),
        _branches(standing, children, page),
        _stages(standing, page),
        _overdue(standing, page),
        _conflicts(standing, page),
        _freezes(standing, page),
    ):
        add_sheet(made, title, heads, rows)
    return octets_of(made)


def _summary(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    plan = standing.campaign.plan
    said = headline(plan, standing.summaries, standing.day, page.language, standing.alone)
    heads = [t.level, t.stage, t.units, t.held, t.share_held, t.overdue, t.last_held, t.target, t.deadline]
    heads += [f"{date_} {which}" for date_ in (t.target, t.deadline) for which in (t.least, t.median, t.most)]
    rows: Rows = []
    for one in standing.summaries:
        rule = plan.stage(one.stage)
        spreads = [
            Number(getattr(spread, which) if spread else None, SIGNED)
            for spread in (one.margin_target, one.margin_deadline)
            for which in ("min", "median", "max")
        ]
        rows.append(
            [
                page.level_title(one.level),
                page.stage_title(one.stage),
                one.units,
                one.held,
                Number(one.share, SHARE),
                one.overdue,
                one.last_held,
                rule.target.date if rule.target else None,
                rule.deadline.date if rule.deadline else None,
                *spreads,
            ]
        )
    unit = standing.view.units[standing.under]
    notes: Rows = [[], [plan.title[page.language]], [unit.name]]
    notes += [[f"{t.as_of} {Format(page.language).day(standing.day)}"], [said.sentence], *([one] for one in said.rest)]
    return t.sheet_summary, heads, [*rows, *notes]


def _indicators(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    rows: Rows = []
    for rule, value in standing.indicators:
        shown = SHARE if rule.at_least is None else "0"
        met = None if value.met is None else (t.met if value.met else t.not_met)
        title = rule.title[page.language] if rule.title else rule.id
        rows.append([title, Number(value.target, shown), Number(value.value, shown), met])
    return t.indicators, [t.indicator, t.goal, t.value, t.met], rows


def _branches(standing: Standing, children: Sequence[FeedUnit], page: Page) -> Sheet:
    t = words(page.language)
    stages = [one.stage for one in standing.summaries]
    heads = [t.code, t.unit_name]
    for stage in standing.summaries:
        name = f"{page.stage_title(stage.stage)} ({page.level_title(stage.level)})"
        heads += [f"{name}: {t.held}", f"{name}: {t.units}"]
    rows: Rows = [
        [
            one.unit.code,
            one.unit.name,
            *(number for stage in stages for number in (one.held.get(stage, 0), one.units.get(stage, 0))),
            one.overdue,
            Number(one.least_margin, SIGNED),
        ]
        for one in branches(standing, children)
    ]
    return t.sheet_branches, [*heads, t.overdue, f"{t.deadline} {t.least}"], rows


def _stages(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    heads = [t.code, t.unit_name, t.superior, t.level, t.stage, t.held_from, t.held_to, t.target, t.margin_target]
    heads += [t.deadline, t.margin_deadline, t.state]
    rows: Rows = []
    order = {stage.id: no for no, stage in enumerate(standing.campaign.plan.stages)}
    for line in sorted(standing.lines, key=lambda line: (order[line.stage], line.unit)):
        unit = standing.view.units[line.unit]
        superior = standing.view.units.get(unit.parent)
        held = line.held_by(standing.day)
        state = t.status_held if held else t.status_overdue if line.overdue_on(standing.day) else t.not_held_yet
        rows.append(
            [
                unit.code,
                unit.name,
                superior.name if superior else None,
                page.level_title(unit.level),
                page.stage_title(line.stage),
                line.held_first if held else None,
                line.held_last if held else None,
                line.target,
                Number(line.margin_target if held else None, SIGNED),
                line.deadline,
                Number(line.margin_deadline if held else None, SIGNED),
                state,
            ]
        )
    return t.sheet_stages, heads, rows


def _overdue(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    rows: Rows = [
        [one.unit.code, standing.name(one.unit.code), page.stage_title(one.stage), one.due, one.days]
        for one in standing.overdue
    ]
    return t.overdue, [t.code, t.unit_name, t.stage, t.due_on, t.days_late], rows


def _conflicts(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    rows: Rows = [
        [one.unit, one.name, page.stage_title(one.stage), one.en if page.language == "en" else one.vi]
        for one in standing.conflicts
    ]
    return t.conflicts, [t.code, t.unit_name, t.stage, t.conflict], rows


def _freezes(standing: Standing, page: Page) -> Sheet:
    t = words(page.language)
    rows: Rows = [
        [standing.view.units[one.under].name if one.under else t.everywhere, one.first, one.last, one.reason]
        for one in standing.freezes
    ]
    return t.freezes, [t.unit_name, t.held_from, t.held_to, t.reason], rows
