"""The report to the committee as an XLSX workbook: real dates and numbers, one sheet for each of its parts.

Texts are texts whatever they begin with: a name must not run as a formula on the computer of whoever opens the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from calendars.store.feeds import FeedUnit
from calendars.web.headline import headline
from calendars.web.pages.page import Page
from calendars.web.reporting import branches
from calendars.web.standing import Standing
from calendars.web.words import Format, words

Value = str | int | float | date | None

DAY = "dd/mm/yyyy"
SHARE = "0.0%"
SIGNED = "+0;-0;0"
WIDEST = 60
A4 = 9
_LINE = Border(bottom=Side(style="thin"))


class Number:
    """A number that is shown in a way of its own."""

    def __init__(self, value: float | None, shown: str) -> None:
        self.value = value
        self.shown = shown


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
        _sheet(made, title, heads, rows)
    octets = BytesIO()
    made.save(octets)
    return octets.getvalue()


Rows = list[Sequence[Value | Number]]
Sheet = tuple[str, Sequence[str], Rows]


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


def _sheet(made: Workbook, title: str, heads: Sequence[str], rows: Rows) -> None:
    # Excel takes no longer title.
    sheet: Any = made.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for no, head in enumerate(heads):
        widest = max([len(head) // 2, *(_width(row[no]) for row in rows if len(row) > 1 and no < len(row))])
        sheet.column_dimensions[get_column_letter(no + 1)].width = min(WIDEST, widest + 3)
    sheet.append([_head(sheet, head) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _head(sheet: Any, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = _LINE
    return cell


def _cell(sheet: Any, value: Value | Number) -> Any:
    # The types that openpyxl's stubs name leave dates out.
    new: Any = WriteOnlyCell
    if isinstance(value, Number):
        if value.value is None:
            return None
        cell = new(sheet, value.value)
        cell.number_format = value.shown
    elif isinstance(value, str) and value[:1].isalnum() and not ILLEGAL_CHARACTERS_RE.search(value):
        return value  # an ordinary text costs less without a cell made for it
    elif isinstance(value, str):
        cell = new(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        # Still a text after somebody has edited it.
        cell.quotePrefix = value[:1] in {"=", "+", "-", "@"}
    elif isinstance(value, date):
        cell = new(sheet, value)
        cell.number_format = DAY
    else:
        return value
    return cell


def _width(value: Value | Number) -> int:
    if isinstance(value, str):
        return len(value)
    return len("31/12/2020") if isinstance(value, date) else 6
