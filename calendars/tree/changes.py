"""What may be asked of a whole campaign: releases of its dates, freezes, changes of the tree.

`kind` tells them apart in a message and names the event in the campaign's stream; it is part of the wire format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Amend:
    """Give the plan its next release. `plan` is the whole plan as it is to be, `base` the release it was made from."""

    plan: dict[str, Any]
    base: int
    instrument: str = ""
    reason: dict[str, str] | None = None
    kind: Literal["amended"] = "amended"


@dataclass(frozen=True, slots=True)
class Suspend:
    """Freeze the campaign, or all below the unit `under`, from `first` to `last`, both included; without `last` until
    it is resumed."""

    first: date
    last: date | None
    reason: str
    under: str = ""
    kind: Literal["frozen"] = "frozen"


@dataclass(frozen=True, slots=True)
class Lift:
    """End the freezes that last; `on` is the first free day. With `under` they end below that unit only, those of the
    whole campaign too.

    `freezes` names them once the change is recorded.
    """

    on: date
    under: str = ""
    freezes: tuple[str, ...] = ()
    kind: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True)
class Merge:
    """Merge `units` into `into`: one of them, another unit, a new one called `name` under `parent`, or the superior of
    them all, when their level disappears."""

    units: tuple[str, ...]
    into: str
    on: date
    name: str = ""
    parent: str = ""
    reason: str = ""
    kind: Literal["merged"] = "merged"


@dataclass(frozen=True, slots=True)
class Split:
    """Part the new unit `into`, called `name`, from `unit`, with some of its children. Both live on."""

    unit: str
    into: str
    name: str
    on: date
    children: tuple[str, ...] = ()
    reason: str = ""
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the unit, with all below it, under another superior."""

    unit: str
    parent: str
    on: date
    reason: str = ""
    kind: Literal["transferred"] = "transferred"


@dataclass(frozen=True, slots=True)
class Dissolve:
    """End a unit that has nothing below it, without a successor."""

    unit: str
    on: date
    reason: str = ""
    kind: Literal["dissolved"] = "dissolved"


@dataclass(frozen=True, slots=True)
class Add:
    """Take a new unit into the campaign."""

    unit: str
    name: str
    level: str
    parent: str
    on: date
    tags: tuple[str, ...] = ()
    reason: str = ""
    kind: Literal["added"] = "added"


@dataclass(frozen=True, slots=True)
class RenameUnit:
    """Call the unit otherwise."""

    unit: str
    name: str
    on: date
    reason: str = ""
    kind: Literal["renamed"] = "renamed"


OfTree = Merge | Split | Transfer | Dissolve | Add | RenameUnit
Change = Annotated[Amend | Suspend | Lift | OfTree, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """A change with its author. `id` makes it idempotent: sent twice, it is made once."""

    id: str
    by: str
    change: Change


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change that stands in the campaign's stream as event `no`; `repeated` if it stood there before."""

    campaign: str
    no: int
    by: str
    today: date
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What the campaign's workflow asks to have recorded, on its day and at its instant."""

    campaign: str
    order: ChangeOrder
    today: date
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a change: its event, how many units it reached, and those that could not take it, with why."""

    no: int = 0
    units: int = 0
    refused: tuple[str, ...] = field(default_factory=tuple)
    repeated: bool = False
