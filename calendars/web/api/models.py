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
