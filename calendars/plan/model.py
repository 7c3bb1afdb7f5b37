"""A campaign's plan: which stages each level walks, by when, and which instrument says so.

The models mirror the YAML file key by key. Dates are whole days in the campaign's time zone, never instants; a day
named as `target` or `deadline` still belongs to the time allowed (reports of 2020 counted congresses "to the end of
30/6"; FACTS: inclusive). Cross-checks between the keys are in `calendars.plan.check`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError


def _day(value: object) -> object:
    # Left to itself pydantic also takes numbers, as seconds since 1970, and instants at midnight.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_day", "a day that exists in the calendar") from None
    raise PydanticCustomError("not_a_day", "a day written year-month-day, like 2020-05-31")


def _time_of_day(value: object) -> object:
    if isinstance(value, time) or (
        isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", value)
    ):
        return value
    raise PydanticCustomError("not_a_time", 'a time of day between 00:00 and 23:59, like "08:00"')


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Phrase = Annotated[str, StringConstraints(min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Offset = Annotated[int, Field(ge=0, le=400, strict=True)]


class PlanModel(BaseModel):
    """Frozen, and refuses keys it does not know: a misspelt key must not pass as an absent one.

    What stands below a field explains it in the JSON Schema, and so in editors.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True, use_attribute_docstrings=True
    )


class Text(PlanModel):
    """A text in the two languages of the service."""

    vi: Phrase
    en: Phrase

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Instrument(PlanModel):
    """A directive, guidance or local plan. Numbers restart with every tenure: number **and** date name it."""

    number: Phrase
    date: Day
    issuer: str | None = None
    title: str | None = None
    url: str | None = None


class Due(PlanModel):
    """A day by which a stage is to be held, that day included, and where the day comes from."""

    date: Day
    source: str | None = None


class Window(PlanModel):
    """Days from `from` to `to`, both included."""

    from_: Day = Field(alias="from")
    to: Day
    source: str | None = None


class LeadIn(PlanModel):
    """A preparatory step, counted back from the first day of a stage in calendar or in working days."""

    id: Identifier
    title: Text | None = None
    days: Offset | None = None
    working_days: Annotated[int, Field(ge=0, le=260, strict=True)] | None = None
    remind: tuple[Offset, ...] | None = None
    """Days before the step on which to remind, instead of `reminders.lead_ins`."""
    source: str | None = None


class Gate(PlanModel):
    """The stage may be held only when `share` of the unit's direct children held the stage `children`."""

    children: Identifier
    share: Share = 1.0


class Rerun(PlanModel):
    """A vote that fails is run again within `days` calendar days of the first one."""

    days: Offset
    source: str | None = None


class ResultType(StrEnum):
    """What a reported result may be: `percent` 0-100, `ratio` as "290/292", the rest as named."""

    BOOL = "bool"
    INT = "int"
    PERCENT = "percent"
    RATIO = "ratio"
    TEXT = "text"


class Stage(PlanModel):
    """One step of every unit of `level`: on one day for all (`on`), or in a window with up to two deadlines."""

    id: Identifier
    """What reports, gates and feeds call the stage; it never changes once the campaign runs."""
    level: Identifier
    title: Text | None = None
    bodies: Text | None = None
    """Whose congress it is, as in the middle of a sentence: `chi bộ`, `đảng bộ cơ sở`."""
    on: Day | None = None
    """The one day on which all units hold the stage; then there is no `opens`."""
    opens: Day | None = None
    """The first day on which a unit that is no pilot may hold the stage."""
    target: Due | None = None
    """The local deadline, set by the superior."""
    deadline: Due | None = None
    """The central deadline."""
    after: Identifier | None = None
    """A stage that the same unit holds first."""
    max_days: Annotated[int, Field(ge=1, le=31, strict=True)] | None = None
    """How many calendar days a congress may take, first and last included."""
    lead_ins: tuple[LeadIn, ...] = ()
    """Preparatory steps, each counted back from the first day."""
    results: dict[Identifier, ResultType] = Field(default_factory=dict)
    """What a report of the stage may state, and of which type."""
    remind: tuple[Offset, ...] | None = None
    """Days before a date on which to remind, instead of `reminders.before`."""
    rerun: Rerun | None = None
    """Within how many days a vote that failed is run again."""
    gate: Gate | None = None
    pilots: Window | None = None
    """When units that go first may hold the stage; it ends before the others begin."""
    source: str | None = None


class Freeze(PlanModel):
    """A suspension: nothing is held from `from` to `to`, both included (`to` unknown while it lasts)."""

    from_: Day = Field(alias="from")
    to: Day | None = None
    ordered: Day | None = None
    source: str | None = None


class Consent(PlanModel):
    """Units with `tag` may report `result` for `stage` only once the body `from` has agreed."""

    stage: Identifier
    tag: Identifier
    result: Identifier
    from_: Phrase = Field(alias="from")
    source: str | None = None


class DigestRhythm(StrEnum):
    """How often a superior gets a summary: on the first working day of a week, on each working day, never."""

    WEEKLY = "weekly"
    DAILY = "daily"
    OFF = "off"


class Reminders(PlanModel):
    """When people are reminded: days before a date, every how many days once overdue, days until a superior hears."""

    before: tuple[Offset, ...] = (30, 14, 7, 1)
    lead_ins: tuple[Offset, ...] = (3,)
    """Days before a preparatory step on which to remind of it."""
    overdue_every: Annotated[int, Field(ge=1, le=60, strict=True)] = 7
    escalate_after: Annotated[int, Field(ge=1, le=60, strict=True)] = 3
    at: TimeOfDay = time(8)
    digest: DigestRhythm = DigestRhythm.WEEKLY
    """How often a unit with units below it gets a summary of them."""
    jitter_minutes: Annotated[int, Field(ge=0, le=240, strict=True)] = 15


class Indicator(PlanModel):
    """The share of reports of a stage (or of a level's stages) that state the result `share_of` as true.

    `target` is a share, `at_least` a number of units; one of them is given.
    """

    id: Identifier
    title: Text | None = None
    stage: Identifier | None = None
    level: Identifier | None = None
    share_of: Identifier
    target: Share | None = None
    at_least: Annotated[int, Field(ge=1, strict=True)] | None = None
    source: str | None = None


class Plan(PlanModel):
    """The whole plan of one campaign. Nothing of the campaign happens before `from` or after `until`."""

    campaign: Identifier
    title: Text
    timezone: str = "Asia/Ho_Chi_Minh"
    """The IANA name of the time zone in which all days of the campaign are meant."""
    from_: Day = Field(alias="from")
    """The first day of the campaign."""
    until: Day
    """The last day of the campaign, at most six years later."""
    instruments: dict[Identifier, Instrument] = Field(default_factory=dict)
    """What rules come from, by the name that a `source` begins with to cite it."""
    levels: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The levels of the tree, top down."""
    level_titles: dict[Identifier, Text] = Field(default_factory=dict)
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    freezes: tuple[Freeze, ...] = ()
    consents: tuple[Consent, ...] = ()
    reminders: Reminders = Reminders()
    indicators: tuple[Indicator, ...] = ()

    def stages_of(self, level: str) -> tuple[Stage, ...]:
        """The stages a unit of `level` walks, in the plan's order."""
        return tuple(stage for stage in self.stages if stage.level == level)

    def stage(self, stage_id: str) -> Stage:
        """The stage with this id. Raises `KeyError` when the plan has none."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON data, from which `Plan.model_validate` makes the same plan."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
