"""What was held: `reports.csv`, one congress or election a row, with its results in columns `result.KEY`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.campaigns.faults import Faults, UnitLike, by_code
from calendars.campaigns.tables import File, Row, read_table
from calendars.errors import Problem, Problems
from calendars.plan.model import Plan, Stage
from calendars.sequence.results import EXPECTED, parse_result
from calendars.sequence.state import Results

COLUMNS = ("unit", "stage", "on")
RESULT = "result."


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A stage held by a unit from `on` to `to` (None: one day), both included.

    `announced` is the day from which the date was known, None where it was never announced ahead.
    """

    unit: str
    stage: str
    on: date
    to: date | None = None
    results: Results = field(default_factory=dict)
    announced: date | None = None
    source: str = ""
    certainty: str = ""
    line: int = 0


def read_reports(path: File, plan: Plan, units: Iterable[UnitLike]) -> tuple[ReportRow, ...]:
    """The reports of a file in its order. Raises `Problems` with every mistake found, `UserError` for no table.

    Checked is what the file alone can get wrong (names, dates, types); whether the rules allow a report is decided
    where reports are taken.
    """
    good, problems = sift_reports(path, plan, units, once=True)
    if problems:
        raise Problems(str(path), problems)
    return good


def sift_reports(
    path: File, plan: Plan, units: Iterable[UnitLike], *, once: bool = False
) -> tuple[tuple[ReportRow, ...], tuple[Problem, ...]]:
    """The good rows of a file and every problem of the others, by line.

    With `once` a second row for the same stage of a unit is a problem; without, whoever takes the reports decides, for
    the first may be the one that is refused.
    Raises `UserError` or `Problems` only for a file that is no table of reports at all.
    """
    rows = read_table(path, COLUMNS)
    known = by_code(units)
    faults = Faults(path)
    _check_result_columns(rows, plan, faults)
    seen: dict[tuple[str, str], int] = {}
    good: list[ReportRow] = []
    for row in rows:
        before = len(faults.problems)
        report = _report(row, plan, known, faults)
        if report is None or len(faults.problems) > before:
            continue
        first = seen.setdefault((report.unit, report.stage), row.line)
        if first == row.line or not once:
            good.append(report)
        else:
            said = f"second report of {report.stage!r} by {report.unit!r}, the first is on line {first}"
            said_vi = f"báo cáo {report.stage!r} thứ hai của {report.unit!r}, báo cáo đầu ở dòng {first}"
            faults.add(row.line, said, said_vi)
    return tuple(good), tuple(sorted(faults.problems))


def unused_columns(path: File) -> list[str]:
    """The columns of a file that reports have no use for: a misspelt `to` must not pass unseen."""
    rows = read_table(path, COLUMNS)
    used = {*COLUMNS, "to", "announced", "source", "certainty"}
    return [name for name in (rows[0].cells if rows else {}) if name not in used and not name.startswith(RESULT)]


def _report(row: Row, plan: Plan, units: dict[str, UnitLike], faults: Faults) -> ReportRow | None:
    faults.shape(row)
    unit = faults.unit(row, units)
    stage = faults.stage(row, plan, unit)
    on, to = faults.days(row, plan)
    announced = faults.day(row, "announced")
    if announced and on and announced > on:
        faults.add(row.line, f"announced {announced} is after on {on}", f"announced {announced} sau on {on}")
    if stage is None or on is None:
        return None
    results = _results(row, stage, faults)
    return ReportRow(row["unit"], stage.id, on, to, results, announced, row["source"], row["certainty"], row.line)


def _results(row: Row, stage: Stage, faults: Faults) -> Results:
    results: Results = {}
    for column, text in row.cells.items():
        key = column.removeprefix(RESULT)
        if key == column or not text:
            continue
        if key not in stage.results:
            known = ", ".join(stage.results)
            said = f"{column}: {stage.id} has no such result, expected one of {known or 'none'}"
            faults.add(row.line, said, f"{column}: {stage.id} không có kết quả này, có: {known or 'không có'}")
            continue
        try:
            results[key] = parse_result(stage.results[key], text)
        except ValueError as error:
            said_vi = f"{column} {text!r}: cần {EXPECTED[stage.results[key]].vi}"
            faults.add(row.line, f"{column} {text!r}: expected {error}", said_vi)
    return results


def _check_result_columns(rows: Sequence[Row], plan: Plan, faults: Faults) -> None:
    known = {key for stage in plan.stages for key in stage.results}
    columns = rows[0].cells if rows else {}
    for column in columns:
        key = column.removeprefix(RESULT)
        # A filled cell of such a column is a problem of its row; an empty column would else pass unseen.
        if key != column and key not in known and not any(row[column] for row in rows):
            expected = ", ".join(sorted(known))
            said = f"column {column!r}: no stage has this result, expected {expected}"
            faults.add(0, said, f"cột {column!r}: không việc nào có kết quả này, cần {expected}")
