"""Campaigns as their feeds would have shown them on a past day, told with what is known now.

A unit's entries of that day are folded from its stream. Their stamps are those of that fold: an event that changed
what is shown of the day grew SEQUENCE, and its instant is DTSTAMP; events of later days are none of theirs. So a report
that comes in late changes what a past day shows, and calendar programs are told so.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from threading import Lock

from sqlalchemy import select

from calendars.sequence.asof import as_of_step_by_step
from calendars.sequence.events import Event, event_of
from calendars.sequence.facts import Enrolled
from calendars.sequence.notices import QUIET
from calendars.sequence.state import UnitState
from calendars.store.database import Store
from calendars.store.feeds import CampaignView, Finish, Piece
from calendars.store.journal import line_of_row
from calendars.store.redrawing import REDRAWN
from calendars.store.renderer import Renderer
from calendars.store.schema import journal
from calendars.store.stamping import EntryRow, restamp
from calendars.store.states import Plans, read_plans, ruled

DAYS_KEPT = 2
UNITS_AT_ONCE = 500

Revision = tuple[int, datetime]
Folded = dict[str, tuple[Revision, dict[str, Piece]]]


class Past:
    """Past days of campaigns, the last ones kept: of a day looked at again only those units are folded that anything
    came of since. Safe to use from several threads, of which one folds at a time; every method may block."""

    def __init__(self, store: Store, renderer: Renderer, finish: Finish = lambda campaign, unit, piece: piece) -> None:
        """`finish` as for `Feeds`."""
        self._store = store
        self._renderer = renderer
        self._finish = finish
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, date], Folded] = OrderedDict()

    def on(self, campaign: CampaignView, day: date, codes: Collection[str]) -> CampaignView:
        """The campaign with the entries that the units `codes` had on `day`, and no others. Raises `StoreAway`."""
        with self._lock:
            kept = self._kept.setdefault((campaign.name, day), {})
            self._kept.move_to_end((campaign.name, day))
            if len(self._kept) > DAYS_KEPT:
                self._kept.popitem(last=False)
            missing = sorted(code for code in codes if code not in kept or kept[code][0] != _revision(campaign, code))
            for first in range(0, len(missing), UNITS_AT_ONCE):
                kept |= self._folded(campaign, day, missing[first : first + UNITS_AT_ONCE])
            pieces = [piece for code in codes for piece in kept[code][1].items()]
        return replace(campaign, pieces=dict(sorted(pieces)))

    def _folded(self, campaign: CampaignView, day: date, codes: Collection[str]) -> Folded:
        # Not beyond what the view knows: its revisions say what is in a feed.
        newest = max(unit.revision for unit in campaign.units.values())
        query = (
            select(journal)
            .where(journal.c.campaign == campaign.name, journal.c.unit.in_(codes), journal.c.position <= newest)
            .order_by(journal.c.unit, journal.c.no)
        )
        redraws = (
            select(journal.c.position, journal.c.recorded)
            .where(journal.c.campaign == campaign.name, journal.c.type == REDRAWN, journal.c.position <= newest)
            .order_by(journal.c.position)
        )
        folded: Folded = {code: (_revision(campaign, code), {}) for code in codes}
        with self._store.reading() as connection:
            plans = read_plans(connection, campaign.name)
            upgrades = [(position, recorded) for position, recorded in connection.execute(redraws)]
            for code, rows in groupby(connection.execute(query), lambda row: str(row.unit)):
                found = list(rows)
                places = {row.no: row.position for row in found}
                events = [event_of(line_of_row(row)) for row in found]
                entries = self._entries(events, plans, day, places, upgrades)
                live = ((uid, self._piece(campaign.name, code, row)) for uid, row in entries.items() if row.live)
                folded[code][1].update(live)
        return folded

    def _entries(
        self,
        events: list[Event],
        plans: Plans,
        day: date,
        places: Mapping[int, int],
        upgrades: Sequence[tuple[int, datetime]],
    ) -> dict[str, EntryRow]:
        """What a unit showed on `day`. An upgrade of the program touches all that was shown when it came: which of it
        was worded otherwise nobody keeps for past days."""
        enrolment = events[0].fact
        assert isinstance(enrolment, Enrolled), "a unit's first event enrols it"
        blank = UnitState(plans.rules(enrolment.release, enrolment.profile.level))
        rows: dict[str, EntryRow] = {}
        to_come = deque(upgrades)
        for event, before, after in as_of_step_by_step(blank, events, day):
            if event.fact.type not in QUIET and replace(before, version=after.version) != after:
                while to_come and to_come[0][0] < places[event.no]:
                    _touch(rows, *to_come.popleft())
                state = ruled(after, plans)
                now = self._renderer.entries(plans.plan(state.rules_version), state, plans.newest)
                restamp(rows, now, self._renderer, event.recorded, places[event.no])
        for upgrade in to_come:
            _touch(rows, *upgrade)
        return rows

    def _piece(self, campaign: str, code: str, row: EntryRow) -> Piece:
        entry, stamp = row.entry, {"created": row.created, "modified": row.modified}
        vi, en = (
            self._finish(
                campaign, code, self._renderer.render(entry, sequence=row.sequence, language=language, **stamp)
            )
            for language in ("vi", "en")
        )
        return Piece(entry.uid, code, entry.stage, entry.kind, entry.status, entry.first, entry.last, vi, en)


def _touch(rows: Mapping[str, EntryRow], position: int, recorded: datetime) -> None:
    for row in rows.values():
        row.change(recorded, position, live=row.live)


def _revision(campaign: CampaignView, code: str) -> Revision:
    unit = campaign.units[code]
    return unit.revision, unit.modified
