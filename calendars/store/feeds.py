"""What feeds are made of, held in memory: grants, units with their revisions, and rendered entries.

A refresh asks one row whether anything changed and then reads only what did. Each refresh gives a new view that never
changes: a reader keeps the one it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Any

from sqlalchemy import Connection, func, select

from calendars.plan.model import Plan
from calendars.sequence.state import Status
from calendars.store.database import Store
from calendars.store.grants import Grant, by_api_hash, by_hash
from calendars.store.schema import campaigns, counter, entries, grants, units

ENDING = "ended"  # the kind of entry that says what became of a unit


@dataclass(frozen=True, slots=True)
class FeedUnit:
    """A unit. `revision` is the newest journal position of anything that is or ever was below it, itself included;
    `modified` the instant (UTC) of that change."""

    code: str
    name: str
    level: str
    parent: str
    tags: frozenset[str]
    revision: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """One rendered entry with what filters look at. The days `first` to `last` are included both."""

    uid: str
    unit: str
    stage: str
    kind: str
    status: str
    first: date
    last: date
    vi: bytes
    en: bytes

    @property
    def cancelled(self) -> bool:
        """Whether it was called off with its unit and is shown for a while yet."""
        return self.status == Status.ENDED and self.kind != ENDING


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries a feed shows: those of `under` and what is below it that meet every filter. An empty filter
    admits everything; `since` and `until` admit entries that have a day between them, both included; without
    `cancelled` what was called off is left out."""

    under: str
    levels: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    since: date = date.min
    until: date = date.max
    cancelled: bool = True

    @property
    def narrows_entries(self) -> bool:
        """Whether any filter looks at more of an entry than its unit."""
        bounds = (self.since, self.until) != (date.min, date.max)
        return bounds or not self.cancelled or bool(self.stages or self.kinds or self.statuses)


@dataclass(frozen=True)
class CampaignView:
    """One campaign as feeds see it, with its newest plan. `pieces` are in the order of their UIDs, which no change of a
    date disturbs."""

    name: str
    plan: Plan
    units: Mapping[str, FeedUnit] = field(default_factory=dict)
    pieces: Mapping[str, Piece] = field(default_factory=dict)

    @cached_property
    def children(self) -> Mapping[str, list[str]]:
        """The codes of each unit's children."""
        found: dict[str, list[str]] = {}
        for code, unit in self.units.items():
            found.setdefault(unit.parent, []).append(code)
        return found

    @cached_property
    def tags(self) -> frozenset[str]:
        """Every tag that a unit has."""
        return frozenset().union(*(unit.tags for unit in self.units.values()))

    @cached_property
    def newest(self) -> FeedUnit:
        """The unit with the newest revision, which is that of the campaign. Raises `ValueError` while there is none."""
        return max(self.units.values(), key=lambda unit: unit.revision)

    @cached_property
    def roots(self) -> frozenset[str]:
        """The units that stand under nobody."""
        return frozenset(code for code, unit in self.units.items() if not unit.parent)

    def below(self, code: str) -> set[str]:
        """The unit and every unit below it; empty when the campaign has no such unit."""
        found: set[str] = set()
        waiting = [code] if code in self.units else []
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(self.children.get(unit, ()))
        return found

    def upward(self, code: str) -> Iterator[FeedUnit]:
        """The unit, its superior, that one's superior, up to the top."""
        seen: set[str] = set()
        while code in self.units and code not in seen:
            seen.add(code)
            yield self.units[code]
            code = self.units[code].parent

    def is_below(self, code: str, scope: str) -> bool:
        """Whether the unit is `scope` or below it."""
        return any(unit.code == scope for unit in self.upward(code))

    def admitted(self, selection: Selection) -> set[str]:
        """The units that the filters let through."""
        return {
            code
            for code in self.below(selection.under)
            if _admits(selection.levels, self.units[code].level)
            and (not selection.tags or selection.tags & self.units[code].tags)
        }

    def select(self, selection: Selection) -> list[Piece]:
        """The entries of a feed, in the order of their UIDs."""
        admitted = self.admitted(selection)
        found = [piece for piece in self.pieces.values() if piece.unit in admitted]
        if not selection.narrows_entries:
            return found
        return [
            piece
            for piece in found
            if _admits(selection.stages, piece.stage)
            and _admits(selection.kinds, piece.kind)
            and _admits(selection.statuses, piece.status)
            and piece.last >= selection.since
            and piece.first <= selection.until
            and (selection.cancelled or not piece.cancelled)
        ]

    @property
    def top(self) -> str:
        """The unit at the top of the tree; empty while there is none."""
        return [unit.code for unit in self.upward(next(iter(self.units)))][-1] if self.units else ""


def _admits(wanted: Collection[str], value: str) -> bool:
    return not wanted or value in wanted


@dataclass(frozen=True)
class View:
    """Everything that feeds need, as it was at one moment: grants under the hash of their secret, campaigns by name
    in the order of their launch; and grants under the hash of their token for the API."""

    grants: Mapping[str, Grant]
    campaigns: Mapping[str, CampaignView]
    api_tokens: Mapping[str, Grant] = field(default_factory=dict)

    @cached_property
    def grants_by_id(self) -> Mapping[str, Grant]:
        """The same grants under their ids."""
        return {grant.id: grant for grant in self.grants.values()}


Mark = tuple[Any, ...]
Finish = Callable[[str, str, bytes], bytes]


class Feeds:
    """The newest view of the store. Safe to use from several threads; every method may block."""

    def __init__(self, store: Store, finish: Finish = lambda campaign, unit, piece: piece) -> None:
        """`finish` is given each rendered entry with its campaign and unit, and adds what only this service knows."""
        self._store = store
        self._finish = finish
        self._lock = Lock()
        self._mark: Mark = ()
        self._view = View({}, {})

    def refresh(self) -> View:
        """The store as it is now, whichever process changed it. Raises `StoreAway` when it does not answer."""
        with self._lock, self._store.reading() as connection:
            mark = _mark(connection)
            if mark != self._mark:
                if self._mark and mark[0] < self._mark[0]:  # an older database took this one's place
                    self._view = View({}, {})
                self._view = self._read(connection)
                self._mark = mark
            return self._view

    def _read(self, connection: Connection) -> View:
        rows = connection.execute(select(campaigns.c.campaign, campaigns.c.plan).order_by(campaigns.c.position))
        found = {}
        for name, plan in rows:
            newest = Plan.model_validate(plan)
            known = self._view.campaigns.get(name)
            position = self._mark[0] if known else 0
            found[name] = _refreshed(connection, known or CampaignView(name, newest), newest, position, self._finish)
        return View(by_hash(connection), found, by_api_hash(connection))


def _mark(connection: Connection) -> Mark:
    """One cheap row that differs after every change of what feeds show: positions only grow, grants are only added
    and revoked."""
    return tuple(connection.execute(_MARK).one())


_MARK = select(
    func.coalesce(select(counter.c.position).scalar_subquery(), 0),
    select(func.count()).select_from(grants).scalar_subquery(),
    select(func.count(grants.c.revoked)).scalar_subquery(),
    select(func.count(grants.c.api_hash)).scalar_subquery(),
)


def _refreshed(connection: Connection, known: CampaignView, plan: Plan, position: int, finish: Finish) -> CampaignView:
    """The campaign with what changed after `position`; the same object if nothing did. A release changes every unit."""
    changed = _units(connection, known.name, position)
    if not changed:
        return known
    return CampaignView(
        known.name,
        plan,
        {**known.units, **{unit.code: unit for unit in changed}},
        _pieces(connection, known, position, finish),
    )


def tree(connection: Connection, name: str, plan: Plan) -> CampaignView:
    """A campaign with all its units and without entries, for whoever only filters units."""
    return CampaignView(name, plan, {unit.code: unit for unit in _units(connection, name, 0)})


_UNIT = [units.c[name] for name in ("unit", "name", "level", "parent", "tags", "below", "below_modified")]


def _units(connection: Connection, campaign: str, position: int) -> list[FeedUnit]:
    query = select(*_UNIT).where(units.c.campaign == campaign, units.c.below > position)
    return [
        FeedUnit(unit, name, level, parent, frozenset(tags), below, modified)
        for unit, name, level, parent, tags, below, modified in connection.execute(query)
    ]


def _pieces(connection: Connection, known: CampaignView, position: int, finish: Finish) -> Mapping[str, Piece]:
    columns = [entries.c[name] for name in ("uid", "unit", "stage", "kind", "status", "first", "last", "vi", "en")]
    query = select(*columns, entries.c.live).where(entries.c.campaign == known.name, entries.c.position > position)
    pieces = dict(known.pieces)
    grown = False
    for uid, unit, *facts, vi, en, live in connection.execute(query):
        if not live:
            pieces.pop(uid, None)
        else:
            grown = grown or uid not in pieces
            shown = (finish(known.name, unit, piece) for piece in (vi, en))
            pieces[uid] = Piece(*(uid, unit, *facts, *shown))
    return dict(sorted(pieces.items())) if grown else pieces
