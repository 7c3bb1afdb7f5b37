"""A plan's data with the changes of a release in it, and where in the release file each part of it stands.

The release may have mistakes. A date that is known to be wrong stands in the merged data as not settled, and so do the
dates of a stage whose name is wrong: what can be checked without them still is.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from calendars.errors import Problem
from calendars.plan.draft import Draft, Finding, Part
from calendars.plan.loading import placed
from calendars.plan.model import Plan
from calendars.plan.releases import FIELDS
from calendars.plan.yaml_text import Document


@dataclass(slots=True)
class Merged:
    """The amended plan as a draft. `entries` says at which position of the release file a stage of the plan is."""

    data: dict[str, Any]
    draft: Draft
    entries: dict[str, int] = field(default_factory=dict)
    changed: bool = False
    """Whether a value of the release differs from the plan's; a source that it leaves out is no difference."""

    def placed(self, finding: Finding, document: Document) -> Problem:
        """A finding in the amended plan with its line and column in the release file.

        What the file does not mention stands at the entry of its stage, or else of the stage that it waits for and
        that the file changes, or else at the beginning; the sentence then names it.
        """
        match finding.path:
            case ("stages", int(index), *rest):
                stage = self.data["stages"][index]
            case _:
                return placed(finding, document)
        entry = self.entries.get(stage["id"])
        own = ("stages", -1 if entry is None else entry, *rest)
        if own in document.values:
            return placed(Finding(own, finding.message, finding.at), document)
        if entry is None:
            waits_for = (stage.get("after"), stage.get("gate", {}).get("children"))
            causes = [self.entries[name] for name in waits_for if name in self.entries and name in finding.message]
            entry = causes[0] if causes else None
        place = document.values.get(("stages", -1 if entry is None else entry), (1, 1))
        key = ".".join(str(step) for step in rest if step != "date")
        what = f"`{key}` of `{stage['id']}`" if key else f"`{stage['id']}`"
        return Problem(*place, f"{what} is left as it was: {finding.message}")


def merge(release: Draft, plan: Plan) -> Merged:
    """The plan's data with what the release says, of which parts may be wrong already."""
    data = plan.document()
    merged = Merged(data, Draft(data))
    root = release.root
    _add_instruments(root["instruments"], merged)
    known = {stage.id: index for index, stage in enumerate(plan.stages)}
    unnamed = []
    for position, entry in enumerate(root["stages"].items()):
        stage = entry["id"].text
        if stage not in known:
            unnamed.append(entry)
            continue
        merged.entries[stage] = position
        if entry.has_stray:
            merged.draft.strays.add(("stages", known[stage]))
        for name in FIELDS:
            _set(merged, known[stage], entry, name, root["instrument"])
    for entry in unnamed:
        _doubt(merged, entry, known)
    return merged


def closest(name: str, known: Collection[str]) -> str | None:
    """The known name that a wrong one was probably meant to be."""
    return next(iter(difflib.get_close_matches(name[:64], known, n=1)), None)


def _add_instruments(instruments: Part, merged: Merged) -> None:
    if instruments.doubtful:
        merged.draft.mistaken.add(("instruments",))
    if instruments.has_stray:
        merged.draft.strays.add(("instruments",))
    for key, instrument in instruments.entries():
        merged.data["instruments"].setdefault(key, instrument.raw)


def _set(merged: Merged, index: int, entry: Part, name: str, instrument: Part) -> None:
    """Give a date of a stage the value that the release has for it, if it has one."""
    stage, path, part = merged.data["stages"][index], ("stages", index, name), entry[name]
    if part.doubtful:
        stage[name] = None
        merged.draft.mistaken.add(path)
        return
    if name not in dict(entry.entries()):
        return
    before, value = stage.get(name), part.raw
    default = {} if part["source"].given else {"source": instrument.text}
    if isinstance(value, dict):
        value = {key: each for key, each in value.items() if each is not None}
        if isinstance(before, dict) and not part["source"].given:
            before = {key: each for key, each in before.items() if key != "source"}
    merged.changed |= value != before
    if value is None:
        stage.pop(name, None)
    else:
        stage[name] = {**value, **default} if isinstance(value, dict) else value
    inside = [wrong for wrong in part.draft.mistaken if wrong[: len(part.path)] == part.path]
    merged.draft.mistaken.update((*path, *wrong[len(part.path) :]) for wrong in inside)


def _doubt(merged: Merged, entry: Part, known: dict[str, int]) -> None:
    """Go by none of the plan's dates that an entry without a good name may be meant to change."""
    name = entry["id"].raw
    meant = closest(name, known) if isinstance(name, str) else None
    given = [key for key in FIELDS if isinstance(entry.raw, dict) and not entry.has_stray and key in entry.raw]
    for other in [meant] if meant else [other for other in known if other not in merged.entries]:
        for key in given or FIELDS:
            if key in merged.data["stages"][known[other]]:
                merged.data["stages"][known[other]][key] = None
                merged.draft.mistaken.add(("stages", known[other], key))
