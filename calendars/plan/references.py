"""Cross-checks of what a plan calls by name: levels, stages, results and instruments.

A stage whose own id is missing or wrong might be the one a name means, so such a name is let pass for now.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from calendars.plan.draft import Part
from calendars.plan.model import ResultType
from calendars.plan.sources import cited_key

Level = str | None
# The stages by their ids, of a name given twice the first.
StagesById = dict[str, Part]


def check_references(plan: Part) -> None:
    """Add every name that means nothing, or not what it should, to the findings."""
    levels = [str(level.raw) for level in plan["levels"].items()]
    # A level that is here twice is known; one with a bad name might be any.
    if levels and all(level.text or levels.count(str(level.raw)) > 1 for level in plan["levels"].items()):
        _check_levels(plan, levels)
    stages: StagesById = {}
    for stage in plan["stages"].items():
        if stage["id"].text:
            stages.setdefault(stage["id"].text, stage)
    book = _Book(plan, stages, levels)
    _check_waiting(book)
    for consent in plan["consents"].items():
        _check_result(consent["result"], book.stage(consent["stage"]))
    for indicator in plan["indicators"].items():
        _check_indicator(book, indicator)
    if not plan["instruments"].doubtful and not plan["instruments"].has_stray:
        known = [key for key, _ in plan["instruments"].entries()]
        for stage in plan["stages"].items():
            _check_source(stage["target"]["source"], known)
            _check_source(stage["deadline"]["source"], known)


@dataclass(frozen=True, slots=True)
class _Book:
    """What names can mean."""

    plan: Part
    stages: StagesById
    levels: list[str]

    def stage(self, name: Part, fits: Callable[[Level], bool] = lambda _: True) -> Part | None:
        """The stage a name means; an unknown name is a mistake unless a stage of a fitting level has no good id."""
        if name.text is None:
            return None
        if name.text in self.stages:
            return self.stages[name.text]
        nameless = [stage for stage in self.plan["stages"].items() if str(stage["id"].raw) not in self.stages]
        if not self.plan["stages"].doubtful and not any(fits(stage["level"].text) for stage in nameless):
            name.wrong(f'found the unknown stage "{name.text}", expected {_hint(name.text, list(self.stages))}')
        return None

    def levels_of(self, *names: str) -> list[Level]:
        """The levels of some stages."""
        return [self.stages[name]["level"].text for name in names]

    def is_below(self, lower: Level, upper: Level) -> bool:
        """Whether one level is below another; True when that cannot be told."""
        if lower not in self.levels or upper not in self.levels:
            return True
        return self.levels.index(lower) > self.levels.index(upper)


def _hint(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"`{close[0]}`"
    return f"one of {', '.join(known)}" if known else "one that the plan defines"


def _check_levels(plan: Part, levels: list[str]) -> None:
    for part in (*plan["stages"].items(), *plan["indicators"].items()):
        level = part["level"]
        if level.text and level.text not in levels:
            level.wrong(f'found the unknown level "{level.text}", expected {_hint(level.text, levels)}')
    for name, title in plan["level_titles"].entries():
        if name not in levels and not title.doubtful:
            title.wrong(f'found the unknown level "{name}", expected {_hint(name, levels)}', at="key")


def _check_waiting(book: _Book) -> None:
    """`after` names another stage of the same units, a gate one of units below; nothing waits for itself.

    A cycle of gates always has one that does not look down: it is one mistake, reported as the cycle.
    """
    stages = list(book.plan["stages"].items())
    for stage in stages:
        level = stage["level"].text
        book.stage(stage["after"], {level, None}.__contains__)
        book.stage(stage["gate"]["children"], partial(book.is_below, upper=level))
    order = list(book.stages)
    _check_cycles(book, lambda stage: stage["after"], lambda name, other: order.index(name) <= order.index(other))
    _check_cycles(
        book,
        lambda stage: stage["gate"]["children"],
        lambda name, other: not book.is_below(*book.levels_of(other, name)),
    )
    for stage in stages:
        level = stage["level"].text
        before = book.stage(stage["after"])
        if before and level and (other := before["level"].text) and other != level:
            stage["after"].wrong(f"found a stage of level {other}, expected one of the same level, {level}")
        elif before:
            _check_sequence(stage, before, same_unit=True)
        children = stage["gate"]["children"]
        below = book.stage(children)
        if below and not book.is_below(below["level"].text, level):
            children.wrong(f"found a stage of level {below['level'].text}, expected one of a level below {level}")
        elif below:
            _check_sequence(stage, below, same_unit=False)


def _check_cycles(book: _Book, reference: Callable[[Part], Part], is_odd: Callable[[str, str], bool]) -> None:
    """Find stages that wait for themselves in the end; the first odd link of the circle is the mistake."""
    for first in book.stages:
        walk: list[str] = []
        name: str | None = first
        while name in book.stages and name not in walk:
            walk.append(name)
            name = reference(book.stages[name]).text
        if name not in walk:
            continue
        circle = walk[walk.index(name) :]
        following = [*circle[1:], circle[0]]
        at = next((i for i, link in enumerate(zip(circle, following, strict=True)) if is_odd(*link)), 0)
        words = " waits for ".join([*circle[at:], *circle[:at], circle[at]])
        reference(book.stages[circle[at]]).wrong(f"found a circle: {words}, expected an end")
        for stage in circle:
            reference(book.stages[stage]).doubt()


def _check_sequence(stage: Part, before: Part, *, same_unit: bool) -> None:
    """A stage begins, and is due, no earlier than what it waits for.

    Of days that are no one day for all, only those of the same unit can be compared with each other: a gate may wait
    for a part of the children.
    """
    name = before["id"].text
    start, first = _start(stage), _start(before)
    if start.day and first.day and start.day < first.day:
        start.wrong(f"`{start.path[-1]}` is {start.day}, expected no day before `{name}` begins, {first.day}")
        return
    due_before = before["target"]["date"] if before["target"]["date"].day else before["deadline"]["date"]
    if same_unit and stage["on"].day and not before["on"].given and due_before.day and stage["on"].day < due_before.day:
        stage["on"].wrong(f"`on` is {stage['on'].day}, expected no day before `{name}` is due, {due_before.day}")
        return
    for kind in ("target", "deadline"):
        due = stage[kind]["date"]
        earliest = [first.day, before[kind]["date"].day if same_unit and not before["on"].given else None]
        latest = max((day for day in earliest if day), default=None)
        if due.day and latest and due.day < latest:
            due.wrong(f"the {kind} is {due.day}, expected no day before `{name}` begins or is due, {latest}")
            return


def _start(stage: Part) -> Part:
    return stage["on"] if stage["on"].given else stage["opens"]


def _results(stage: Part) -> dict[str, str | None] | None:
    """What a stage's reports state, by name, with the type; None when that cannot be told."""
    results = stage["results"]
    return None if results.doubtful or results.has_stray else {name: kind.text for name, kind in results.entries()}


def _check_result(name: Part, *stages: Part | None) -> None:
    """A result that a consent or an indicator names is a bool of the stage, or of one of the stages."""
    known = [_results(stage) for stage in stages if stage is not None]
    if name.text is None or not known or None in known:
        return
    kinds = {kind for results in known if results is not None and name.text in results for kind in [results[name.text]]}
    booleans = sorted({key for results in known if results for key, kind in results.items() if kind == ResultType.BOOL})
    if not kinds:
        name.wrong(f'found the unknown result "{name.text}", expected {_hint(name.text, booleans)}')
    elif not kinds & {ResultType.BOOL.value, None}:
        name.wrong(f"found a result that is a {min(k for k in kinds if k)}, expected one that is a bool")


def _check_indicator(book: _Book, indicator: Part) -> None:
    if indicator["stage"].given:
        _check_result(indicator["share_of"], book.stage(indicator["stage"]))
        return
    level = indicator["level"].text
    stages = list(book.plan["stages"].items())
    if level and not any(stage["level"].doubtful for stage in stages):
        _check_result(indicator["share_of"], *(stage for stage in stages if stage["level"].text == level))


def _check_source(source: Part, instruments: list[str]) -> None:
    key = cited_key(source.text, instruments) if source.text else None
    if key and key not in instruments:
        source.wrong(f'found the unknown instrument "{key}", expected {_hint(key, instruments)}, or free text')
