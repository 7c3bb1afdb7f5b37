"""What the readers of a campaign's tables share: problems collected by line, and the typed cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from calendars.campaigns.tables import File, Row
from calendars.errors import Problem, Problems
from calendars.plan.model import Plan, Stage, Text

ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
LOCAL_DATE = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})", re.ASCII)
NO_DATE = Text(en="expected a date like 2020-05-31 or 31/05/2020", vi="cần một ngày như 2020-05-31 hoặc 31/05/2020")
NO_DAY = Text(en="no such day in the calendar", vi="lịch không có ngày này")


class UnitLike(Protocol):
    """What must be known of a unit to check a row about it: a `UnitRow` and a `Profile` both do."""

    @property
    def code(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def tags(self) -> tuple[str, ...]: ...


def parse_date(text: str) -> date:
    """A day written 2020-05-31 or 31/05/2020. Raises `ValueError` saying what was expected."""
    found = _date(text)
    if isinstance(found, Text):
        raise ValueError(found.en)
    return found


def _date(text: str) -> date | Text:
    """The day, or what was expected."""
    match = ISO_DATE.fullmatch(text) or LOCAL_DATE.fullmatch(text)
    if match is None:
        return NO_DATE
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return NO_DAY


class Faults:
    """The problems of one file. The readers name every one of them before anything is refused."""

    def __init__(self, path: File) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(self, line: int, message: str, vi: str = "") -> None:
        """Note a problem, in Vietnamese too where the board reads such files; line 0 means the whole file."""
        self.problems.append(Problem(line, 0, message, vi))

    def raise_any(self) -> None:
        """Raise `Problems` when there is one."""
        if self.problems:
            raise Problems(str(self.path), self.problems)

    def shape(self, row: Row) -> None:
        """A row must not have more cells than the header."""
        if row.surplus:
            self.add(
                row.line,
                "more cells than the header has columns; put a text with a separator in quotes",
                "nhiều ô hơn số cột ở dòng tiêu đề; nội dung có dấu phân cách phải đặt trong ngoặc kép",
            )

    def day(self, row: Row, column: str, *, needed: bool = False) -> date | None:
        """The day in a column, None where it is empty or wrong."""
        text = row[column]
        if not text:
            if needed:
                self.add(row.line, f"{column} is empty, expected a date", f"{column} còn trống, cần một ngày")
            return None
        found = _date(text)
        if isinstance(found, Text):
            self.add(row.line, f"{column} {text!r}: {found.en}", f"{column} {text!r}: {found.vi}")
            return None
        return found

    def days(self, row: Row, plan: Plan) -> tuple[date | None, date | None]:
        """The columns `on` (needed) and `to` of a row: in this order, and inside the campaign."""
        first, last = self.day(row, "on", needed=True), self.day(row, "to")
        if first and last and last < first:
            self.add(row.line, f"to {last} is before on {first}", f"to {last} sớm hơn on {first}")
        for column, day in (("on", first), ("to", last)):
            if day and not plan.from_ <= day <= plan.until:
                self.add(
                    row.line,
                    f"{column} {day} is outside the campaign, expected {plan.from_} to {plan.until}",
                    f"{column} {day} nằm ngoài đợt đại hội, cần từ {plan.from_} đến {plan.until}",
                )
        return first, last

    def unit(self, row: Row, units: dict[str, UnitLike]) -> UnitLike | None:
        """The unit a row names, None where there is no such unit."""
        unit = units.get(row["unit"])
        if unit is None:
            if row["unit"]:
                self.add(row.line, f"unknown unit {row['unit']!r}", f"không có đơn vị {row['unit']!r}")
            else:
                self.add(row.line, "unit is empty, expected a code", "unit còn trống, cần mã đơn vị")
        return unit

    def stage(self, row: Row, plan: Plan, unit: UnitLike | None) -> Stage | None:
        """The stage a row names, None where the plan has none or the unit's level does not walk it."""
        ids = [stage.id for stage in (plan.stages_of(unit.level) if unit else plan.stages)]
        if row["stage"] in ids:
            return plan.stage(row["stage"])
        whose = f" of a {unit.level}" if unit else ""
        whose_vi = f" của cấp {unit.level}" if unit else ""
        self.add(
            row.line,
            f"stage {row['stage']!r}: expected a stage{whose}, one of {', '.join(ids) or 'none'}",
            f"stage {row['stage']!r}: cần một việc{whose_vi} trong số: {', '.join(ids) or 'không có'}",
        )
        return None


def by_code(units: Iterable[UnitLike]) -> dict[str, UnitLike]:
    """The units by their codes."""
    return {unit.code: unit for unit in units}
