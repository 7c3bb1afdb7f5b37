"""The append-only journal: one transaction appends events and projects them.

A unit's events are keyed by campaign, unit and number. Appending what is there already changes nothing; appending
something else under a number that is taken tells the writer that it is behind, and gives it the journal's state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from calendars.errors import CalendarError
from calendars.sequence.events import Line
from calendars.sequence.messages import Append, Appended
from calendars.sequence.notices import QUIET
from calendars.store.database import Store
from calendars.store.projecting import CAMPAIGN_STREAM, Key, Known, Placed, Projection, Turn
from calendars.store.redrawing import REDRAWN, changed, drawn, former_renderers, redraw, redrawn_line
from calendars.store.renderer import Renderer
from calendars.store.schema import PROJECTIONS, campaigns, counter, journal
from calendars.store.states import Plans

KEPT_UNITS = 1_000


class JournalGap(CalendarError):
    """Events before these are missing in the journal; nothing was written."""


class Consequences(Protocol):
    """What else is written in the transaction that appends events."""

    def write(self, connection: Connection, turns: Sequence[Turn], plans: Callable[[str], Plans]) -> None:
        """Writes what follows from `turns`, which are in the journal's order. A rebuild never comes here."""


class Journal:
    """Writes to the journal. One instance per process and thread; it keeps what it read until somebody else writes."""

    def __init__(
        self, store: Store, renderer: Renderer, outbox: Consequences | None = None, keeps: int = KEPT_UNITS
    ) -> None:
        """Without an `outbox` events make no notices: for whoever only reads, rebuilds, or tests something else.

        `keeps` is how many units, the last written ones, are not read again (about 10 kB each).
        """
        self.store = store
        self._renderer = renderer
        self._outbox = outbox
        self._known = Known(keeps)
        self._position = -1  # of the journal when `_known` was true; -1 for never

    def append(self, appends: Sequence[Append]) -> list[Appended]:
        """Appends and projects all of `appends` in one transaction, in their order.

        Raises `JournalGap` when numbers are missing before the first of a stream, `LookupError` when a unit comes
        before its campaign, `StoreAway` when the database cannot be had. Then nothing at all is written.
        """
        with self.store.writing() as connection:
            position: int = connection.execute(_LOCK).scalar_one()
            if position != self._position:
                self._known.forget()
            self._position = -1  # until this transaction is committed
            projection = Projection(connection, self._renderer, self._known)
            keys = {(append.campaign, append.unit) for append in appends}
            loud = {
                (append.campaign, append.unit)
                for append in appends
                if not append.lines or any(line.type not in QUIET for line in append.lines)
            }
            projection.load(keys, quiet=keys - loud)
            versions = _versions(connection, projection, keys)
            rows: list[dict[str, Any]] = []
            written: list[Appended] = []
            for append in appends:
                key = (append.campaign, append.unit)
                fresh = [line for line in append.lines if line.no > versions[key]]
                repeated = [line for line in append.lines if line.no <= versions[key]]
                if repeated and not _stands(connection, append, repeated, rows):
                    written.append(Appended(versions[key], position, projection.state(*key)))
                    continue
                for line in fresh:
                    if line.no != versions[key] + 1:
                        raise JournalGap(f"{append.unit}: event {line.no} came, {versions[key] + 1} is missing")
                    position += 1
                    versions[key] = line.no
                    placed = Placed(position, append.campaign, append.unit, line)
                    projection.apply(placed)
                    rows.append(_row(placed))
                # A writer that repeats itself while the journal has gone further is behind as well.
                last = append.lines[-1].no if append.lines else append.version
                ahead = 0 <= last < versions[key]
                written.append(Appended(versions[key], position, projection.state(*key) if ahead else None))
            if rows:
                connection.execute(_INSERT, rows)
                projection.write()
                if self._outbox:
                    self._outbox.write(connection, projection.turns, projection.plans)
                connection.execute(_ADVANCE, {"new": position})
        self._position = position
        return written

    @property
    def outdated(self) -> bool:
        """Whether another renderer, or an older schema, made the projections: then they are to be rebuilt."""
        query = select(func.count()).where(campaigns.c.renderer != self._renderer.version)
        with self.store.reading() as connection:
            return connection.scalar(query) != 0

    def rebuild(
        self, progress: Callable[[int, int], None] = lambda done, total: None, *, now: datetime | None = None
    ) -> int:
        """Empties the projections and folds the whole journal into them again; gives the number of events.

        Where another version of the renderer had made the entries, those it made otherwise are journalled as changed at
        the instant `now`; without it they are not. One transaction: readers see the old projections until the new ones
        stand, and a failure changes nothing.
        """
        self._known.forget()
        self._position = -1
        with self.store.writing() as connection:
            position: int = connection.execute(_LOCK).scalar_one()
            former = former_renderers(connection, self._renderer) if now else {}
            before = {campaign: drawn(connection, campaign) for campaign in former}
            for table in PROJECTIONS:
                connection.execute(delete(table))
            total = connection.scalar(select(func.count()).select_from(journal)) or 0
            done = 0
            for chunk in _chunks(connection, 1_000):
                for redraws, part in groupby(chunk, _is_redrawn):
                    self._fold(connection, list(part), redraws=redraws)
                done += len(chunk)
                progress(done, total)
            for campaign, version in former.items():
                sequences = changed(before[campaign], drawn(connection, campaign))
                if now and sequences:
                    no = connection.execute(_LAST, {"of_campaign": campaign, "streams": [CAMPAIGN_STREAM]}).one()[1] + 1
                    versions = version, self._renderer.version
                    line = redrawn_line(connection, campaign, no, sequences, versions, now)
                    position += 1
                    placed = Placed(position, campaign, CAMPAIGN_STREAM, line)
                    connection.execute(_INSERT, [_row(placed)])
                    self._fold(connection, [placed], redraws=True)
            connection.execute(_ADVANCE, {"new": position})
        self._known.forget()
        return done

    def _fold(self, connection: Connection, part: list[Placed], *, redraws: bool) -> None:
        if redraws:
            for placed in part:
                redraw(connection, self._renderer, placed.campaign, placed.position, placed.line)
            self._known.forget()
            return
        projection = Projection(connection, self._renderer, self._known)
        projection.load({(placed.campaign, placed.unit) for placed in part})
        for placed in part:
            projection.apply(placed)
        projection.write()


def _is_redrawn(placed: Placed) -> bool:
    return placed.unit == CAMPAIGN_STREAM and placed.line.type == REDRAWN


def _versions(connection: Connection, projection: Projection, keys: Iterable[Key]) -> dict[Key, int]:
    """The number of the last event of each stream."""
    versions = dict.fromkeys(keys, 0)
    unprojected: dict[str, list[str]] = {}
    for campaign, unit in versions:
        state = projection.state(campaign, unit)
        if state is not None:
            versions[campaign, unit] = state.version
        else:
            unprojected.setdefault(campaign, []).append(unit)
    for campaign, streams in unprojected.items():
        for unit, last in connection.execute(_LAST, {"of_campaign": campaign, "streams": streams}):
            if unit != CAMPAIGN_STREAM:
                raise LookupError(f"unit {unit} is journalled but not projected: run `congress rebuild`")
            versions[campaign, unit] = last
    return versions


def _stands(connection: Connection, append: Append, lines: Sequence[Line], rows: Sequence[dict[str, Any]]) -> bool:
    """Whether the journal, or this very transaction, has these events under these numbers."""
    numbers = [line.no for line in lines]
    query = select(journal).where(
        journal.c.campaign == append.campaign, journal.c.unit == append.unit, journal.c.no.in_(numbers)
    )
    there = {row.no: line_of_row(row) for row in connection.execute(query)}
    for row in rows:
        if row["campaign"] == append.campaign and row["unit"] == append.unit:
            there[row["no"]] = Line(**{name: row[name] for name in _LINE})
    return all(there.get(line.no) == line for line in lines)


_LOCK = select(counter.c.position).with_for_update()
_ADVANCE = update(counter).values(position=bindparam("new"))
_INSERT = journal.insert()
_LAST = (
    select(journal.c.unit, func.max(journal.c.no))
    .where(journal.c.campaign == bindparam("of_campaign"), journal.c.unit.in_(bindparam("streams", expanding=True)))
    .group_by(journal.c.unit)
)
_LINE = ("no", "type", "effective", "recorded", "by", "data", "command")


def _row(placed: Placed) -> dict[str, Any]:
    line = {name: getattr(placed.line, name) for name in _LINE}
    return {"position": placed.position, "campaign": placed.campaign, "unit": placed.unit, **line}


def line_of_row(row: Row[Any]) -> Line:
    """The line that a row of the journal holds."""
    return Line(row.no, row.type, row.effective, row.recorded, row.by, row.data, row.command)


def _chunks(connection: Connection, size: int) -> Iterator[list[Placed]]:
    after = 0
    while True:
        query = select(journal).where(journal.c.position > after).order_by(journal.c.position).limit(size)
        chunk = [Placed(row.position, row.campaign, row.unit, line_of_row(row)) for row in connection.execute(query)]
        if not chunk:
            return
        yield chunk
        after = chunk[-1].position


def stream(connection: Connection, campaign: str, unit: str) -> list[Line]:
    """The events of one unit, or of the campaign itself (`@campaign`), in order."""
    query = select(journal).where(journal.c.campaign == campaign, journal.c.unit == unit).order_by(journal.c.no)
    return [line_of_row(row) for row in connection.execute(query)]


def whole(connection: Connection) -> Iterator[Placed]:
    """Every event of every campaign in the order of the journal, a thousand at a time."""
    for chunk in _chunks(connection, 1_000):
        yield from chunk
