"""What a file would do: read in the scope of whoever sent it, and decided as far as what is known here allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial

from calendars.campaigns.contacts import (
    Channels,
    ContactRow,
    contacts_in_units,
    read_contacts,
)
from calendars.campaigns.reports import ReportRow, sift_reports, unused_columns
from calendars.campaigns.tables import Received
from calendars.campaigns.taking import Outcome, by_unit, command_of
from calendars.campaigns.units import read_units
from calendars.errors import Problem
from calendars.sequence.deciding import decide
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Fact
from calendars.sequence.refusals import Refused
from calendars.sequence.state import UnitState
from calendars.sequence.surroundings import Surroundings
from calendars.store import contacts
from calendars.store.neighbourhood import around
from calendars.store.reading import tree_units, unit_profiles, unit_rows, unit_states
from calendars.web.exchange.kinds import CONTACTS, REPORTS, UNITS
from calendars.web.pages.page import Page, Seen
from calendars.web.words import Format

OF_OTHERS = {"gate_closed", "pilots_first"}


class Effect(StrEnum):
    """What a row would do. `WAITS`: the unit decides when it is asked, by what other rows did until then."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, and the page on which its sender will see what it would do."""

    file: Received
    page: Page
    seen: Seen
    now: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A good row: its line in the file, its unit, what else it says, and what it would do."""

    no: int
    unit: str
    name: str
    about: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that was read. `problems` are of rows that are left out; `unused` are columns that nothing reads."""

    lines: list[Line]
    problems: list[Problem] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    reports: tuple[ReportRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether it would change anything."""
        return any(line.effect != Effect.SAME for line in self.lines) or (bool(self.contacts) and not self.lines)

    @property
    def counts(self) -> Counter[Effect]:
        """How many rows would do what."""
        return Counter(line.effect for line in self.lines)


def units(asked: Asked) -> Preview:
    """A units file, of which one mistake makes the whole useless. Raises `Problems`, `NoTable`."""
    file, page, seen = asked.file, asked.page, asked.seen
    there = unit_rows(seen.connection, seen.campaign)
    tree = read_units(file, seen.campaign.plan.levels, there)
    told = contacts_in_units(file, tree)
    known = {unit.code for unit in there}
    names = {unit.code: unit.name for unit in tree}
    lines = [
        Line(unit.line, unit.code, unit.name, f"{page.level_title(unit.level)}, {names[unit.parent]}", Effect.NEW)
        for unit in tree
        if unit.code not in known
    ]
    return Preview(sorted(lines, key=lambda line: line.no), contacts=told)


def reports(asked: Asked) -> Preview:
    """A reports file: good rows are kept beside bad ones. Raises `Problems`, `NoTable` for one that has none at all."""
    file, page, seen = asked.file, asked.page, asked.seen
    profiles = [one for one in unit_profiles(seen.connection, seen.campaign) if seen.viewer.sees(seen.view, one.code)]
    rows, problems = sift_reports(file, seen.campaign.plan, profiles)
    effects, refused = _decided(rows, seen, asked.now)
    taken = tuple(row for row in rows if row.line in effects)
    day = Format(page.language).day
    lines = [
        Line(
            row.line,
            row.unit,
            seen.view.units[row.unit].name,
            f"{page.stage_title(row.stage)}, {' – '.join(day(one) for one in (row.on, row.to) if one)}",
            effects[row.line],
        )
        for row in taken
    ]
    return Preview(lines, sorted((*problems, *refused)), unused_columns(file), reports=taken)


def people(asked: Asked) -> Preview:
    """A contacts file, of which one mistake makes the whole useless. Raises `Problems`, `NoTable`."""
    file, seen = asked.file, asked.seen
    inside = [one for one in tree_units(seen.connection, seen.campaign) if seen.viewer.sees(seen.view, one.code)]
    rows = read_contacts(file, inside, _channels(seen))
    effects = contacts.effects(seen.connection, seen.campaign.name, rows, asked.now)
    lines = [
        Line(row.line, row.unit, seen.view.units[row.unit].name, row.name or row.role, Effect(effect))
        for row, effect in zip(rows, effects, strict=True)
    ]
    return Preview(lines, contacts=rows)


READERS: Mapping[str, Callable[[Asked], Preview]] = {
    UNITS: units,
    REPORTS: reports,
    CONTACTS: people,
}


def _channels(seen: Seen) -> Channels:
    """Messages to an address of its own leave this machine, so only who administers all of the campaign names one."""
    inside = (
        one for one in contacts.listed(seen.connection, seen.campaign.name) if seen.viewer.sees(seen.view, one.unit)
    )
    return Channels(contacts.kept_channels(inside), new=seen.viewer.sees_all(seen.view))


def _decided(rows: tuple[ReportRow, ...], seen: Seen, now: datetime) -> tuple[dict[int, Effect], list[Problem]]:
    """What each row would do by its line, and the sentences of those that the rules refuse."""
    of_units = by_unit(rows)
    states = {state.profile.code: state for state in _states(seen, of_units) if state.profile}
    effects: dict[int, Effect] = {}
    outcome = Outcome()
    # Once a unit, however often a file names it.
    look = cache(partial(around, seen.connection, seen.campaign))
    for unit, theirs in of_units.items():
        state, waits = states[unit], False
        for row in theirs:
            if waits:  # on what an earlier row of the unit waits for
                effects[row.line] = Effect.WAITS
                continue
            try:
                facts = _facts(state, row, seen.today, look)
            except Refused as refused:
                there = outcome.there
                if refused.code == "gate_closed" and of_units.keys() & set(seen.view.children.get(unit, ())):
                    effects[row.line], waits = Effect.WAITS, True
                    continue
                outcome.refuse(row, refused)
                if outcome.there > there:
                    effects[row.line] = Effect.SAME
                continue
            effects[row.line] = Effect.NEW
            state = fold(state, number(state, facts, by=seen.viewer.by, recorded=now))
    return effects, outcome.problems(seen.campaign.plan.instruments)


def _states(seen: Seen, codes: Mapping[str, object]) -> list[UnitState]:
    return unit_states(seen.connection, seen.campaign, list(codes)) if codes else []


def _facts(state: UnitState, row: ReportRow, today: date, look: Callable[[str], Surroundings]) -> tuple[Fact, ...]:
    """What the unit would decide; `look` gives what stands around one. Raises `Refused`."""
    command = command_of(row)
    try:
        return decide(state, command, today)
    except Refused as refused:
        if refused.code not in OF_OTHERS:
            raise
    # Only such refusals are worth the look at all that stands around.
    return decide(state, command, today, look(row.unit))
