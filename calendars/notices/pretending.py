"""Delivering in a rehearsal: everything but the sending."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import Connection

from calendars.notices.claiming import Parcel, claim
from calendars.notices.itemising import digest
from calendars.notices.items import NoticeKind
from calendars.notices.links import Links
from calendars.notices.settling import NOTHING, Tried, settle
from calendars.notices.transports.base import Outcome, Verdict
from calendars.store.database import Store

AT_ONCE = 1_000


class Pretence:
    """Delivers nothing: what is due counts as sent at once, if it is still wanted and has anything to say."""

    def __init__(self, store: Store, links: Links) -> None:
        self._store, self._links = store, links

    async def deliver_due(self, now: datetime) -> None:
        """Settles everything that is due at `now`."""
        await asyncio.to_thread(self._deliver, now)

    def _deliver(self, now: datetime) -> None:
        while (claimed := claim(self._store, now, AT_ONCE, mail=True)).parcels or claimed.withdrawn:
            with self._store.reading() as connection:
                tried = [
                    Tried(parcel, _as_sent(parcel), useless=self._useless(connection, parcel, now))
                    for parcel in claimed.parcels
                ]
            settle(self._store, tried, now)

    def _useless(self, connection: Connection, parcel: Parcel, now: datetime) -> str:
        if parcel.rows[0].kind != NoticeKind.DIGEST:
            return ""
        return NOTHING if digest(connection, parcel, self._links).is_empty else ""


def _as_sent(parcel: Parcel) -> dict[str, Outcome]:
    return {channel: Outcome(Verdict.SENT, "rehearsed") for channel in parcel.contact.open_channels}
