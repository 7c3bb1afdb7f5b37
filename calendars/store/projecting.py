"""Folds journalled events into the projections: units, stages, rendered calendar entries, and what a feed's ETag needs.

The result depends on the journal's lines and their positions alone, never on how they were grouped into transactions:
a rebuild gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, select

from calendars.plan.deadlines import margin
from calendars.plan.model import Plan, Stage
from calendars.sequence.events import Line, event_of
from calendars.sequence.evolving import evolve
from calendars.sequence.state import Profile, Rules, UnitState
from calendars.sequence.status import opens_on
from calendars.store.renderer import Entry, Renderer
from calendars.store.schema import campaigns, entries, stages, units
from calendars.store.statements import ENTRIES, LEAVE, SUPERIORS, TOUCH, UNITS, upsert_into

CAMPAIGN_STREAM = "@campaign"


@dataclass(frozen=True, slots=True)
class Placed:
    """A journal line with its place: position in the whole journal, campaign and unit."""

    position: int
    campaign: str
    unit: str
    line: Line


@dataclass(slots=True)
class _EntryRow:
    live: bool
    sequence: int
    created: datetime
    modified: datetime
    position: int
    facts: str
    entry: Any = None  # as it last stood in the feed; None while that is only known to the database
    changed: bool = False

    def change(self, placed: Placed, *, live: bool) -> None:
        self.live, self.changed, self.position = live, True, placed.position
        self.sequence += 1
        self.modified = max(self.modified, placed.line.recorded)


@dataclass(slots=True)
class _Working:
    plan: Plan
    state: UnitState
    entries: dict[str, _EntryRow] = field(default_factory=dict)
    position: int = 0


_STATE = TypeAdapter(UnitState)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What one transaction read and the next needs again: plans by campaign, and each unit's superior.

    True as long as nobody else writes. Where a unit's superior is known, so is every unit above it that there is.
    """

    plans: dict[str, Plan] = field(default_factory=dict)
    parents: dict[Key, str] = field(default_factory=dict)

    def forget(self) -> None:
        """Everything is to be read again."""
        self.plans.clear()
        self.parents.clear()


def dump_state(state: UnitState) -> dict[str, Any]:
    """The state as JSON data without its rules, which the plan gives again."""
    data: dict[str, Any] = _STATE.dump_python(state, mode="json", exclude={"rules"})
    return data


def load_state(data: dict[str, Any], rules: Rules) -> UnitState:
    """The state that `dump_state` wrote, under `rules`."""
    return _STATE.validate_python({**data, "rules": rules})


class Projection:
    """The projections touched by one transaction: load what is there, apply lines, write once."""

    def __init__(self, connection: Connection, renderer: Renderer, known: Known) -> None:
        self._connection = connection
        self._renderer = renderer
        self._plans = known.plans
        self._parents = known.parents
        self._units: dict[Key, _Working] = {}
        self._below: dict[Key, tuple[int, datetime]] = {}
        self._modified: dict[Key, datetime] = {}  # `below_modified` as the database has it

    def load(self, keys: Iterable[Key]) -> None:
        """Reads the units with these keys, their entries and the chain of their superiors."""
        by_campaign: dict[str, list[str]] = {}
        for campaign, unit in keys:
            if unit != CAMPAIGN_STREAM:
                by_campaign.setdefault(campaign, []).append(unit)
        for campaign, codes in by_campaign.items():
            there = self._load_units(campaign, codes)
            if there:
                self._load_entries(campaign, there)
            if unknown := [code for code in there if (campaign, code) not in self._parents]:
                self._load_superiors(campaign, unknown)

    def plan(self, campaign: str) -> Plan:
        """The plan that a campaign was launched with. Raises `LookupError` before its launch is journalled."""
        if campaign not in self._plans:
            document = self._connection.scalar(select(campaigns.c.plan).where(campaigns.c.campaign == campaign))
            if document is None:
                raise LookupError(f"campaign {campaign} is not journalled yet")
            self._plans[campaign] = Plan.model_validate(document)
        return self._plans[campaign]

    def state(self, campaign: str, unit: str) -> UnitState | None:
        """The unit as the journal has it, or None when it has nothing of it."""
        working = self._units.get((campaign, unit))
        return working.state if working else None

    def _load_units(self, campaign: str, codes: list[str]) -> list[str]:
        there = []
        for row in self._connection.execute(UNITS, {"of_campaign": campaign, "codes": codes}):
            plan = self.plan(campaign)
            state = load_state(row.state, Rules.of(plan, row.level))
            self._units[campaign, row.unit] = _Working(plan, state, position=row.position)
            self._modified[campaign, row.unit] = row.below_modified
            there.append(row.unit)
        return there

    def _load_entries(self, campaign: str, codes: list[str]) -> None:
        for unit, uid, *values in self._connection.execute(ENTRIES, {"of_campaign": campaign, "codes": codes}):
            self._units[campaign, unit].entries[uid] = _EntryRow(*values)

    def _load_superiors(self, campaign: str, codes: list[str]) -> None:
        for unit, parent in self._connection.execute(SUPERIORS, {"of_campaign": campaign, "codes": codes}):
            self._parents[campaign, unit] = parent

    def apply(self, placed: Placed) -> None:
        """Folds one line in. Lines of a unit come in the order of their numbers."""
        if placed.unit == CAMPAIGN_STREAM:
            self._apply_to_campaign(placed)
            return
        key = (placed.campaign, placed.unit)
        event = event_of(placed.line)
        working = self._units.get(key)
        if working is None:
            plan = self.plan(placed.campaign)
            profile = getattr(event.fact, "profile", None)
            if not isinstance(profile, Profile):
                raise LookupError(f"unit {placed.unit} of campaign {placed.campaign} begins without being enrolled")
            working = self._units[key] = _Working(plan, UnitState(Rules.of(plan, profile.level)))
            if profile.parent and (placed.campaign, profile.parent) not in self._parents:
                self._load_superiors(placed.campaign, [profile.parent])
            self._parents[key] = profile.parent
        working.state = evolve(working.state, event)
        working.position = placed.position
        self._change_entries(working, placed)
        self._touch(key, placed.position, placed.line.recorded)

    def _change_entries(self, working: _Working, placed: Placed) -> None:
        recorded, rows = placed.line.recorded, working.entries
        now = {entry.uid: entry for entry in self._renderer.entries(working.plan, working.state)}
        for uid, entry in now.items():
            facts, row = self._renderer.facts(entry), rows.get(uid)
            if row is None:
                rows[uid] = _EntryRow(True, 0, recorded, recorded, placed.position, facts, entry, changed=True)
            elif not row.live or row.facts != facts:
                row.facts, row.entry = facts, entry
                row.change(placed, live=True)
        for uid, row in rows.items():
            if row.live and uid not in now:
                row.change(placed, live=False)

    def _touch(self, key: Key, position: int, recorded: datetime) -> None:
        campaign, unit = key
        seen = set()
        # A superior that is not enrolled yet takes all this over when it is, whatever transaction that falls in.
        while unit not in seen and ((campaign, unit) in self._units or (campaign, unit) in self._parents):
            seen.add(unit)
            modified = self._modified.get((campaign, unit), recorded)
            self._modified[campaign, unit] = max(modified, recorded)
            self._below[campaign, unit] = position, max(modified, recorded)
            unit = self._parents.get((campaign, unit), "")

    def _apply_to_campaign(self, placed: Placed) -> None:
        if placed.line.type != "launched":
            return
        data = placed.line.data
        row = {
            "campaign": placed.campaign,
            "plan": data["plan"],
            "timezone": data["timezone"],
            "today": placed.line.effective,
            "shift_days": data["shift_days"],
            "launched": placed.line.recorded,
            "renderer": data["renderer"],
            "position": placed.position,
        }
        self._upsert(campaigns, [row])

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

    def _unit_row(self, key: Key, working: _Working) -> dict[str, Any]:
        profile = working.state.profile
        assert profile is not None, "a unit's first event enrols it"
        position, recorded = self._below[key]
        return {
            "campaign": key[0],
            "unit": key[1],
            "name": profile.name,
            "level": profile.level,
            "parent": profile.parent,
            "tags": list(profile.tags),
            "version": working.state.version,
            "state": dump_state(working.state),
            "position": working.position,
            "below": position,
            "below_modified": recorded,
        }

    def _entry_row(self, key: Key, uid: str, row: _EntryRow) -> dict[str, Any]:
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


def stage_row(state: UnitState, stage: Stage) -> dict[str, Any]:
    """The `stages` row of one stage: what is planned and held, and against which days."""
    now = state.stage(stage.id)
    target = stage.target.date if stage.target else None
    deadline = stage.deadline.date if stage.deadline else None
    profile = state.profile
    dues = [due for due in (stage.on, target, deadline) if due is not None]
    return {
        "stage": stage.id,
        "scheduled_first": now.scheduled.first if now.scheduled else None,
        "scheduled_last": now.scheduled.last if now.scheduled else None,
        "held_first": now.held.first if now.held else None,
        "held_last": now.held.last if now.held else None,
        "results": now.results,
        "opens": opens_on(stage, profile) if profile else None,
        "target": target,
        "deadline": deadline,
        "due": min(dues) if dues else None,
        "margin_target": margin(target, now.held.last) if now.held else None,
        "margin_deadline": margin(deadline, now.held.last) if now.held else None,
    }
