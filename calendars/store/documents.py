"""What the command line's `--json` and the API give: plain data of what the store hands over, under fixed keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from calendars.plan.releases import Release, diff
from calendars.sequence.events import Line
from calendars.sequence.state import Span
from calendars.store.reading import Campaign
from calendars.store.unit_status import UnitStatus


def unit_json(found: UnitStatus, campaign: Campaign, day: date) -> dict[str, Any]:
    """The document of `status UNIT --json`."""
    before = [
        asdict(one) | {"stages": [{"stage": stage.stage, "held": _span(stage.held)} for stage in one.stages]}
        for one in found.predecessors
    ]
    stages = [
        asdict(stage) | {name: _span(getattr(stage, name)) for name in ("scheduled", "held", "postponed")}
        for stage in found.stages
    ]
    return asdict(found) | {"campaign": campaign.name, "as_of": day, "stages": stages, "predecessors": before}


def line_json(line: Line) -> dict[str, Any]:
    """An event as `history --json` and the journal's export give it."""
    return {
        "no": line.no,
        "type": line.type,
        "effective": line.effective,
        "recorded": line.recorded,
        "by": line.by,
        "data": line.data,
    }


def releases_json(found: Sequence[Release]) -> list[dict[str, Any]]:
    """The releases of a plan, first one first, each with what it changed of the one before."""
    return [_release(one, before) for before, one in zip([None, *found], found, strict=False)]


def instrument_of(one: Release) -> str:
    """What ordered a release, as people cite it."""
    instrument = one.plan.instruments.get(one.instrument)
    return f"{instrument.number} of {instrument.date:%d/%m}/{instrument.date.year:04}" if instrument else one.instrument


def _release(one: Release, before: Release | None) -> dict[str, Any]:
    return {
        "release": one.number,
        "effective": one.effective,
        "instrument": instrument_of(one),
        "reason": one.reason.model_dump() if one.reason else None,
        "changes": [asdict(change) for change in diff(before.plan, one.plan)] if before else [],
    }


def _span(span: Span | None) -> dict[str, date] | None:
    return {"from": span.first, "to": span.last} if span else None
