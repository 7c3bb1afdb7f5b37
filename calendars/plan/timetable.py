"""The plan as a timetable that an officer can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from calendars.plan.deadlines import DerivedDate, DueKind, due_dates, lead_in_dates
from calendars.plan.model import Freeze, Gate, Instrument, LeadIn, Plan, Stage, Text, Window
from calendars.plan.sources import citation


@dataclass(frozen=True, slots=True)
class Step:
    """A preparatory step of a stage that is on one day for all."""

    id: str
    title: Text
    day: date
    derivation: Text
    source: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A stage: its days, all included, and what else the plan says of it. Sources are as people cite them."""

    stage: str
    title: Text
    on: date | None
    opens: date | None
    target: date | None
    deadline: date | None
    pilots: Window | None
    after: str | None
    gate: Gate | None
    max_days: int | None
    lead_ins: tuple[Step, ...]
    sources: tuple[str, ...]

    @property
    def first_day(self) -> date:
        """The day to sort by: the first on which a unit may hold the stage, or else the first it is due."""
        days = [day for day in (self.on, self.opens, self.pilots and self.pilots.from_) if day]
        return min(days or [day for day in (self.target, self.deadline) if day], default=date.max)


@dataclass(frozen=True, slots=True)
class LevelRows:
    """The stages of one level, by date."""

    level: str
    title: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """A whole plan. The lowest level comes first, because congresses go from the bottom up."""

    campaign: str
    title: Text
    timezone: str
    from_: date
    until: date
    levels: tuple[LevelRows, ...]
    freezes: tuple[Freeze, ...]
    instruments: dict[str, Instrument]


def timetable(plan: Plan) -> Timetable:
    """The timetable of a plan, its stages by level and then by date."""
    levels = tuple(
        LevelRows(
            level,
            plan.level_titles.get(level) or _in_words(level),
            tuple(sorted((_row(stage, plan) for stage in plan.stages_of(level)), key=lambda row: row.first_day)),
        )
        for level in reversed(plan.levels)
    )
    freezes = tuple(
        freeze.model_copy(update={"source": citation(freeze.source, plan.instruments)}) for freeze in plan.freezes
    )
    return Timetable(
        plan.campaign, plan.title, plan.timezone, plan.from_, plan.until, levels, freezes, dict(plan.instruments)
    )


def _row(stage: Stage, plan: Plan) -> Row:
    due = due_dates(stage, plan.instruments)
    days: dict[DueKind, date] = {kind: derived.day for kind, derived in due.items()}
    lead_ins = lead_in_dates(stage, stage.on, plan.instruments) if stage.on else ()
    pilots = stage.pilots.source if stage.pilots else None
    sources = [citation(stage.source, plan.instruments), *(derived.source for derived in due.values())]
    sources.append(citation(pilots, plan.instruments))
    return Row(
        stage=stage.id,
        title=stage.title or _in_words(stage.id),
        on=days.get("on"),
        opens=stage.opens,
        target=days.get("target"),
        deadline=days.get("deadline"),
        pilots=stage.pilots,
        after=stage.after,
        gate=stage.gate,
        max_days=stage.max_days,
        lead_ins=tuple(_step(lead_in, derived) for lead_in, derived in lead_ins),
        sources=tuple(dict.fromkeys(source for source in sources if source)),
    )


def _step(lead_in: LeadIn, derived: DerivedDate) -> Step:
    return Step(lead_in.id, lead_in.title or _in_words(lead_in.id), derived.day, derived.derivation, derived.source)


def _in_words(name: str) -> Text:
    words = name.replace("_", " ").replace("-", " ").capitalize()
    return Text(vi=words, en=words)
