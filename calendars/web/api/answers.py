"""What became of orders and changes."""

from __future__ import annotations

from pydantic import Field

from calendars.web.api.models import Both, Document


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
