"""Releases: the numbered, immutable versions of a plan's dates, what differs between them, and which one set a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from calendars.plan.model import Due, Instrument, Plan, Stage, Text, Window
from calendars.plan.sources import citation, cited_key
from calendars.plan.yaml_writing import write_yaml

DateField = Literal["on", "opens", "target", "deadline", "pilots"]
FIELDS: tuple[DateField, ...] = ("on", "opens", "target", "deadline", "pilots")


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the plan, `effective` from a day on; the first one is the launch.

    `instrument` orders it, as the plan calls it; `reason` says why.
    """

    number: int
    plan: Plan
    effective: date
    instrument: str = ""
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class DateChange:
    """A date that differs: days in ISO form, a window as an interval, None where there is none."""

    stage: str
    field: DateField
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a date comes from: the date as text, the release that set it last, and a sentence with its instrument."""

    shown: str
    release: int
    source: str
    text: dict[str, str]


def diff(before: Plan, after: Plan) -> tuple[DateChange, ...]:
    """The dates that differ between two releases of one plan, in the plan's order; another source is no difference."""
    known = {stage.id: stage for stage in before.stages}
    changes = []
    for stage in after.stages:
        for name in FIELDS:
            old, new = shown(known[stage.id], name), shown(stage, name)
            if old != new:
                changes.append(DateChange(stage.id, name, old, new))
    return tuple(changes)


def origin(releases: Sequence[Release], stage: str, name: DateField) -> Origin | None:
    """Which release last set a date, and what orders it: the source of the date itself, else the release's instrument,
    else the source of the stage. None when the plan has no such date.

    `releases` come in their order; raises `KeyError` for an unknown stage.
    """
    newest = releases[-1].plan.stage(stage)
    day = shown(newest, name)
    if day is None:
        return None
    setter = releases[0]
    for before, release in pairwise(releases):
        if _value(before.plan.stage(stage), name) != _value(release.plan.stage(stage), name):
            setter = release
    plan = releases[-1].plan
    own = _value(newest, name)
    source = getattr(own, "source", None) or setter.instrument or newest.source
    cited = citation(source, plan.instruments) or ""
    since = f"{setter.effective:%d/%m/%Y}"
    first = setter.number == releases[0].number
    en = "the plan as launched" if first else f"release {setter.number} of {since}"
    vi = "kế hoạch ban đầu" if first else f"bản {setter.number} ngày {since}"
    return Origin(day, setter.number, cited, {"en": _joined(en, cited), "vi": _joined(vi, cited)})


def amendment_text(before: Plan, after: Plan, instrument: str) -> str:
    """The release file that gives the dates of `before` the values of `after`: what undoes a release is another one.

    `instrument` is a key of the instruments of either plan, and the source of dates that have none in `after`.
    Instruments that only `after` has are in the file if it cites them. Plans with the same dates and sources give a
    file without stages, which is no release.
    """
    known = {stage.id: stage for stage in before.stages}
    stages: list[dict[str, Any]] = []
    for stage in after.stages:
        changed = [name for name in FIELDS if _value(known[stage.id], name) != _value(stage, name)]
        if changed:
            dates: dict[str, Any] = {name: _plain(_value(stage, name)) for name in changed}
            stages.append({"id": stage.id, **dates})
    sources = [value.get("source") for stage in stages for value in stage.values() if isinstance(value, dict)]
    cited = {instrument, *(cited_key(source, after.instruments) for source in sources if source)}
    new = {key: _plain(each) for key, each in after.instruments.items() if key in cited - set(before.instruments)}
    release: dict[str, Any] = {"campaign": after.campaign, "instrument": instrument}
    if new:
        release["instruments"] = new
    return write_yaml({**release, "stages": stages})


def shown(stage: Stage, name: DateField) -> str | None:
    """A date of a stage in ISO form, a window as an interval."""
    value = _value(stage, name)
    if isinstance(value, Window):
        return f"{value.from_.isoformat()}/{value.to.isoformat()}"
    if isinstance(value, Due):
        return value.date.isoformat()
    return value.isoformat() if value else None


def _value(stage: Stage, name: DateField) -> date | Due | Window | None:
    value: date | Due | Window | None = getattr(stage, name)
    return value


def _plain(value: date | Due | Window | Instrument | None) -> Any:
    if isinstance(value, Due | Window | Instrument):
        return value.model_dump(by_alias=True, exclude_none=True)
    return value


def _joined(text: str, cited: str) -> str:
    return f"{text}, {cited}" if cited else text
