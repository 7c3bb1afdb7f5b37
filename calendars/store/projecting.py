"""Folds journalled events into the projections: releases, units, stages, calendar entries, and what feeds' ETags need.

The result depends on the journal's lines and their positions alone, never on how they were grouped into transactions:
a rebuild gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, update

from calendars.sequence.events import Line, event_of
from calendars.sequence.evolving import evolve
from calendars.sequence.facts import Enrolled, Fact
from calendars.sequence.notices import QUIET
from calendars.sequence.state import UnitState
from calendars.store.renderer import Entry, Renderer
from calendars.store.rows import stage_row, unit_row
from calendars.store.schema import campaigns, entries, releases, stages, units
from calendars.store.stamping import EntryRow, restamp
from calendars.store.statements import ADVANCE_UNIT, ENTRIES, LEAVE, SUPERIORS, TOUCH, TOUCH_ALL, UNITS, upsert_into
from calendars.store.states import Plans, dump_state, load_state, read_plans, ruled

CAMPAIGN_STREAM = "@campaign"


@dataclass(frozen=True, slots=True)
class Placed:
    """A journal line with its place: position in the whole journal, campaign and unit."""

    position: int
    campaign: str
    unit: str
    line: Line


@dataclass(slots=True)
class _Working:
    state: UnitState
    entries: dict[str, EntryRow] = field(default_factory=dict)
    position: int = 0
    has_entries: bool = True  # False while they stand in the database alone

    @property
    def parent(self) -> str:
        assert self.state.profile is not None, "a unit's first event enrols it"
        return self.state.profile.parent


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a unit with the states before and after it."""

    placed: Placed
    fact: Fact
    before: UnitState
    after: UnitState


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What one transaction read or wrote and the next needs again: plans by campaign, each unit's superior, and of the
    `most` units that came last all that there is.

    True as long as nobody else writes. Where a unit's superior is known, so is every unit above it that there is.
    """

    most: int = 0
    plans: dict[str, Plans] = field(default_factory=dict)
    parents: dict[Key, str] = field(default_factory=dict)
    units: dict[Key, _Working] = field(default_factory=dict)
    modified: dict[Key, datetime] = field(default_factory=dict)  # `below_modified` of these units

    def keep(self, units: Mapping[Key, _Working], modified: Mapping[Key, datetime]) -> None:
        """Remembers what a transaction left behind."""
        for key, working in units.items():
            self.units.pop(key, None)  # so that it goes to the end
            self.units[key] = working
        for key in list(self.units)[: max(0, len(self.units) - self.most)]:
            del self.units[key]
            self.modified.pop(key, None)
        self.modified.update({key: at for key, at in modified.items() if key in self.units})

    def forget(self) -> None:
        """Everything is to be read again."""
        self.plans.clear()
        self.parents.clear()
        self.units.clear()
        self.modified.clear()


class Projection:
    """The projections touched by one transaction: load what is there, apply lines, write once."""

    def __init__(self, connection: Connection, renderer: Renderer, known: Known) -> None:
        self._connection = connection
        self._renderer = renderer
        self._known = known
        self._plans = known.plans
        self._parents = known.parents
        self._units: dict[Key, _Working] = {}
        self._below: dict[Key, tuple[int, datetime]] = {}
        self._quiet: set[Key] = set()
        self._modified = dict(known.modified)  # `below_modified` as the database has it
        self.turns: list[Turn] = []

    def load(self, keys: Iterable[Key], quiet: Collection[Key] = ()) -> None:
        """Reads the units with these keys, their entries and the chain of their superiors; of those of which only
        `quiet` lines come, the units alone."""
        by_campaign: dict[str, list[str]] = {}
        for campaign, unit in keys:
            if unit != CAMPAIGN_STREAM:
                by_campaign.setdefault(campaign, []).append(unit)
        for campaign, codes in by_campaign.items():
            there = [code for code in self._load_units(campaign, codes) if (campaign, code) not in quiet]
            if bare := [code for code in there if not self._units[campaign, code].has_entries]:
                self._load_entries(campaign, bare)
            if unknown := [code for code in there if (campaign, code) not in self._parents]:
                self._load_superiors(campaign, unknown)

    def plans(self, campaign: str) -> Plans:
        """The releases of a campaign's plan. Raises `LookupError` before its launch is journalled."""
        if campaign not in self._plans:
            self._plans[campaign] = read_plans(self._connection, campaign)
        return self._plans[campaign]

    def state(self, campaign: str, unit: str) -> UnitState | None:
        """The unit as the journal has it, or None when it has nothing of it."""
        working = self._units.get((campaign, unit))
        return working.state if working else None

    def _load_units(self, campaign: str, codes: list[str]) -> list[str]:
        known = self._known.units
        there = [code for code in codes if (campaign, code) in known]
        self._units.update({(campaign, code): known[campaign, code] for code in there})
        unknown = [code for code in codes if (campaign, code) not in known]
        if not unknown:
            return there
        for row in self._connection.execute(UNITS, {"of_campaign": campaign, "codes": unknown}):
            state = load_state(row.state, self.plans(campaign), row.level)
            self._units[campaign, row.unit] = _Working(state, position=row.position, has_entries=False)
            self._modified[campaign, row.unit] = row.below_modified
            there.append(row.unit)
        return there

    def _load_entries(self, campaign: str, codes: list[str]) -> None:
        for code in codes:
            self._units[campaign, code].has_entries = True
        for unit, uid, *values in self._connection.execute(ENTRIES, {"of_campaign": campaign, "codes": codes}):
            self._units[campaign, unit].entries[uid] = EntryRow(*values)

    def _load_superiors(self, campaign: str, codes: list[str]) -> None:
        for unit, parent in self._connection.execute(SUPERIORS, {"of_campaign": campaign, "codes": codes}):
            # What this transaction moved is not written yet.
            self._parents.setdefault((campaign, unit), parent)

    def apply(self, placed: Placed) -> None:
        """Folds one line in. Lines of a unit come in the order of their numbers."""
        if placed.unit == CAMPAIGN_STREAM:
            self._apply_to_campaign(placed)
            return
        key = (placed.campaign, placed.unit)
        event, plans = event_of(placed.line), self.plans(placed.campaign)
        working = self._units.get(key)
        if working is None:
            if not isinstance(event.fact, Enrolled):
                raise LookupError(f"unit {placed.unit} of campaign {placed.campaign} begins without being enrolled")
            rules = plans.rules(event.fact.release, event.fact.profile.level)
            working = self._units[key] = _Working(UnitState(rules))
        before = working.state
        working.state = evolve(before, event)
        self.turns.append(Turn(placed, event.fact, before, working.state))
        if placed.line.type in QUIET:
            working.position = placed.position
            self._quiet.add(key)
            return
        if working.state.rules_version != before.rules_version:
            # A release may change more than the dates that a unit is told: as read again, so at once.
            working.state = ruled(working.state, plans)
        working.position = placed.position
        self._change_entries(working, placed)
        if self._parents.get(key) != working.parent:
            self._move(key, working.parent, placed)
        self._touch(key, placed)

    def _move(self, key: Key, parent: str, placed: Placed) -> None:
        """Puts a unit under its superior. What leaves the former superior changes what is shown of it."""
        if key in self._parents:
            self._touch(key, placed)
        self._parents[key] = parent
        if parent and (key[0], parent) not in self._parents:
            self._load_superiors(key[0], [parent])

    def _change_entries(self, working: _Working, placed: Placed) -> None:
        plans = self.plans(placed.campaign)
        now = self._renderer.entries(plans.plan(working.state.rules_version), working.state, plans.newest)
        restamp(working.entries, now, self._renderer, placed.line.recorded, placed.position)

    def _touch(self, key: Key, placed: Placed) -> None:
        campaign, unit = key
        seen = set()
        # A superior that is not enrolled yet takes all this over when it is, whatever transaction that falls in.
        while unit not in seen and ((campaign, unit) in self._units or (campaign, unit) in self._parents):
            seen.add(unit)
            self._touch_one((campaign, unit), placed)
            unit = self._parents.get((campaign, unit), "")

    def _touch_one(self, key: Key, placed: Placed) -> None:
        recorded = placed.line.recorded
        modified = self._modified[key] = max(self._modified.get(key, recorded), recorded)
        self._below[key] = placed.position, modified

    def _apply_to_campaign(self, placed: Placed) -> None:
        if placed.line.type == "launched":
            self._launch(placed)
        elif placed.line.type == "amended":
            self._amend(placed)

    def _launch(self, placed: Placed) -> None:
        data = placed.line.data
        row = {
            "campaign": placed.campaign,
            "plan": data["plan"],
            "timezone": data["timezone"],
            "today": placed.line.effective,
            "shift_days": data["shift_days"],
            "launched": placed.line.recorded,
            "renderer": self._renderer.version,
            "position": placed.position,
        }
        self._upsert(campaigns, [row])
        self._release(placed, 1)

    def _amend(self, placed: Placed) -> None:
        campaign, data = placed.campaign, placed.line.data
        self.plans(campaign).add(data["release"], data["plan"])
        self._release(placed, data["release"])
        self._connection.execute(update(campaigns).where(campaigns.c.campaign == campaign).values(plan=data["plan"]))
        # Titles of the plan stand in every feed of the campaign, whether or not the unit's dates change.
        new = {"in_campaign": campaign, "new": placed.position, "at": placed.line.recorded}
        self._connection.execute(TOUCH_ALL, new)
        for key in {*self._below, *self._units}:
            if key[0] == campaign:
                self._touch_one(key, placed)
        for key, modified in self._modified.items():
            if key[0] == campaign:
                self._modified[key] = max(modified, placed.line.recorded)

    def _release(self, placed: Placed, number: int) -> None:
        data = placed.line.data
        row = {
            "campaign": placed.campaign,
            "number": number,
            "plan": data["plan"],
            "effective": placed.line.effective,
            "instrument": data.get("instrument", ""),
            "reason": data.get("reason"),
            "recorded": placed.line.recorded,
            "position": placed.position,
        }
        self._upsert(releases, [row])

    def write(self) -> None:
        """Writes everything that changed."""
        touched = {key: working for key, working in self._units.items() if key in self._below}
        self._upsert(units, [self._unit_row(key, working) for key, working in touched.items()])
        self._upsert(
            stages,
            [
                {"campaign": key[0], "unit": key[1], **stage_row(working.state, stage)}
                for key, working in touched.items()
                for stage in working.state.rules.stages
            ],
        )
        quiet = [
            {
                "in_campaign": key[0],
                "of": key[1],
                "new_version": working.state.version,
                "new_state": dump_state(working.state),
                "new": working.position,
            }
            for key, working in self._units.items()
            if key in self._quiet and key not in touched
        ]
        if quiet:
            self._connection.execute(ADVANCE_UNIT, quiet)
        changed = [(key, uid, row) for key, unit in touched.items() for uid, row in unit.entries.items() if row.changed]
        self._upsert(entries, [self._entry_row(key, uid, row) for key, uid, row in changed if row.entry is not None])
        left = [
            {"in_campaign": key[0], "of": uid, "number": row.sequence, "at": row.modified, "new": row.position}
            for key, uid, row in changed
            if row.entry is None
        ]
        if left:
            self._connection.execute(LEAVE, left)
        above = [
            {"in_campaign": key[0], "of": key[1], "new": position, "at": recorded}
            for key, (position, recorded) in self._below.items()
            if key not in touched
        ]
        if above:
            self._connection.execute(TOUCH, above)
        for _, _, row in changed:
            row.changed, row.entry = False, None
        self._known.keep(self._units, self._modified)

    def _unit_row(self, key: Key, working: _Working) -> dict[str, Any]:
        position, modified = self._below[key]
        return {
            "campaign": key[0],
            "unit": key[1],
            **unit_row(working.state),
            "position": working.position,
            "below": position,
            "below_modified": modified,
        }

    def _entry_row(self, key: Key, uid: str, row: EntryRow) -> dict[str, Any]:
        entry: Entry = row.entry
        stamp: dict[str, Any] = {"sequence": row.sequence, "created": row.created, "modified": row.modified}
        return {
            "campaign": key[0],
            "uid": uid,
            "unit": key[1],
            "stage": entry.stage,
            "kind": entry.kind,
            "status": entry.status,
            "first": entry.first,
            "last": entry.last,
            "live": row.live,
            "position": row.position,
            "facts": row.facts,
            "vi": self._renderer.render(entry, language="vi", **stamp) if row.live else b"",
            "en": self._renderer.render(entry, language="en", **stamp) if row.live else b"",
            **stamp,
        }

    def _upsert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(upsert_into(table, self._connection.dialect.name), rows)
