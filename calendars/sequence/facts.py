"""The facts of a unit's life.

A fact's `effective` is the day it became true, in the campaign's time zone (for a congress: its last day). The type
names and the fields are stored: they never change their meaning, and a new field has a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, get_args

from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, Count, Gate, Profile, Results, Span


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The unit joins the campaign and follows the plan's release `release`."""

    type: ClassVar[str] = "enrolled"
    effective: date
    profile: Profile
    release: int = 1
    joined: date | None = None  # the campaign's day on which it joined


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The days of a stage were set, or moved."""

    type: ClassVar[str] = "scheduled"
    effective: date
    stage: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Held:
    """The stage was held from `first` to `last`."""

    type: ClassVar[str] = "held"
    effective: date
    stage: str
    first: date
    last: date
    results: Results = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What had been reported was wrong: these are the days and all results as they really were."""

    type: ClassVar[str] = "corrected"
    effective: date
    stage: str
    first: date
    last: date
    reason: str
    results: Results = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retracted:
    """What had been reported did not happen."""

    type: ClassVar[str] = "retracted"
    effective: date
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class FellOverdue:
    """The day `due` of a clock passed and the stage was not held. `effective` is the day after `due`."""

    type: ClassVar[str] = "overdue"
    effective: date
    stage: str
    clock: Clock
    due: date


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """It was time to remind of the day `due` of a stage, `days` before it; `of` is the kind of that day."""

    type: ClassVar[str] = "reminder_due"
    effective: date
    stage: str
    of: str
    due: date
    days: int


@dataclass(frozen=True, slots=True)
class StillOverdue:
    """The stage was still not held, `days` after the day `due` of a clock: it was time to say so again."""

    type: ClassVar[str] = "still_overdue"
    effective: date
    stage: str
    clock: Clock
    due: date
    days: int


@dataclass(frozen=True, slots=True)
class Escalated:
    """Nobody had answered for the overdue stage: the superior `step` levels above was to hear of it.

    The direct superior is step 1.
    """

    type: ClassVar[str] = "escalated"
    effective: date
    stage: str
    clock: Clock
    due: date
    step: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody answered for the overdue stage: no further superior hears of it; the unit is reminded as before."""

    type: ClassVar[str] = "acknowledged"
    effective: date
    stage: str
    clock: Clock
    due: date


@dataclass(frozen=True, slots=True)
class Postponed:
    """The planned days `first` to `last` will not be kept. `freeze` is the suspension they fell into, if one did it."""

    type: ClassVar[str] = "postponed"
    effective: date
    stage: str
    first: date
    last: date
    reason: str
    freeze: str = ""


@dataclass(frozen=True, slots=True)
class GateTurned:
    """What must have been held below the unit: `held` of `of` children; `waiting` are the codes of the others."""

    type: ClassVar[str] = "gate"
    effective: date
    stage: str
    gate: Gate
    held: int
    of: int
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waived:
    """A superior lets the stage be held though its gate is closed, or the pilots beside it are not through."""

    type: ClassVar[str] = "waived"
    effective: date
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Consented:
    """`body` agreed on the day `effective` to what needs its consent at this stage."""

    type: ClassVar[str] = "consented"
    effective: date
    stage: str
    body: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The superior recorded what was learnt from this pilot (rút kinh nghiệm) on the day `effective`."""

    type: ClassVar[str] = "reviewed"
    effective: date
    stage: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class LeadInDone:
    """A preparatory step of the stage was done on the day `effective`."""

    type: ClassVar[str] = "lead_in_done"
    effective: date
    stage: str
    lead_in: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """The unit is suspended from `first` to `last`, both included; without `last` until it is resumed."""

    type: ClassVar[str] = "frozen"
    effective: date
    freeze: str
    first: date
    last: date | None
    reason: str
    under: str = ""  # the unit it was ordered for, with all below it


@dataclass(frozen=True, slots=True)
class Resumed:
    """The suspension `freeze` ended; `last` was its last day, the day before its first one if it never began."""

    type: ClassVar[str] = "resumed"
    effective: date
    freeze: str
    last: date


@dataclass(frozen=True, slots=True)
class Amended:
    """The unit follows the plan's release `release`; `dates` are all dates of the stages that it changed for the unit.

    `source` is the instrument that ordered it, as the plan of that release calls it.
    """

    type: ClassVar[str] = "amended"
    effective: date
    release: int
    dates: tuple[StageDates, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The unit has a due day of its own, which releases leave alone."""

    type: ClassVar[str] = "pinned"
    effective: date
    stage: str
    clock: Clock
    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Unpinned:
    """The due day is the plan's again."""

    type: ClassVar[str] = "unpinned"
    effective: date
    stage: str
    clock: Clock
    reason: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """The superior `by` held its stage `above` on `days`: what it rests on, `stages`, is not changed any more."""

    type: ClassVar[str] = "sealed"
    effective: date
    by: str
    above: str
    days: Span
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The superior took its report of the stage `above` back: `stages` may be corrected again."""

    type: ClassVar[str] = "unsealed"
    effective: date
    by: str
    above: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reopened:
    """An administrator lets a sealed stage be corrected or retracted."""

    type: ClassVar[str] = "reopened"
    effective: date
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """The unit stands under another superior from the day `effective`."""

    type: ClassVar[str] = "transferred"
    effective: date
    parent: str
    parent_name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The unit is called `name` from the day `effective`, its superior `parent_name` if that is given."""

    type: ClassVar[str] = "renamed"
    effective: date
    name: str
    parent_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The unit ended on the day `effective`: `how` is "merged", with a successor, or "dissolved". What was called off
    with it is shown in calendars until the day `shown`."""

    type: ClassVar[str] = "ended"
    effective: date
    how: str
    successor: str = ""
    successor_name: str = ""
    reason: str = ""
    shown: date | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was called off with the unit was shown long enough, and leaves its calendar on the day `effective`."""

    type: ClassVar[str] = "cleared"
    effective: date


@dataclass(frozen=True, slots=True)
class DigestDue:
    """It was time for the summary of the units below; `awaited` of them had not held what the unit waits for, -1 where
    it waits for nothing."""

    type: ClassVar[str] = "digest_due"
    effective: date
    awaited: int


@dataclass(frozen=True, slots=True)
class RolledUp:
    """How many units below had held a stage by the end of the day `effective`: those figures that had changed."""

    type: ClassVar[str] = "rolled_up"
    effective: date
    counts: tuple[Count, ...]


OfStage = (
    Scheduled
    | Held
    | Corrected
    | Retracted
    | FellOverdue
    | ReminderDue
    | StillOverdue
    | Escalated
    | Acknowledged
    | Postponed
    | GateTurned
    | Waived
    | Consented
    | Reviewed
    | LeadInDone
    | Pinned
    | Unpinned
    | Reopened
)
OfUnit = (
    Enrolled
    | Frozen
    | Resumed
    | Amended
    | Sealed
    | Unsealed
    | Transferred
    | Renamed
    | Ended
    | Cleared
    | DigestDue
    | RolledUp
)
Fact = OfStage | OfUnit
FACTS: dict[str, type[Fact]] = {fact.type: fact for fact in get_args(Fact)}
