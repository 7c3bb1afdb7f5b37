"""A unit's history in human words: what every event says, who said it, when it became true and when it was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from calendars.ical import wording
from calendars.plan.model import Plan
from calendars.plan.sources import citation
from calendars.sequence.events import Event
from calendars.sequence.facts import Corrected, Enrolled, Fact, Held, Retracted
from calendars.sequence.messages import CampaignClock
from calendars.sequence.reminding import LEAD_IN
from calendars.sequence.state import Clock, Count, Gate, Span
from calendars.web.viewer import LOCAL
from calendars.web.words import Format, words

REASONS = ("reason", "text", "source")
UNTOLD = frozenset(("results", "profile", "dates", "waiting", "freeze", "parent", "under", "successor"))
# Who writes what nobody does by hand, as the journal has it.
BY_ITSELF = ("calendar",)
BY_LAUNCH = ("worker.py --launch",)
OF_FILE = re.compile(r"(.+\.(?:csv|xlsx|yaml)):(\d+)")  # and the line in it


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `effective` is a day of the campaign, `recorded` the instant in the campaign's time zone."""

    no: int
    type: str
    effective: date
    recorded: datetime
    by: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the events of a campaign's units in one language; `name_of` gives the name of a unit by its code."""

    plan: Plan
    clock: CampaignClock
    language: str
    stage_title: Callable[[str], str]
    lead_in_title: Callable[[str, str], str]
    name_of: Callable[[str], str]

    def tell(self, event: Event) -> Told:
        """The event in words."""
        recorded = event.recorded.astimezone(self.clock.zone)
        fact = event.fact
        return Told(event.no, fact.type, fact.effective, recorded, self.author(event.by), self.sentence(fact))

    def sentence(self, fact: Fact) -> str:
        """What the event says. Raises `LookupError` for a type that has no words."""
        template: str = _word(self.language, f"event_{fact.type}")
        said = template.format(**self._values(fact))
        results = self._results(fact)
        reason = next((text for name in REASONS if (text := getattr(fact, name, ""))), "")
        said += f" ({results})" if results else ""
        return f"{said}: {citation(reason, self.plan.instruments)}" if reason else said

    def author(self, by: str) -> str:
        """Who, in words where it was nobody."""
        t = words(self.language)
        if not by or by in BY_ITSELF:
            return str(t.by_itself)
        if by in BY_LAUNCH:
            return str(t.by_launch)
        if by == LOCAL.by:
            return str(t.by_board)
        line = OF_FILE.fullmatch(by)
        return f"{t.by_file} {line[1]}, {t.by_line} {line[2]}" if line else by

    def _results(self, fact: Fact) -> str:
        if not isinstance(fact, Held | Corrected) or not fact.results:
            return ""
        said = wording.results(self.plan.stage(fact.stage), fact.results)
        return said.en if self.language == "en" else said.vi

    def _values(self, fact: Fact) -> dict[str, str]:
        found = {
            field.name: self._value(field.name, getattr(fact, field.name), fact)
            for field in fields(fact)
            if field.name not in UNTOLD
        }
        first, last = getattr(fact, "first", None), getattr(fact, "last", None)
        if first is not None:
            found["span"] = self._span(Span(first, last)) if last else found["first"]
        return found

    def _value(self, name: str, value: Any, fact: Fact) -> str:
        f = Format(self.language)
        match value:
            case None:
                return str(words(self.language).further_notice)
            case Clock() | Gate():
                return _word(self.language, f"{'clock' if isinstance(value, Clock) else 'gate'}_{value.value}")
            case date():
                return f.day(value)
            case Span():
                return self._span(value)
            case (Count(), *_):
                parts = (f"{self.stage_title(one.stage)} {f.number(one.held)}/{f.number(one.of)}" for one in value)
                return "; ".join(parts)
            case tuple():
                return ", ".join(self.stage_title(one) for one in value)
            case int():
                return f.number(value)
        return self._name(name, str(value), getattr(fact, "stage", ""))

    def _name(self, field: str, value: str, stage: str) -> str:
        """What the field of an event names, as people call it."""
        match field:
            case "stage" | "above":
                return self.stage_title(value)
            case "lead_in":
                return self.lead_in_title(stage, value)
            case "of" if value.startswith(LEAD_IN):
                return self.lead_in_title(stage, value.removeprefix(LEAD_IN))
            case "of":
                return _word(self.language, f"clock_{value}")
            case "how":
                return _word(self.language, f"ended_{value}")
            case "by":
                return self.name_of(value)
        return value

    def _span(self, days: Span) -> str:
        f = Format(self.language)
        return f.day(days.first) if days.first == days.last else f"{f.day(days.first)} – {f.day(days.last)}"


def known_on(events: Iterable[Event], day: date) -> Iterator[Event]:
    """The events that have a say on `day`, in the order of the stream: what had become true by then, and corrections
    of it, whenever they came."""
    reported: set[str] = set()
    for event in events:
        match event.fact:
            case Enrolled():
                yield event
            case Corrected(stage=stage) | Retracted(stage=stage) if stage in reported:
                yield event
            case fact if fact.effective <= day:
                if isinstance(fact, Held):
                    reported.add(fact.stage)
                yield event


def newest(told: Collection[Told], most: int) -> list[Told]:
    """The last events, the newest first."""
    return list(told)[: -most - 1 : -1]


def _word(language: str, name: str) -> str:
    found: str | None = getattr(words(language), name, None)
    if found is None:
        raise LookupError(f"{name} has no words")
    return found
