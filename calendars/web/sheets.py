"""Sheets of XLSX workbooks: real dates and numbers, and texts that are texts whatever they begin with: a name must not
run as a formula on the computer of whoever opens the file."""

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

from calendars.campaigns.writing import Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAY = "dd/mm/yyyy"
WIDEST = 60
A4 = 9
_LINE = Border(bottom=Side(style="thin"))


class Number:
    """A number that is shown in a way of its own."""

    def __init__(self, value: float | None, shown: str) -> None:
        self.value = value
        self.shown = shown


Rows = list[Sequence[Value | Number]]


def octets_of(made: Workbook) -> bytes:
    """The file."""
    octets = BytesIO()
    made.save(octets)
    return octets.getvalue()


def add_sheet(made: Workbook, title: str, heads: Sequence[str], rows: Sequence[Sequence[Value | Number]]) -> None:
    """One more sheet, of a table under its heads; `made` is write-only."""
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
