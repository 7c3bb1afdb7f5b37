"""Small tables written for one test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

from calendars.campaigns.units import UnitRow
from calendars.errors import Problems
from calendars.plan.model import Plan

LEVELS = ("province", "district", "commune", "village")
UNITS = (
    UnitRow("22", "Tỉnh Quảng Ninh", "province", ""),
    UnitRow("200", "Huyện Đầm Hà", "district", "22", ("pilot",)),
    UnitRow("cong-an", "Công an tỉnh", "district", "22", ("armed_forces",)),
    UnitRow("06904", "Xã Tân Bình", "commune", "200", ("pilot",)),
    UnitRow("06904-01", "Thôn 1", "village", "06904"),
)
PLAN = Plan.model_validate(
    {
        "campaign": "test",
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2019-12-01",
        "until": "2020-12-31",
        "levels": LEVELS,
        "stages": [
            {
                "id": "headman_election",
                "level": "village",
                "on": "2020-01-05",
                "results": {"turnout": "percent", "head_is_member": "bool"},
            },
            {"id": "cell_congress", "level": "village", "on": "2020-01-18", "results": {"secretary_votes": "ratio"}},
            {"id": "grassroots_congress", "level": "commune", "results": {"secretary_votes": "ratio"}},
            {"id": "district_congress", "level": "district", "results": {"direct_election": "bool"}},
        ],
        "consents": [
            {
                "stage": "district_congress",
                "tag": "armed_forces",
                "result": "direct_election",
                "from": "Đảng ủy Công an Trung ương",
            }
        ],
    }
)


def table(folder: Path, text: str, name: str = "table.csv") -> Path:
    """A CSV file with `text`, encoded as UTF-8."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def workbook(folder: Path, rows: Sequence[Sequence[object]], formats: dict[str, str] | None = None) -> Path:
    """An XLSX file with `rows` on its first sheet and number formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cell, shown_as in (formats or {}).items():
        sheet[cell].number_format = shown_as
    path = folder / "table.xlsx"
    book.save(path)
    return path


def told(problems: Problems) -> list[tuple[int, str]]:
    """Line and message of each problem."""
    return [(problem.line, problem.message) for problem in problems.problems]
