"""Delivering the outbox: what is due is claimed, written, sent and recorded, batch by batch.

A message is written once and kept before it is tried, so that every try sends the same bytes under the same Message-ID.
Only a crash between a server's "250" and the record of it makes a second try of a message that had arrived.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calendars.notices.claiming import Parcel, claim, next_due
from calendars.notices.composing import compose
from calendars.notices.itemising import digest, items
from calendars.notices.items import Envelope, NoticeKind, Recipient
from calendars.notices.links import Links
from calendars.notices.settling import NOTHING, Tried, keep, settle
from calendars.notices.templates import Templates
from calendars.notices.transports.base import Outcome, Transport
from calendars.notices.transports.channels import key_of
from calendars.store.database import Store

EMAIL = "email"
BATCH = 60  # notices claimed at once: all of them are tried well within their lease
FIRST_PAUSE = timedelta(seconds=30)
LAST_PAUSE = timedelta(hours=1)
TRY_WITHIN = 20.0  # seconds after the claim; a try takes up to half a minute, and must end before its lease does


@dataclass(frozen=True, slots=True)
class Post:
    """How messages leave: e-mail by one transport, all other channels by another; without one nothing leaves so."""

    sender: str
    mail: Transport | None = None
    other: Transport | None = None

    async def close(self) -> None:
        """Ends all connections."""
        for transport in (self.mail, self.other):
            if transport is not None:
                await transport.close()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one call did, in notices, and when the next one that waits is due."""

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    withdrawn: int = 0
    next_due: datetime | None = None

    @property
    def total(self) -> int:
        """How many notices it looked at."""
        return self.sent + self.refused + self.deferred + self.withdrawn


class Delivery:
    """Delivers what is due. One instance at a time: others would only wait for the same transports."""

    def __init__(self, store: Store, post: Post, templates: Templates, links: Links) -> None:
        self._store, self._post, self._templates, self._links = store, post, templates, links
        self._mail_away: datetime | None = None
        self._failures = 0

    async def deliver_due(self, now: datetime, batches: int = 1_000) -> Delivered:
        """Tries what is due at `now`, at most so many batches of it. Raises `StoreAway` when the store is: what was
        sent by then is recorded, save the batch under way."""
        total = Delivered()
        for _ in range(batches):
            claimed = await asyncio.to_thread(claim, self._store, now, BATCH, mail=self._has_mail(now))
            if not claimed.parcels and not claimed.withdrawn:
                break
            tried = await self._try_all(claimed.parcels, now)
            total = _added(total, tried, claimed.withdrawn, now)
        return replace(total, next_due=await asyncio.to_thread(self._next_due))

    def _next_due(self) -> datetime | None:
        with self._store.reading() as connection:
            return next_due(connection)

    def _has_mail(self, now: datetime) -> bool:
        return self._post.mail is not None and (self._mail_away is None or now >= self._mail_away)

    async def _try_all(self, parcels: Sequence[Parcel], now: datetime) -> list[Tried]:
        useless = await asyncio.to_thread(self._write, [one for one in parcels if one.message is None], now)
        written = {parcel.id: parcel for parcel in useless.written}
        ready = [written.get(parcel.id, parcel) for parcel in parcels if parcel.id not in useless.empty]
        tried = [Tried(parcel, useless=NOTHING) for parcel in parcels if parcel.id in useless.empty]
        recorder = _Recorder(self._store, now)
        until = time.monotonic() + TRY_WITHIN

        async def one(parcel: Parcel) -> None:
            found = await self._try(parcel, now, until)
            tried.append(found)
            await recorder.add(found)

        if tried:
            await asyncio.to_thread(settle, self._store, list(tried), now)
        await asyncio.gather(*(one(parcel) for parcel in ready))
        await recorder.close()
        return tried

    def _write(self, parcels: Sequence[Parcel], now: datetime) -> _Written:
        empty: set[str] = set()
        written: list[tuple[Parcel, str, bytes]] = []
        with self._store.reading() as connection:
            for parcel in parcels:
                contact = parcel.contact
                envelope = Envelope(
                    parcel.id,
                    now,
                    self._post.sender,
                    Recipient(contact.id, contact.name, contact.email, contact.language),
                    self._links.unsubscribe(parcel.campaign.name, contact.id, key_of(contact.open_channels[0])),
                )
                today = parcel.campaign.clock.day_at(now)
                if parcel.rows[0].kind == NoticeKind.DIGEST:
                    summary = digest(connection, parcel, self._links)
                    if summary.is_empty:
                        empty.add(parcel.id)
                        continue
                    envelope = replace(envelope, digest=summary)
                else:
                    envelope = replace(envelope, items=items(connection, parcel, today, self._links))
                composed = compose(envelope, self._templates)
                written.append((parcel, composed.subject, composed.content))
        keep(self._store, written)
        return _Written([replace(parcel, message=content) for parcel, _, content in written], empty)

    async def _try(self, parcel: Parcel, now: datetime, until: float) -> Tried:
        assert parcel.message is not None, "messages are written before they are tried"
        outcomes: dict[str, Outcome] = {}
        away: datetime | None = None
        for channel in parcel.contact.open_channels:
            if key_of(channel) in parcel.settled:
                continue
            if channel == EMAIL:
                if self._post.mail is None:
                    continue
                if not self._has_mail(now):
                    away = self._mail_away
                    continue
                if time.monotonic() > until:
                    away = now  # its turn did not come: it goes with the next batch
                    continue
                outcome = await self._post.mail.send(parcel.contact.email, parcel.message)
                away = self._learn(outcome, now)
            elif self._post.other is None:
                continue
            else:
                outcome = await self._post.other.send(channel, parcel.message)
            outcomes[channel] = outcome
        return Tried(parcel, outcomes, away)

    def _learn(self, outcome: Outcome, now: datetime) -> datetime | None:
        """Whether the mail server is away, and then until when nothing is tried there: longer with each failure."""
        if not outcome.down:
            self._mail_away, self._failures = None, 0
            return None
        if self._mail_away is None or now >= self._mail_away:  # those that were under way together count once
            self._mail_away = now + min(FIRST_PAUSE * 2 ** min(self._failures, 10), LAST_PAUSE)
            self._failures += 1
        return self._mail_away


@dataclass(frozen=True, slots=True)
class _Written:
    written: list[Parcel]
    empty: set[str]


class _Recorder:
    """Records outcomes as they come; what comes while it is writing shares the next transaction."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now
        self._waiting: list[Tried] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, tried: Tried) -> None:
        self._waiting.append(tried)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._work())

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await asyncio.to_thread(settle, self._store, group, self._now)


def _added(total: Delivered, tried: Sequence[Tried], withdrawn: int, now: datetime) -> Delivered:
    counts = {"sent": total.sent, "refused": total.refused, "planned": total.deferred}
    counts["withdrawn"] = total.withdrawn + withdrawn
    for one in tried:
        counts[one.status(now)] += len(one.parcel.rows)
    return Delivered(counts["sent"], counts["refused"], counts["planned"], counts["withdrawn"])
