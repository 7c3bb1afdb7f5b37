"""Release files: changed dates of a running campaign, with the instrument that orders them.

An officer writes what changes; every mistake is named with its line and column in that file, the mistakes that only the
whole amended plan shows included.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from calendars.errors import Problem, Problems
from calendars.plan.check import check
from calendars.plan.draft import Draft, Finding
from calendars.plan.loading import placed, printable, read_text
from calendars.plan.model import Day, Due, Identifier, Instrument, Plan, PlanModel, Text, Window
from calendars.plan.releases import FIELDS
from calendars.plan.wording import record
from calendars.plan.yaml_text import Document, read_yaml
from calendars.plan.yaml_text import Path as Place


class StageChange(PlanModel):
    """The new dates of one stage; `null` takes a date away."""

    id: Identifier
    on: Day | None = None
    opens: Day | None = None
    target: Due | None = None
    deadline: Due | None = None
    pilots: Window | None = None


class ReleaseFile(PlanModel):
    """A release as it is written."""

    campaign: Identifier
    """The campaign that it is for."""
    instrument: Identifier
    """What orders it: one of the plan's instruments, or one of those below."""
    reason: Text | None = None
    instruments: dict[Identifier, Instrument] = Field(default_factory=dict)
    """New instruments, by the names that sources begin with."""
    stages: tuple[StageChange, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A checked release: the instrument that orders it, why, and the whole plan as it is to be."""

    instrument: str
    reason: Text | None
    plan: Plan


def load_amendment(path: Path, plan: Plan) -> Amendment:
    """The release in a file, for a campaign that follows `plan`.

    Raises `Problems` with every mistake, `UserError` when the file cannot be read.
    """
    amendment, problems = check_amendment(read_text(path), plan)
    if amendment is None:
        raise Problems(str(path), problems)
    return amendment


def check_amendment(text: str, plan: Plan) -> tuple[Amendment | None, tuple[Problem, ...]]:
    """Check a release's text: the release and no problem, or none and every problem, by place."""
    document = read_yaml(text)
    if not document.readable:
        return None, tuple(map(printable, document.problems))
    if document.data is None and not document.problems:
        return None, (Problem(1, 1, "found nothing, expected a release"),)
    draft = Draft(document.data, document.mistaken)
    release: ReleaseFile | None = None
    try:
        release = ReleaseFile.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as error:
        record(error.errors(include_url=False), draft, ReleaseFile)
    _check_names(draft, plan)
    problems = [*document.problems, *(placed(finding, document) for finding in draft.findings)]
    if problems or release is None:
        return None, tuple(sorted(map(printable, problems)))
    merged = _merged(release, document.data, plan)
    if merged["stages"] == plan.document()["stages"]:
        at = document.values.get(("stages",), (1, 1))
        return None, (Problem(*at, "found no date that differs from the plan's, expected at least one"),)
    findings = _check_whole(merged)
    if findings:
        return None, tuple(sorted(printable(_placed_in(finding, merged, document)) for finding in findings))
    return Amendment(release.instrument, release.reason, Plan.model_validate(merged)), ()


def _check_names(draft: Draft, plan: Plan) -> None:
    root = draft.root
    campaign = root["campaign"]
    if campaign.text and campaign.text != plan.campaign:
        campaign.wrong(f'found the campaign "{campaign.text}", expected {plan.campaign}')
    new = dict(root["instruments"].entries())
    for key, part in new.items():
        known = plan.instruments.get(key)
        if known and not part.doubtful and part.raw != known.model_dump(mode="json", exclude_none=True):
            part.wrong(f"`{key}` is an instrument of the plan with another content, expected a name of its own", "key")
    instrument = root["instrument"]
    if instrument.text and instrument.text not in {*plan.instruments, *new}:
        names = ", ".join([*plan.instruments, *new]) or "one listed under `instruments`"
        instrument.wrong(f'found the unknown instrument "{instrument.text}", expected one of {names}')
    stages = [stage.id for stage in plan.stages]
    seen: set[str] = set()
    for stage in root["stages"].items():
        name = stage["id"]
        if name.text and name.text not in stages:
            name.wrong(f'found the unknown stage "{name.text}", expected one of {", ".join(stages)}')
        elif name.text in seen:
            name.wrong(f"`{name.text}` is here twice, expected every stage once")
        elif name.text:
            seen.add(name.text)
        if isinstance(stage.raw, dict) and not stage.has_stray and not set(stage.raw) & set(FIELDS):
            stage.wrong(f"found a stage without a change, expected one of {', '.join(FIELDS)}")


def _merged(release: ReleaseFile, data: Any, plan: Plan) -> dict[str, Any]:
    document = deepcopy(plan.document())
    known = document.setdefault("instruments", {})
    for key, instrument in release.instruments.items():
        known[key] = instrument.model_dump(mode="json", exclude_none=True)
    stages = {stage["id"]: stage for stage in document["stages"]}
    for given, change in zip(data["stages"], release.stages, strict=True):
        for name in FIELDS:
            if name not in given:
                continue
            value = change.model_dump(mode="json", by_alias=True, exclude_none=True).get(name)
            if isinstance(value, dict):
                value.setdefault("source", release.instrument)
            if value is None:
                stages[change.id].pop(name, None)
            else:
                stages[change.id][name] = value
    return document


def _check_whole(merged: dict[str, Any]) -> list[Finding]:
    draft = Draft(merged)
    try:
        Plan.model_validate(merged)
    except ValidationError as error:
        record(error.errors(include_url=False), draft)
    check(draft)
    return draft.findings


def _placed_in(finding: Finding, merged: dict[str, Any], document: Document) -> Problem:
    """The finding at its place in the release file, or at the nearest thing that the file says of it."""
    place = _of_file(finding.path, merged, document)
    for length in range(len(place), 0, -1):
        if at := document.values.get(place[:length]):
            of_stage = "" if len(finding.path) < 2 or finding.path[0] != "stages" else _stage(finding.path, merged)
            return Problem(*at, f"{of_stage}{finding.message}")
    return Problem(1, 1, finding.message)


def _stage(path: Place, merged: dict[str, Any]) -> str:
    return f"{merged['stages'][path[1]]['id']}: "


def _of_file(path: Place, merged: dict[str, Any], document: Document) -> Place:
    """A path of the amended plan as a path of the release file, whose list of stages has another order."""
    if len(path) < 2 or path[0] != "stages":
        return path
    stage = merged["stages"][path[1]]["id"]
    for no, given in _stages(document):
        if given == stage:
            return ("stages", no, *path[2:])
    return ("stages",)


def _stages(document: Document) -> Iterator[tuple[int, str]]:
    assert isinstance(document.data, dict)
    for no, stage in enumerate(document.data["stages"]):
        yield no, stage["id"]
