"""What travels between a client, a unit's workflow and the activities. Fields may be added with defaults only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from calendars.plan.clock import campaign_today, zone_of
from calendars.sequence.commands import Command
from calendars.sequence.events import Line
from calendars.sequence.state import UnitState
from calendars.sequence.surroundings import Child, Superior


def unit_workflow_id(campaign: str, unit: str) -> str:
    """The id under which a unit's workflow runs."""
    return f"congress/{campaign}/{unit}"


@dataclass(frozen=True, slots=True)
class CampaignClock:
    """How a campaign tells its day: the local day in `timezone`, moved by whole days fixed at the launch."""

    timezone: str
    shift_days: int = 0
    jitter_seconds: int = 0  # each unit wakes up to this late, so that thousands do not wake in one second

    def day_at(self, now: datetime) -> date:
        """The campaign's day at the instant `now`."""
        return campaign_today(now, self.timezone, self.shift_days)

    @property
    def zone(self) -> tzinfo:
        """The time zone itself."""
        return zone_of(self.timezone)


@dataclass(frozen=True, slots=True)
class Order:
    """A command with its author. `id` makes it idempotent: sent twice, it is taken once."""

    id: str
    by: str
    command: Command


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order: the numbers of its events, and whether readers see them yet.

    `visible` is False when the journal could not be reached in time: the order is accepted and will be journalled.
    `repeated` is True when the same order had been taken before.
    """

    first: int
    last: int
    visible: bool = True
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Append:
    """New events of one stream, numbered without a gap.

    Without any it only asks whether the journal has gone further than the sender's `version`.
    """

    campaign: str
    unit: str
    lines: tuple[Line, ...]
    version: int = -1


@dataclass(frozen=True, slots=True)
class Appended:
    """The stream's version and the journal's position after an append.

    `journal_state` is set when the journal holds other events under the same numbers: nothing was written, and this
    is the unit to go on from.
    """

    version: int
    position: int
    journal_state: UnitState | None = None


@dataclass(frozen=True, slots=True)
class UnitStart:
    """How a unit's workflow begins: anew with its opening orders, or with the state of a former run or the journal.

    `children` are those below it, None when it has to look itself; `introduced` says that its neighbours know all that
    it begins with. `told` is what a former run told whom.
    """

    campaign: str
    unit: str
    clock: CampaignClock
    state: UnitState
    opening: tuple[Order, ...] = ()
    children: tuple[Child, ...] | None = None
    superior: Superior | None = None
    introduced: bool = False
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskAround:
    """The question of a unit who stands around it, for the read model, and what became of the children it knows."""

    campaign: str
    unit: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskCounts:
    """The question of a unit what was held of these stages below it by the end of a day, for the read model."""

    campaign: str
    unit: str
    day: date
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignStart:
    """A campaign's launch: the folder in the data directory that holds its files, and its day at launch.

    `joins` is for units that join a running campaign, which follows `release` by then.
    """

    campaign: str
    today: date
    clock: CampaignClock
    by: str
    folder: str
    reports: bool = True
    release: int = 1
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """Units `first` to `first + count` of a campaign's file, parents before children."""

    campaign: str
    folder: str
    first: int
    count: int
    by: str
    today: date
    clock: CampaignClock
    reports: bool = True
    release: int = 1
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a launch is: units in the file, workflows asked to start, units whose journal readers see."""

    units: int = 0
    started: int = 0
    done: bool = False
