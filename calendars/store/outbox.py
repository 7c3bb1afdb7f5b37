"""Writes the notices that events want, in the transaction that journals the events.

So a notice is there if and only if its event is. Who gets it, and when, is settled here; sending it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from calendars.sequence.messages import CampaignClock
from calendars.sequence.notices import (
    CHANGE,
    DAYS,
    DIGEST,
    OF_OPEN_STAGES,
    REMINDER,
    Moved,
    Wanted,
    consequences,
    goes_out,
)
from calendars.sequence.rules import NoticeRules
from calendars.store import outbox_statements as sql
from calendars.store.contacts import Contact, of_units
from calendars.store.moments import Moments
from calendars.store.projecting import Key, Turn
from calendars.store.recipients import Above, reached
from calendars.store.schema import campaigns
from calendars.store.states import Plans
from calendars.store.told import Change, changes

QUIET_PERIOD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Row:
    """A wanted notice before it is known whom it reaches."""

    key: Key
    turn: Turn
    wanted: Wanted

    @property
    def replaces(self) -> tuple[object, ...]:
        """Notices that have this in common say the same, and only the last of them is of use."""
        of = self.wanted.of if self.wanted.kind == REMINDER else ""
        step = self.wanted.step
        return self.key, self.wanted.stage, self.wanted.kind, of, step


class Outbox:
    """`quiet` is how long a changed date must rest before it is told: five changes within it make one notice."""

    def __init__(self, quiet: timedelta = QUIET_PERIOD) -> None:
        self._quiet = quiet
        self._clocks: dict[str, CampaignClock] = {}

    def write(self, connection: Connection, turns: Sequence[Turn], plans: Callable[[str], Plans]) -> None:
        """Writes what `turns`, in the order of their journal, make of notices."""
        rows: list[_Row] = []
        dropped: list[dict[str, Any]] = []
        moved: list[tuple[Turn, Moved]] = []
        fresh = {(turn.placed.campaign, turn.placed.unit) for turn in turns if turn.before.profile is None}
        for turn in turns:
            key = (turn.placed.campaign, turn.placed.unit)
            found = consequences(turn.before, turn.fact, turn.after)
            for one in found.dropped:
                rows = [row for row in rows if not _concerns(row, key, one.stage, one.kinds)]
                if key not in fresh:
                    dropped.append(sql.drop(key, one, turn.placed.line.recorded))
            for move in found.moved:
                rows = [row for row in rows if not _stale(row, key, move)]
                if key not in fresh:
                    moved.append((turn, move))
            rows += [_Row(key, turn, wanted) for wanted in found.wanted]
        for values in dropped:  # a list of kinds keeps them from being executed at once
            connection.execute(sql.DROP, values)
        if moved:
            self._write_changes(connection, moved, plans)
        if rows:
            last = {row.replaces: row for row in rows}
            self._write_wanted(connection, list(last.values()), plans, fresh)

    def _write_wanted(
        self, connection: Connection, rows: list[_Row], plans: Callable[[str], Plans], fresh: set[Key]
    ) -> None:
        above = Above(connection)
        recipients = [_recipient(above, row) for row in rows]
        codes: dict[str, set[str]] = {}
        for row, recipient in zip(rows, recipients, strict=True):
            codes.setdefault(row.key[0], set()).update({row.key[1], recipient} - {""})
        contacts = {campaign: of_units(connection, campaign, sorted(units)) for campaign, units in codes.items()}
        values = [
            self._values(connection, row, unit, contact, plans)
            for row, recipient in zip(rows, recipients, strict=True)
            for unit, contact in reached(contacts[row.key[0]], row.key[1], recipient, row.wanted.step)
        ]
        overtaken = [sql.overtaken(one) for one in values if (one["campaign"], one["unit"]) not in fresh]
        if overtaken:
            connection.execute(sql.OVERTAKEN, overtaken)
        if values:
            connection.execute(sql.insert_into(connection.dialect.name), values)

    def _values(
        self, connection: Connection, row: _Row, recipient: str, contact: Contact, plans: Callable[[str], Plans]
    ) -> dict[str, Any]:
        (campaign, unit), wanted, line = row.key, row.wanted, row.turn.placed.line
        moments = self._moments(connection, campaign, row.turn, plans)
        wanted = replace(wanted, day=max(wanted.day, moments.day_at(line.recorded)))
        due = moments.at(goes_out(row.turn.after.rules.notices, wanted), line.recorded)
        if wanted.kind != DIGEST:
            due = moments.gathered(due, contact.digest)
        due = moments.awake(due, contact.quiet)
        return sql.row_of(
            (campaign, unit, wanted.stage, wanted.of, wanted.due, wanted.offset, wanted.kind, contact.id),
            recipient=recipient,
            event=line.no,
            day=moments.day_at(due),
            planned=line.recorded,
            due=due,
            mail_only=contact.mail_only,
        )

    def _write_changes(
        self, connection: Connection, moved: list[tuple[Turn, Moved]], plans: Callable[[str], Plans]
    ) -> None:
        for turn, move in moved:
            key, at = (turn.placed.campaign, turn.placed.unit), turn.placed.line.recorded
            connection.execute(sql.STALE, sql.stale(key, move.stage, move.of, move.new, at))
        for change in changes(connection, moved, moved[-1][0].placed.line.recorded):
            self._write_change(connection, change, plans)

    def _write_change(self, connection: Connection, change: Change, plans: Callable[[str], Plans]) -> None:
        campaign, unit = change.turn.placed.campaign, change.turn.placed.unit
        line = change.turn.placed.line
        if change.is_back:
            if change.pending is not None:
                connection.execute(sql.SETTLE, {"of": change.pending, "why": "moved back", "at": line.recorded})
            return
        contact = change.contact
        moments = self._moments(connection, campaign, change.turn, plans)
        due = moments.awake(moments.gathered(line.recorded + self._quiet, contact.digest), contact.quiet)
        day, move = moments.day_at(due), change.move
        about = move.new or change.told or line.effective
        if change.pending is not None:
            renewed = {"to_date": about, "to_due": due, "to_day": day, "to_data": change.data, "to_event": line.no}
            connection.execute(sql.RENEW, {"of": change.pending, **renewed})
            return
        row = sql.row_of(
            (campaign, unit, move.stage, move.of, about, line.no, CHANGE, contact.id),
            recipient=contact.unit,
            event=line.no,
            day=day,
            planned=line.recorded,
            due=due,
            mail_only=contact.mail_only,
            data=change.data,
        )
        connection.execute(sql.insert_into(connection.dialect.name), [row])

    def _moments(self, connection: Connection, campaign: str, turn: Turn, plans: Callable[[str], Plans]) -> Moments:
        if campaign not in self._clocks:
            row = connection.execute(
                select(campaigns.c.timezone, campaigns.c.shift_days).where(campaigns.c.campaign == campaign)
            ).one()
            self._clocks[campaign] = CampaignClock(row.timezone, row.shift_days)
        reminders = plans(campaign).plan(turn.after.rules_version).reminders
        works = turn.after.rules.notices or NoticeRules(0, 0)
        return Moments(self._clocks[campaign], reminders.at, works.works)


def _concerns(row: _Row, key: Key, stage: str, kinds: Iterable[str]) -> bool:
    return row.key == key and stage in ("", row.wanted.stage) and row.wanted.kind in kinds


def _stale(row: _Row, key: Key, move: Moved) -> bool:
    same = row.wanted.of == move.of or (row.wanted.of in DAYS and move.of in DAYS)
    return _concerns(row, key, move.stage, OF_OPEN_STAGES) and same and row.wanted.due != move.new


def _recipient(above: Above, row: _Row) -> str:
    profile = row.turn.after.profile
    return above.heard_at(*row.key, profile.parent if profile else "", row.wanted.step)
