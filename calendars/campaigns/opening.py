"""What each unit begins with when a campaign is launched on a day: its enrolment, and what had happened by then.

All units of the folder are tried together, those below first: a gate looks at what was held below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from calendars.campaigns.bundle import Bundle
from calendars.campaigns.changes import apply
from calendars.campaigns.records import RecordKind, RecordRow
from calendars.campaigns.reports import ReportRow
from calendars.campaigns.units import UnitRow
from calendars.errors import Problem, Problems
from calendars.plan.model import Plan
from calendars.sequence.commands import Command, Enrol, GiveConsent, Report, Review, Schedule, Waive
from calendars.sequence.deciding import decide
from calendars.sequence.evolving import evolve, number
from calendars.sequence.messages import Order
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.status import is_pilot
from calendars.sequence.surroundings import Child, Superior, Surroundings, child_of, superior_of

# Any instant will do where orders are only tried: the events made of them are thrown away.
TRIED_AT = datetime(1970, 1, 1, tzinfo=UTC)
# On one day a consent comes before the congress, and a review after it.
CONSENT, CONGRESS, REVIEW = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Opening:
    """How one unit begins: its orders, what it then is, and who stands around it."""

    orders: tuple[Order, ...]
    state: UnitState
    children: tuple[Child, ...] = ()
    superior: Superior | None = None


@dataclass(frozen=True, slots=True)
class Openings:
    """How all units of a launch begin, by code, and what of their files the rules refuse."""

    units: dict[str, Opening] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    day: date
    rank: int
    line: int
    file: str
    command: Command
    decided: date | None = None  # the day of the decision where it is not today


def opening_orders(
    unit: UnitRow,
    parent_name: str,
    rows: Iterable[ReportRow],
    plan: Plan,
    today: date,
    by: str = "launch",
    records: Iterable[RecordRow] = (),
    release: int = 1,
) -> tuple[tuple[Order, _Row | None], ...]:
    """The orders a unit opens with on the campaign's day `today`, each with the row it comes from; `by` enrols it.

    A congress that ended by `today` is a report. A later one is only a planned date, and only if it had been
    announced by `today`. Reviews, consents and waivers count from their day on.
    """
    profile = Profile(unit.code, unit.name, unit.level, unit.parent, parent_name, unit.tags)
    orders: list[tuple[Order, _Row | None]] = [(_order(plan, unit, 0, Enrol(profile, release), by), None)]
    happened = [*_reported(rows, today), *_recorded(records, today)]
    for no, row in enumerate(sorted(happened, key=lambda row: (row.day, row.rank, row.line)), start=1):
        orders.append((_order(plan, unit, no, row.command, f"{row.file}:{row.line}"), row))
    return tuple(orders)


def open_all(bundle: Bundle, today: date, by: str = "launch", *, reports: bool = True, release: int = 1) -> Openings:
    """How every unit of the folder begins on `today`, decided as the units will decide it."""
    found = Openings()
    rows = reports_by_unit(bundle.reports) if reports else {}
    records = _records_by_unit(bundle.records) if reports else {}
    rules = {level: Rules.of(bundle.plan, level) for level in bundle.plan.levels}
    names = {unit.code: unit.name for unit in bundle.units}
    # Changes of the tree follow the launch, but what was held is judged by the tree that they make.
    changed = [row for row in bundle.changes if row.on <= today] if reports else []
    parents = {unit.code: unit.parent for unit in (apply(bundle.units, changed) if changed else bundle.units)}
    below: dict[str, list[str]] = {}
    tried: dict[str, tuple[tuple[Order, ...], UnitState]] = {}
    # Level by level from below, pilots first: whoever is waited for is known by then.
    order = {level: no for no, level in enumerate(bundle.plan.levels)}
    for unit in sorted(bundle.units, key=lambda unit: (-order[unit.level], "pilot" not in unit.tags)):
        parent_name = names.get(unit.parent, "")
        orders = opening_orders(
            unit, parent_name, rows.get(unit.code, ()), bundle.plan, today, by, records.get(unit.code, ()), release
        )
        parent = parents.get(unit.code, "")
        siblings = [tried[code][1] for code in below.get(parent, ())]
        children = {code: _child(tried[code][1], unit.code) for code in below.get(unit.code, ())}
        around = Surroundings(children, _pilots_through(rules[unit.level], siblings))
        state = _try(UnitState(rules[unit.level], rules_version=release), orders, today, around, unit, found.problems)
        tried[unit.code] = tuple(order for order, _ in orders), state
        if parent:
            below.setdefault(parent, []).append(unit.code)
    for code, (given, state) in tried.items():
        children_of = tuple(_child(tried[child][1], code) for child in sorted(below.get(code, ())))
        above = tried.get(parents.get(code, ""))
        superior = superior_of(above[1]) if above else None
        found.units[code] = Opening(given, state, children_of, superior if superior and superior.held else None)
    return found


def check_opening(bundle: Bundle, today: date, file: str) -> None:
    """Tries every opening order by the rules. Raises `Problems` naming each row of the reports that they refuse, or, if
    none of them is wrong, each of the records."""
    problems = open_all(bundle, today).problems
    for name in ("reports.csv", "records.csv"):
        if problems.get(name):
            raise Problems(file.replace("reports.csv", name), sorted(problems[name]))


def reports_by_unit(reports: Iterable[ReportRow]) -> dict[str, Sequence[ReportRow]]:
    """The rows of each unit."""
    rows: dict[str, list[ReportRow]] = {}
    for row in reports:
        rows.setdefault(row.unit, []).append(row)
    return dict(rows)


def command_of(record: RecordRow) -> GiveConsent | Review | Waive | None:
    """What a record asks of the unit it names; None for one that concerns the campaign."""
    match record.kind:
        case RecordKind.CONSENT:
            return GiveConsent(record.stage, record.body, record.on)
        case RecordKind.REVIEW:
            return Review(record.stage, record.on, record.text)
        case RecordKind.WAIVER:
            return Waive(record.stage, record.text, record.on)
    return None


def _reported(rows: Iterable[ReportRow], today: date) -> Iterable[_Row]:
    for row in rows:
        last = row.to or row.on
        if last <= today:
            yield _Row(last, CONGRESS, row.line, "reports.csv", Report(row.stage, row.on, row.to, row.results))
        elif row.announced is not None and row.announced <= today:
            scheduled = Schedule(row.stage, row.on, row.to, row.announced)
            # On the day it was announced, for the congress may be under way on `today`.
            yield _Row(last, CONGRESS, row.line, "reports.csv", scheduled, row.announced)


def _recorded(records: Iterable[RecordRow], today: date) -> Iterable[_Row]:
    for record in records:
        command = command_of(record)
        if command is not None and record.on <= today:
            rank = REVIEW if record.kind is RecordKind.REVIEW else CONSENT
            yield _Row(record.on, rank, record.line, "records.csv", command)


def _records_by_unit(records: Iterable[RecordRow]) -> dict[str, list[RecordRow]]:
    rows: dict[str, list[RecordRow]] = {}
    for record in records:
        rows.setdefault(record.unit, []).append(record)
    return rows


def _child(state: UnitState, parent: str) -> Child:
    return replace(child_of(state), parent=parent)


def _pilots_through(rules: Rules, siblings: Sequence[UnitState]) -> tuple[str, ...]:
    pilots = [state for state in siblings if is_pilot(state.profile)]
    return tuple(
        stage.id
        for stage in rules.stages
        if stage.pilots
        and all(
            pilot.stage(stage.id).held and pilot.stage(stage.id).reviewed for pilot in pilots if pilot.rules is rules
        )
    )


def _try(
    state: UnitState,
    orders: Iterable[tuple[Order, _Row | None]],
    today: date,
    around: Surroundings,
    unit: UnitRow,
    problems: dict[str, list[Problem]],
) -> UnitState:
    for order, row in orders:
        try:
            facts = decide(state, order.command, (row and row.decided) or today, around)
        except Refused as refused:
            file = row.file if row else "reports.csv"
            found = Problem(row.line if row else 0, 0, f"{unit.code}: {refused}")
            problems.setdefault(file, []).append(found)
            continue
        for event in number(state, facts, by="", recorded=TRIED_AT, command=order.id):
            state = evolve(state, event)
    return state


def _order(plan: Plan, unit: UnitRow, no: int, command: Command, by: str) -> Order:
    return Order(f"launch/{plan.campaign}/{unit.code}/{no}", by, command)
