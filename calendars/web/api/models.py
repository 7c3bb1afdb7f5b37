"""The documents that reading gives, key by key as the command line's `--json` has them.

Days are days of the campaign's time zone, instants UTC; margins are whole days, + is early.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Value = bool | int | float | str


class Document(BaseModel):
    """Made from what the store hands over."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class Both(Document):
    """A text in both languages."""

    vi: str
    en: str


class Days(Document):
    """The days of a congress, both included."""

    from_: date = Field(alias="from")
    to: date


class CampaignDocument(Document):
    """A launched campaign: the newest release of its plan, and which day it is there."""

    campaign: str
    title: Both
    timezone: str
    today: date
    from_: date = Field(alias="from")
    until: date
    release: int
    levels: list[str]
    top: str = Field(description="The highest unit that the token opens.")


class SpreadDocument(Document):
    """The smallest, middle and largest of some margins."""

    min: int
    median: float
    max: int


class StageSummaryDocument(Document):
    """One stage over all its units."""

    stage: str
    level: str
    units: int
    held: int
    share: float
    overdue: int
    last_held: date | None
    margin_target: SpreadDocument | None
    margin_deadline: SpreadDocument | None


class IndicatorDocument(Document):
    """An indicator: a share of the reports that state the result, or a number of units."""

    id: str
    value: float | int | None
    target: float | int | None
    met: bool | None


class ConflictDocument(Both):
    """A conflict of a stage of a unit, as it stands now."""

    unit: str
    name: str
    stage: str
    code: str


class StatusDocument(Document):
    """Where a campaign, or a part of it, stands at the end of the day `as_of`."""

    campaign: str
    as_of: date
    stages: list[StageSummaryDocument]
    indicators: list[IndicatorDocument]
    conflicts: list[ConflictDocument]


class UnitDocument(Document):
    """A unit in its place; one that ended has the day, and a successor if it was merged."""

    unit: str
    name: str
    level: str
    parent: str | None
    tags: list[str]
    ended: date | None
    successor: str | None


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


class EventDocument(Document):
    """What happened: effective on which day, recorded when, by whom."""

    no: int
    type: str
    effective: date
    recorded: datetime
    by: str
    data: dict[str, Any]


class JournalDocument(EventDocument):
    """An event with its place in the journal. Those of the campaign itself have the unit `@campaign`."""

    position: int
    campaign: str
    unit: str


class JournalPart(Document):
    """Events in the order of the journal, and the position to ask on from: it may be beyond the last one, where what
    came in between is not within the token's scope."""

    events: list[JournalDocument]
    after: int


class DateChangeDocument(Document):
    """A date that differs between two releases."""

    stage: str
    field: str
    before: str | None
    after: str | None


class ReleaseDocument(Document):
    """A version of the plan's dates."""

    release: int
    effective: date
    instrument: str
    reason: Both | None
    changes: list[DateChangeDocument]


class TryDocument(Document):
    """One try on one channel of a contact."""

    channel: str
    outcome: str
    at: datetime


class AnsweredDocument(Document):
    """Somebody answered for what the notice was about."""

    on: date
    recorded: datetime
    by: str


class NoticeDocument(Document):
    """A notice about `unit` to somebody of `recipient`, told by the role alone."""

    id: int
    unit: str
    kind: str
    stage: str
    anchor: str
    date: date
    offset: int
    event: int
    recipient: str
    role: str
    status: str
    planned: datetime
    due: datetime
    settled: datetime | None
    attempts: int
    former: str | None
    acknowledged: AnsweredDocument | None
    deliveries: list[TryDocument]


class EntryDocument(Document):
    """A calendar entry as feeds have it; the days are both included."""

    uid: str
    unit: str
    stage: str
    level: str
    kind: str
    status: str
    from_: date = Field(alias="from")
    to: date
    summary: str
    description: str
    sequence: int
    created: datetime
    modified: datetime


class AnswerDocument(Document):
    """What became of an order: the numbers of its events. `visible` is false while the store is away: then it is
    accepted and will be journalled. `repeated` says that the same order had been taken before."""

    campaign: str
    unit: str
    order: str
    first: int
    last: int
    visible: bool
    repeated: bool


class MoveDocument(Document):
    """A date of a unit's stage that changes."""

    unit: str
    name: str
    stage: str
    field: str
    before: str
    after: str


class RemarkDocument(Both):
    """A conflict, or a day of a unit's own."""

    unit: str
    name: str
    stage: str
    code: str


class AmendmentDocument(Document):
    """What a release does, or would do, to the whole tree."""

    campaign: str
    release: int
    dry_run: bool
    order: str | None = None
    repeated: bool = False
    units: int
    moves: list[MoveDocument]
    conflicts: list[RemarkDocument]
    pins: list[RemarkDocument]
    notices: dict[str, int]
    refused: list[str] = Field(default_factory=list)


class ReachedDocument(Document):
    """What became of a change: its event in the campaign's stream, how many units it reached, and which could not take
    it, with why."""

    campaign: str
    order: str
    no: int
    units: int
    refused: list[str]
    repeated: bool
