"""What comes within the next 14 days, of today or of a past day as it was to come then."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock

from calendars.ical.entries import entries
from calendars.ical.entry import Kind, lead_in_of
from calendars.sequence.state import Status
from calendars.store.feeds import CampaignView, FeedUnit, Piece
from calendars.store.reading import unit_states_on
from calendars.store.states import read_plans
from calendars.web.figures import NAMES_SHOWN
from calendars.web.gathered import Gathered, Revision, revision_of
from calendars.web.pages.page import Seen

TO_COME = (Kind.SCHEDULED, Kind.TARGET, Kind.DEADLINE, Kind.LEAD_IN)
UPCOMING_DAYS = 14
DAYS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One kind of date of one stage on one day: how many units, and the first few of them. `lead_in` is the id of the
    preparatory step that is due, if it is one."""

    first: date
    last: date
    kind: str
    stage: str
    lead_in: str
    units: int
    named: tuple[FeedUnit, ...]


class Coming:
    """The dates that pages show, those of the last past days kept. Safe to use from several threads."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Revision, date], dict[str, list[Piece]]] = OrderedDict()

    def below(self, seen: Seen, under: str) -> list[Upcoming]:
        """What was to come for the unit and what is below it, on the shown day."""
        if seen.day == seen.today:
            return upcoming(seen.view, seen.day, under)
        return upcoming(self._on(seen, under), seen.day, under)

    def _on(self, seen: Seen, under: str) -> CampaignView:
        """The dates of the shown day. Whoever had held everything by then had none to come, and is not folded."""
        inside = seen.view.below(under)
        lines = self._gathered.facts(seen.connection, seen.campaign, seen.view).lines
        waiting = {line.unit for line in lines if line.unit in inside and not line.held_by(seen.day)}
        key = revision_of(seen.campaign, seen.view), seen.day
        with self._lock:  # one fold at a time, and each unit's of a day once: many readers cost no more than one
            known = self._kept.setdefault(key, {})
            self._kept.move_to_end(key)
            while len(self._kept) > DAYS_KEPT:
                self._kept.popitem(last=False)
            known |= _dates(seen, waiting - known.keys())
            pieces = {piece.uid: piece for code in waiting for piece in known[code]}
        return replace(seen.view, pieces=dict(sorted(pieces.items())))


def _dates(seen: Seen, codes: Collection[str]) -> dict[str, list[Piece]]:
    """The dates of these units on the shown day, without texts."""
    found: dict[str, list[Piece]] = {code: [] for code in codes}
    if not codes:
        return found
    plans = read_plans(seen.connection, seen.campaign.name)
    for code, state in unit_states_on(seen.connection, seen.campaign, codes, seen.day).items():
        found[code] = [
            Piece(one.uid, code, one.stage, one.kind, one.status, one.first, one.last, vi=b"", en=b"")
            for one in entries(plans.plan(state.rules_version), state, plans.newest)
        ]
    return found


def upcoming(campaign: CampaignView, day: date, under: str | None = None) -> list[Upcoming]:
    """What falls on `day` or within 14 days after it, soonest first; units of one date, kind and stage together.

    Days that were put off fall on no day any more.
    """
    last = day + timedelta(days=UPCOMING_DAYS)
    inside = None if under is None else campaign.below(under)
    found: dict[tuple[date, date, str, str, str], list[FeedUnit]] = {}
    for piece in campaign.pieces.values():
        near = day <= piece.last and piece.first <= last and _is_to_come(piece)
        if near and (inside is None or piece.unit in inside):
            lead_in = lead_in_of(piece.uid) if piece.kind == Kind.LEAD_IN else ""
            key = (piece.first, piece.last, piece.kind, piece.stage, lead_in)
            found.setdefault(key, []).append(campaign.units[piece.unit])
    return [Upcoming(*key, len(named), tuple(named[:NAMES_SHOWN])) for key, named in sorted(found.items())]


def _is_to_come(piece: Piece) -> bool:
    put_off = piece.kind == Kind.SCHEDULED and piece.status == Status.POSTPONED
    return piece.kind in TO_COME and not put_off and not piece.cancelled
