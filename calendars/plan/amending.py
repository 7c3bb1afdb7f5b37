"""Release files: changed dates of a running campaign, with the instrument that orders them.

An officer writes what changes; every mistake is named with its line and column in that file, the mistakes that only the
whole amended plan shows included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from calendars.errors import Problem, Problems
from calendars.plan.check import check
from calendars.plan.draft import Draft, Finding, Part
from calendars.plan.loading import placed, printable, read_text
from calendars.plan.merging import closest, merge
from calendars.plan.model import Day, Due, Identifier, Instrument, Plan, PlanModel, Text, Window
from calendars.plan.releases import FIELDS
from calendars.plan.wording import record
from calendars.plan.yaml_text import read_yaml


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
    """A checked release: the instrument that orders it, why, and the whole plan as it is to be.

    `document` is the release as JSON data, every source filled in; a date that it takes away stands there as None.
    """

    instrument: str
    reason: Text | None
    plan: Plan
    document: dict[str, Any]


def load_amendment(path: Path, plan: Plan) -> Amendment:
    """The release in a file, for a campaign that follows `plan`.

    Raises `Problems` with every mistake, `UserError` when the file cannot be read.
    """
    amendment, problems = check_amendment(read_text(path, "a release file"), plan)
    if amendment is None:
        raise Problems(str(path), problems)
    return amendment


def check_amendment(text: str, plan: Plan) -> tuple[Amendment | None, tuple[Problem, ...]]:
    """Check a release's text: the release and no problem, or none and every problem, by place.

    The amended plan is checked whole even when the release has mistakes of its own, as far as they let it.
    """
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
        # A list of which no entry is valid counts as empty too.
        errors = [each for each in error.errors(include_url=False) if each["type"] != "too_short" or not each["input"]]
        record(errors, draft, ReleaseFile)
        draft.findings = [_of_release(finding) for finding in draft.findings]
    _check_names(draft, plan)
    merged = merge(draft, plan)
    stages = draft.root["stages"]
    if merged.entries and not merged.changed and not _has_mistake(stages):
        stages.wrong("found no date that differs from the plan's, expected at least one")
    check(merged.draft)
    problems = [
        *document.problems,
        *(placed(finding, document) for finding in draft.findings),
        *(merged.placed(finding, document) for finding in merged.draft.findings),
    ]
    if problems or release is None:
        return None, tuple(sorted(map(printable, problems)))
    amended = Plan.model_validate(merged.data)
    return Amendment(release.instrument, release.reason, amended, _document(release, amended)), ()


def _of_release(finding: Finding) -> Finding:
    """The finding about the whole file, which the sentences of a plan call the plan."""
    return finding if finding.path else replace(finding, message=finding.message.replace("the plan", "the release", 1))


def _check_names(draft: Draft, plan: Plan) -> None:
    root = draft.root
    campaign = root["campaign"]
    if campaign.text and campaign.text != plan.campaign:
        campaign.wrong(f'found the campaign "{campaign.text}", expected {plan.campaign}')
    new = dict(root["instruments"].entries())
    for key, part in new.items():
        known = plan.instruments.get(key)
        if known and not _has_mistake(part) and Instrument.model_validate(part.raw) != known:
            part.wrong(f"`{key}` is an instrument of the plan with another content, expected a name of its own", "key")
    _check_instrument(root, [*plan.instruments, *(key for key in new if key not in plan.instruments)])
    stages = [stage.id for stage in plan.stages]
    seen: set[str] = set()
    for stage in root["stages"].items():
        name = stage["id"]
        if name.text and name.text not in stages:
            name.wrong(f'found the unknown stage "{name.text}", expected {_hint(name.text, stages)}')
        elif name.text in seen:
            name.wrong(f"`{name.text}` is here twice, expected every stage once")
        elif name.text:
            seen.add(name.text)
        if isinstance(stage.raw, dict) and not stage.has_stray and not set(stage.raw) & set(FIELDS):
            stage.wrong(f"found a stage without a change, expected one of {', '.join(FIELDS)}")


def _check_instrument(root: Part, known: list[str]) -> None:
    instrument, new = root["instrument"], root["instruments"]
    # A list of instruments with a mistake in its keys may hold the one that is meant.
    if instrument.text and instrument.text not in known and not new.doubtful and not new.has_stray:
        instrument.wrong(f'found the unknown instrument "{instrument.text}", expected {_hint(instrument.text, known)}')


def _hint(name: str, known: list[str]) -> str:
    close = closest(name, known)
    if close:
        return f"`{close}`"
    return f"one of {', '.join(known)}" if known else "one listed under `instruments`"


def _has_mistake(part: Part) -> bool:
    """Whether a problem was found here, or in anything that this holds."""
    return any(path[: len(part.path)] == part.path for path in part.draft.mistaken)


def _document(release: ReleaseFile, amended: Plan) -> dict[str, Any]:
    document = release.model_dump(mode="json", by_alias=True, exclude_none=True)
    whole = {stage["id"]: stage for stage in amended.document()["stages"]}
    document["stages"] = [
        {"id": each.id, **{name: whole[each.id].get(name) for name in FIELDS if name in each.model_fields_set}}
        for each in release.stages
    ]
    return document
