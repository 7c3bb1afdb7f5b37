"""The tables that are given out: today's, of what the viewer sees, with the columns that imports read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calendars.campaigns.contacts import reference
from calendars.campaigns.reports import RESULT
from calendars.campaigns.writing import Value
from calendars.sequence.state import ResultValue
from calendars.store import contacts
from calendars.store.reading import unit_rows
from calendars.store.stage_lines import stage_lines
from calendars.web.exchange.kinds import CONTACTS, REPORTS, UNITS
from calendars.web.pages.page import Seen


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its columns."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def units(seen: Seen) -> Table:
    """The living units, superiors before those below them."""
    levels = seen.campaign.plan.levels
    found = [unit for unit in unit_rows(seen.connection, seen.campaign) if seen.viewer.sees(seen.view, unit.code)]
    found.sort(key=lambda unit: (levels.index(unit.level), unit.code))
    rows: list[Sequence[Value]] = [
        (unit.code, unit.name, unit.level, unit.parent, " ".join(unit.tags)) for unit in found
    ]
    return Table(("code", "name", "level", "parent", "tags"), rows)


def reports(seen: Seen) -> Table:
    """What living units held, by the last day of it."""
    keys = list(dict.fromkeys(key for stage in seen.campaign.plan.stages for key in stage.results))
    found = [
        (line.held_last, line.unit, line.stage, line.held_first, line.results)
        for line in stage_lines(seen.connection, seen.campaign)
        if line.held_first and line.held_last and line.ended is None and seen.viewer.sees(seen.view, line.unit)
    ]
    rows: list[Sequence[Value]] = [
        (unit, stage, first, last if last > first else None, *(_shown(results.get(key)) for key in keys))
        for last, unit, stage, first, results in sorted(found, key=lambda one: one[:3])
    ]
    return Table(("unit", "stage", "on", "to", *(f"{RESULT}{key}" for key in keys)), rows)


def people(seen: Seen) -> Table:
    """Who is told. Of a channel only its kind and what stands for it: its address is a secret."""
    rows: list[Sequence[Value]] = [
        (
            one.unit,
            one.name,
            one.role,
            one.language,
            one.email,
            " ".join(map(reference, one.channels)),
            one.quiet,
            one.digest,
            one.source,
        )
        for one in contacts.listed(seen.connection, seen.campaign.name)
        if seen.viewer.sees(seen.view, one.unit)
    ]
    return Table(("unit", "name", "role", "language", "email", "channels", "quiet", "digest", "source"), rows)


TABLES: Mapping[str, Callable[[Seen], Table]] = {UNITS: units, REPORTS: reports, CONTACTS: people}


def _shown(value: ResultValue | None) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
