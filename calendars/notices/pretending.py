"""Delivering in a rehearsal: everything but the sending."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

from sqlalchemy import Connection

from calendars.notices.claiming import Parcel, claim
from calendars.notices.digest import has_news
from calendars.notices.itemising import last_digest
from calendars.notices.items import NoticeKind
from calendars.notices.settling import NOTHING, Tried, settle
from calendars.notices.transports.base import Outcome, Verdict
from calendars.store.database import Store

AT_ONCE = 1_000
REHEARSED = Outcome(Verdict.SENT, "rehearsed")


class Pretence:
    """Delivers nothing: what is due counts as sent at once, if it is still wanted and has anything to say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def deliver_due(self, now: datetime) -> None:
        """Settles everything that is due at `now`."""
        await asyncio.to_thread(self._deliver, now)

    def _deliver(self, now: datetime) -> None:
        while (claimed := claim(self._store, now, AT_ONCE, mail=True)).parcels or claimed.withdrawn:
            with self._store.reading() as connection:
                empty = _Empty(connection)
                tried = [self._tried(parcel, empty) for parcel in claimed.parcels]
            settle(self._store, tried, now)

    def _tried(self, parcel: Parcel, empty: _Empty) -> Tried:
        if parcel.rows[0].kind == NoticeKind.DIGEST and empty.is_true_of(parcel):
            return Tried(parcel, useless=NOTHING)
        return Tried(parcel, dict.fromkeys(parcel.contact.open_channels, REHEARSED))


class _Empty:
    """Which summaries have nothing to say. The contacts of a unit mostly get the same one, which is read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[tuple[str, str, date, date | None], bool] = {}

    def is_true_of(self, parcel: Parcel) -> bool:
        row = parcel.rows[0]
        since = last_digest(self._connection, row)
        key = row.campaign, row.unit, row.day, since
        if key not in self._found:
            self._found[key] = not has_news(self._connection, parcel.campaign, row.unit, since, row.day)
        return self._found[key]
