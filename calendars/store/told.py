"""Which dates people were told, and so who is to hear that one moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select

from calendars.sequence.notices import CHANGE, Moved
from calendars.store.contacts import Contact, by_ids
from calendars.store.outbox_statements import PLANNED, SENT, family
from calendars.store.projecting import Turn
from calendars.store.schema import deliveries, outbox


@dataclass(frozen=True, slots=True)
class Change:
    """A date that `contact` was told, as `told` (None: that it was called off), has moved.

    `pending` is the notice of an earlier change that has not gone out yet.
    """

    turn: Turn
    move: Moved
    contact: Contact
    told: date | None
    pending: int | None

    @property
    def is_back(self) -> bool:
        """Whether the date is what the person was told: then there is nothing to say."""
        return self.told == self.move.new

    @property
    def data(self) -> dict[str, Any]:
        """What the notice says."""
        move = self.move
        return {
            "former": self.told.isoformat() if self.told else None,
            "new": move.new.isoformat() if move.new else None,
            "reason": move.reason,
            "source": move.source,
            "event": move.event,
        }


def changes(connection: Connection, moved: Sequence[tuple[Turn, Moved]], now: datetime) -> Iterator[Change]:
    """Who was told of the dates that moved. Of several moves of one date the last counts."""
    last: dict[tuple[str, str, str, str], tuple[Turn, Moved]] = {}
    for turn, move in moved:
        key = (turn.placed.campaign, turn.placed.unit, move.stage, move.of)
        # A date that is put off to another one moves twice, and only the first time says why.
        why = last[key][1] if key in last else move
        last[key] = turn, replace(move, reason=move.reason or why.reason, source=move.source or why.source)
    rows = _rows(connection, {(campaign, unit) for campaign, unit, _, _ in last})
    if not rows:
        return
    contacts = by_ids(connection, {row.contact for of_unit in rows.values() for row in of_unit})
    for (campaign, unit, stage, of), (turn, move) in last.items():
        of_date = [row for row in rows.get((campaign, unit), ()) if row.stage == stage and row.anchor in family(of)]
        for contact in sorted({row.contact for row in of_date}):
            known = [row for row in of_date if row.contact == contact]
            told = [row for row in known if row.status == SENT or row.arrived or _under_way(row, now)]
            pending = next((row.id for row in known if row.kind == CHANGE and row not in told), None)
            if told and contact in contacts and contacts[contact].reachable:
                yield Change(turn, move, contacts[contact], _said(told[-1]), pending)


def _rows(connection: Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], list[Row[Any]]]:
    names = ("id", "campaign", "unit", "stage", "anchor", "anchor_date", "kind", "contact", "status", "lease", "data")
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for campaign in {campaign for campaign, _ in keys}:
        # One channel may have it while another is still to be tried.
        arrived = exists().where(deliveries.c.notice == outbox.c.id, deliveries.c.outcome == SENT)
        query = (
            select(*(outbox.c[name] for name in names), arrived.label("arrived"))
            .where(
                outbox.c.campaign == campaign,
                outbox.c.unit.in_([unit for of, unit in keys if of == campaign]),
                outbox.c.stage != "",
                or_(outbox.c.status.in_((SENT, PLANNED)), arrived),
            )
            .order_by(outbox.c.id)
        )
        rows: Sequence[Any] = connection.execute(query).all()
        for row in rows:
            if row.status == SENT or row.arrived or row.lease is not None or row.kind == CHANGE:
                found.setdefault((campaign, row.unit), []).append(row)
    return found


def _under_way(row: Row[Any], now: datetime) -> bool:
    """Whether somebody is sending it: it may arrive."""
    return row.lease is not None and row.lease >= now


def _said(row: Row[Any]) -> date | None:
    """The date that the notice told."""
    if row.kind != CHANGE:
        day: date = row.anchor_date
        return day
    return date.fromisoformat(row.data["new"]) if row.data.get("new") else None
