"""Counts over a whole campaign: its events by type, and the units that were late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, or_, select

from calendars.store.schema import journal, outbox, stages, units


@dataclass(frozen=True, slots=True)
class Late:
    """A stage that a unit held after its target or deadline, or has not held though it was due: then no `held`."""

    unit: str
    name: str
    stage: str
    held: date | None
    margin_target: int | None
    margin_deadline: int | None


def event_counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many events of each type the campaign's journal holds."""
    query = select(journal.c.type, func.count()).where(journal.c.campaign == campaign).group_by(journal.c.type)
    return {row[0]: row[1] for row in connection.execute(query)}


def sent_by_kind(connection: Connection, campaign: str) -> dict[str, int]:
    """How many notices of each kind went out to somebody."""
    query = (
        select(outbox.c.kind, func.count())
        .where(outbox.c.campaign == campaign, outbox.c.status == "sent")
        .group_by(outbox.c.kind)
        .order_by(outbox.c.kind)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def late_units(connection: Connection, campaign: str, day: date) -> list[Late]:
    """Who was late by `day`, by stage and code; a unit that ended without having held a stage is left out."""
    late = or_(
        stages.c.margin_target < 0,
        stages.c.margin_deadline < 0,
        stages.c.held_last.is_(None) & (stages.c.due < day) & units.c.ended.is_(None),
    )
    query = (
        select(stages, units.c.name)
        .join(units, (units.c.campaign == stages.c.campaign) & (units.c.unit == stages.c.unit))
        .where(stages.c.campaign == campaign, late)
        .order_by(stages.c.stage, stages.c.unit)
    )
    return [
        Late(row.unit, row.name, row.stage, row.held_last, row.margin_target, row.margin_deadline)
        for row in connection.execute(query)
    ]
