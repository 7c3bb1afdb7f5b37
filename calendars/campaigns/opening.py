"""What each unit begins with when a campaign is launched on a day: its enrolment, and what had happened by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from calendars.campaigns.bundle import Bundle
from calendars.campaigns.reports import ReportRow
from calendars.campaigns.units import UnitRow
from calendars.errors import Problem, Problems
from calendars.plan.model import Plan
from calendars.sequence.commands import Enrol, Report, Schedule
from calendars.sequence.deciding import decide
from calendars.sequence.evolving import evolve, number
from calendars.sequence.messages import Order
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Profile, Rules, UnitState

# Any instant will do where orders are only tried: the events made of them are thrown away.
TRIED_AT = datetime(1970, 1, 1, tzinfo=UTC)


def opening_orders(
    unit: UnitRow, parent_name: str, rows: Iterable[ReportRow], plan: Plan, today: date, by: str = "launch"
) -> tuple[tuple[Order, ReportRow | None], ...]:
    """The orders a unit opens with on the campaign's day `today`, each with the row it comes from; `by` enrols it.

    A congress that ended by `today` is a report. A later one is only a planned date, and only if it had been
    announced by `today`.
    """
    profile = Profile(unit.code, unit.name, unit.level, unit.parent, parent_name, unit.tags)
    orders: list[tuple[Order, ReportRow | None]] = [(_order(plan, unit, 0, Enrol(profile), by), None)]
    for no, row in enumerate(sorted(rows, key=lambda row: (row.on, row.line)), start=1):
        last = row.to or row.on
        author = f"reports.csv:{row.line}"
        if last <= today:
            orders.append((_order(plan, unit, no, Report(row.stage, row.on, row.to, row.results), author), row))
        elif row.announced is not None and row.announced <= today:
            orders.append((_order(plan, unit, no, Schedule(row.stage, row.on, row.to, row.announced), author), row))
    return tuple(orders)


def check_opening(bundle: Bundle, today: date, file: str) -> None:
    """Tries every opening order by the rules. Raises `Problems` naming each row of the reports that they refuse."""
    by_unit = reports_by_unit(bundle.reports)
    names = {unit.code: unit.name for unit in bundle.units}
    problems = []
    for unit in bundle.units:
        state = UnitState(Rules.of(bundle.plan, unit.level))
        rows = by_unit.get(unit.code, ())
        for order, row in opening_orders(unit, names.get(unit.parent, ""), rows, bundle.plan, today):
            try:
                # As the unit will: a date on the day it was announced, for the congress may be under way on `today`.
                announced = order.command.announced if isinstance(order.command, Schedule) else None
                facts = decide(state, order.command, announced or today)
            except Refused as refused:
                problems.append(Problem(row.line if row else 0, 0, f"{unit.code}: {refused}"))
                continue
            for event in number(state, facts, by="", recorded=TRIED_AT, command=order.id):
                state = evolve(state, event)
    if problems:
        raise Problems(file, problems)


def reports_by_unit(reports: Iterable[ReportRow]) -> dict[str, Sequence[ReportRow]]:
    """The rows of each unit."""
    rows: dict[str, list[ReportRow]] = {}
    for row in reports:
        rows.setdefault(row.unit, []).append(row)
    return dict(rows)


def _order(plan: Plan, unit: UnitRow, no: int, command: Enrol | Report | Schedule, by: str) -> Order:
    return Order(f"launch/{plan.campaign}/{unit.code}/{no}", by, command)
