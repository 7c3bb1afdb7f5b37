"""The document of one unit, key by key as `status UNIT --json` has it."""

from __future__ import annotations

from datetime import date

from calendars.web.api.models import Both, Days, Document, Value


class AwaitedDocument(Document):
    """A unit that a gate waits for."""

    unit: str
    name: str


class GateDocument(Document):
    """What must have been held below the unit."""

    state: str
    children: str
    share: float
    held: int
    needed: int
    of: int
    waiting: list[AwaitedDocument]


class LeadInDocument(Document):
    """A preparatory step."""

    id: str
    title: Both
    day: date
    derivation: Both
    source: str | None
    done: date | None


class StageConflictDocument(Both):
    """A conflict of a stage."""

    code: str


class PinDocument(Document):
    """A due day of the unit's own."""

    day: date
    reason: str
    instead_of: date | None


class UnitStageDocument(Document):
    """One stage of the unit."""

    stage: str
    status: str
    scheduled: Days | None
    held: Days | None
    target: date | None
    deadline: date | None
    margin_target: int | None
    margin_deadline: int | None
    gate: GateDocument | None
    postponed: Days | None
    sealed: bool
    waived: str
    consents: dict[str, date]
    lead_ins: list[LeadInDocument]
    results: dict[str, Value]
    conflicts: list[StageConflictDocument]
    pins: dict[str, PinDocument]


class EndingDocument(Document):
    """How the unit ended."""

    on: date
    how: str
    successor: str
    successor_name: str
    reason: str


class ReportedStageDocument(Document):
    """A stage that a predecessor held."""

    stage: str
    held: Days


class PredecessorDocument(Document):
    """A unit that was merged into this one."""

    unit: str
    name: str
    on: date
    stages: list[ReportedStageDocument]


class SuspensionDocument(Document):
    """A freeze that the unit knows; without `last` until it is resumed."""

    id: str
    first: date
    last: date | None
    reason: str


class UnitStatusDocument(Document):
    """Where a unit stands at the end of the day `as_of`."""

    campaign: str
    as_of: date
    unit: str
    name: str
    level: str
    parent: str | None
    stages: list[UnitStageDocument]
    ended: EndingDocument | None
    predecessors: list[PredecessorDocument]
    freezes: list[SuspensionDocument]
