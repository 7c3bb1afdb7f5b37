"""A unit's status for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.table import Table

from calendars.store.reading import Campaign
from calendars.store.unit_status import GateView, UnitStage, UnitStatus
from workflows.commands.console import day_text, margin_text, say, show, span_text

NAMED = 8  # of those a gate waits for; the rest are counted


def show_unit(found: UnitStatus, campaign: Campaign, day: date) -> None:
    """The unit's stages as a table, and below it in words what a table cannot hold."""
    table = Table("Stage", "Status", "Scheduled", "Held", "Target", "Margin", "Deadline", "Margin", "Gate")
    table.title = f"{found.name} ({found.unit}), {campaign.name}, as of {day_text(day)}"
    for stage in found.stages:
        table.add_row(
            stage.stage,
            stage.status,
            span_text(stage.scheduled),
            span_text(stage.held),
            day_text(stage.target),
            margin_text(stage.margin_target),
            day_text(stage.deadline),
            margin_text(stage.margin_deadline),
            stage.gate.state if stage.gate else "–",
        )
    show(table)
    for sentence in (*_of_unit(found, day), *(one for stage in found.stages for one in _of_stage(stage))):
        say(sentence)


def _of_unit(found: UnitStatus, day: date) -> Iterator[str]:
    if found.ended:
        into = f" into {found.ended.successor_name} ({found.ended.successor})" if found.ended.successor else ""
        yield f"{found.ended.how.capitalize()}{into} on {day_text(found.ended.on)}."
    for one in found.predecessors:
        held = ", ".join(f"{stage.stage} {span_text(stage.held)}" for stage in one.stages)
        yield f"{one.name} ({one.unit}) was merged into it on {day_text(one.on)}; it had held: {held or 'nothing'}."
    for freeze in found.freezes:
        if freeze.last is not None and freeze.last < day:
            continue
        until = f"to {day_text(freeze.last)}" if freeze.last else "until it is resumed"
        yield f"Suspended from {day_text(freeze.first)} {until}: {freeze.reason}."


def _of_stage(stage: UnitStage) -> Iterator[str]:
    if stage.gate and stage.gate.waiting and stage.gate.state != "open":
        yield f"{stage.stage}: {waiting_text(stage.gate)}."
    if stage.waived:
        yield f"{stage.stage}: let through by a superior: {stage.waived}."
    if stage.postponed and not stage.held:
        yield f"{stage.stage}: postponed from {span_text(stage.postponed)}."
    if stage.results:
        results = ", ".join(f"{key} {_value(value)}" for key, value in stage.results.items())
        yield f"{stage.stage}: {results}."
    for body, day in stage.consents.items():
        yield f"{stage.stage}: {body} agreed on {day_text(day)}."
    for clock, pin in stage.pins.items():
        instead = f" instead of {day_text(pin.instead_of)}" if pin.instead_of else ""
        yield f"{stage.stage}: its own {clock} {day_text(pin.day)}{instead}: {pin.reason}."
    for lead_in in stage.lead_ins:
        done = f", done on {day_text(lead_in.done)}" if lead_in.done else ""
        source = f" ({lead_in.source})" if lead_in.source else ""
        yield f"{stage.stage}: {lead_in.id}, {lead_in.derivation['en']}{source}{done}."
    if stage.sealed:
        yield f"{stage.stage}: sealed, because the superior's congress rests on it."
    for conflict in stage.conflicts:
        yield f"Conflict: {conflict.en}"


def waiting_text(gate: GateView) -> str:
    """Whom a gate waits for: "waiting for 3 of 12 cell_congress: Thôn 4, Khu phố 7, ..."."""
    names = [one.name for one in gate.waiting[:NAMED]]
    more = len(gate.waiting) - len(names)
    rest = f" and {more} more" if more else ""
    return f"waiting for {len(gate.waiting)} of {gate.of} {gate.children}: {', '.join(names)}{rest}"


def _value(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
