"""Delivering the outbox: what is due is claimed, written, sent and recorded, batch by batch.

A message is written once and kept before it is tried, so that every try sends the same bytes under the same Message-ID.
Only a crash between a server's "250" and the record of it makes a second try of a message that had arrived.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from calendars.errors import StoreAway, UserError
from calendars.notices.claiming import LEASE, Parcel, claim, next_due
from calendars.notices.composing import compose
from calendars.notices.itemising import digest, items
from calendars.notices.items import Envelope, NoticeKind, Recipient
from calendars.notices.links import Links
from calendars.notices.settling import NOTHING, Tried, keep, settle
from calendars.notices.templates import Templates
from calendars.notices.transports.base import Outcome, Transport, Verdict
from calendars.notices.transports.channels import key_of
from calendars.store.database import Store

EMAIL = "email"
BATCH = 60  # notices claimed at once: all of them are tried well within their lease
FIRST_PAUSE = timedelta(seconds=30)
LAST_PAUSE = timedelta(hours=1)
# Seconds after the claim in which a try may begin, and must have ended: whoever claims next finds nobody sending.
TRY_WITHIN = 20.0
END_WITHIN = LEASE.total_seconds() - 5
# Tries under way at once. Few: whoever waits for the pace of a transport, or for one of its lines, has begun.
MAIL_AT_ONCE = 4
OTHERS_AT_ONCE = 16
STORE_SECONDS = 1.0  # between attempts to record what was sent

_log = logging.getLogger(__name__)


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

    async def deliver_due(
        self, now: datetime, batches: int = 1_000, stopping: Callable[[], bool] = lambda: False
    ) -> Delivered:
        """Tries what is due at `now`, at most so many batches of it; once it is `stopping` it begins no other try.

        Raises `StoreAway` when the store is: nothing is under way then. What was sent is recorded, however long it
        takes until the store is back.
        """
        total, began = Delivered(), time.monotonic()
        if self._post.mail is not None or self._post.other is not None:
            moment = now
            for _ in range(batches):
                turn = _Turn(moment, time.monotonic(), stopping)
                claimed = await asyncio.to_thread(claim, self._store, moment, BATCH, mail=self._has_mail(moment))
                if not claimed.parcels and not claimed.withdrawn:
                    break
                tried = await self._try_all(claimed.parcels, turn)
                total = _added(total, tried, claimed.withdrawn, moment)
                if stopping():
                    break
                moment = now + timedelta(seconds=time.monotonic() - began)  # leases count from their own claim
        return replace(total, next_due=await asyncio.to_thread(self._next_due))

    def _next_due(self) -> datetime | None:
        with self._store.reading() as connection:
            return next_due(connection)

    def _has_mail(self, now: datetime) -> bool:
        return self._post.mail is not None and (self._mail_away is None or now >= self._mail_away)

    async def _try_all(self, parcels: Sequence[Parcel], turn: _Turn) -> list[Tried]:
        new = await asyncio.to_thread(self._write, [one for one in parcels if one.message is None], turn.now)
        tried, written = new.settled, {parcel.id: parcel for parcel in new.written}
        recorder = _Recorder(self._store, turn.now)
        for found in tried:
            recorder.add(found)

        async def one(parcel: Parcel) -> None:
            found = await self._try(parcel, turn)
            tried.append(found)
            recorder.add(found)

        known = {found.parcel.id for found in tried}
        await asyncio.gather(*(one(written.get(of.id, of)) for of in parcels if of.id not in known))
        await recorder.close()
        return tried

    def _write(self, parcels: Sequence[Parcel], now: datetime) -> _Written:
        found = _Written()
        messages: list[tuple[Parcel, str, bytes]] = []
        with self._store.reading() as connection:
            for parcel in parcels:
                try:
                    envelope = self._envelope(connection, parcel, now)
                    if envelope.digest is not None and envelope.digest.is_empty:
                        found.settled.append(Tried(parcel, useless=NOTHING))
                        continue
                    composed = compose(envelope, self._templates)
                except StoreAway:
                    raise
                except Exception as error:  # noqa: BLE001 - one that cannot be written must not keep the others waiting
                    _log.exception("message %s cannot be written and waits", parcel.id)
                    why = str(error) if isinstance(error, UserError) else type(error).__name__
                    found.settled.append(Tried(parcel, away_until=now + LAST_PAUSE, delay=f"cannot be written: {why}"))
                else:
                    messages.append((parcel, composed.subject, composed.content))
                    found.written.append(replace(parcel, message=composed.content))
        keep(self._store, messages)
        return found

    def _envelope(self, connection: Connection, parcel: Parcel, now: datetime) -> Envelope:
        contact, today = parcel.contact, parcel.campaign.clock.day_at(now)
        envelope = Envelope(
            parcel.id,
            now,
            self._post.sender,
            Recipient(contact.id, contact.name, contact.email, contact.language),
            self._links.unsubscribe(parcel.campaign.name, contact.id, key_of(contact.open_channels[0])),
        )
        if parcel.rows[0].kind == NoticeKind.DIGEST:
            return replace(envelope, digest=digest(connection, parcel, self._links))
        return replace(envelope, items=items(connection, parcel, today, self._links))

    async def _try(self, parcel: Parcel, turn: _Turn) -> Tried:
        assert parcel.message is not None, "messages are written before they are tried"
        outcomes: dict[str, Outcome] = {}
        waits: list[datetime] = []
        for channel in parcel.contact.open_channels:
            if key_of(channel) in parcel.settled:
                continue
            mail = channel == EMAIL
            transport = self._post.mail if mail else self._post.other
            if transport is None:
                continue
            places = turn.mail if mail else turn.others
            async with places:
                if mail and not self._has_mail(turn.now):
                    waits.append(self._mail_away or turn.now)
                elif not turn.may_begin:
                    waits.append(turn.now)  # it goes with the next batch
                else:
                    address = parcel.contact.email if mail else channel
                    outcomes[channel] = await turn.send(transport, address, parcel.message)
                    if mail and (away := self._learn(outcomes[channel], turn.now)):
                        waits.append(away)
        if not (outcomes or waits or parcel.settled):
            waits.append(turn.now + LAST_PAUSE)  # nothing can bring it now
        return Tried(parcel, outcomes, max(waits, default=None))

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
class _Turn:
    """One batch: it was claimed at `now`, when the machine's clock showed `began`."""

    now: datetime
    began: float
    stopping: Callable[[], bool]
    mail: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAIL_AT_ONCE))
    others: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OTHERS_AT_ONCE))

    @property
    def may_begin(self) -> bool:
        """Whether a try that begins now can end before the lease does."""
        return not self.stopping() and time.monotonic() < self.began + TRY_WITHIN

    async def send(self, transport: Transport, address: str, message: bytes) -> Outcome:
        """Tries once, and gives up while the lease still lasts."""
        left = max(0.0, self.began + END_WITHIN - time.monotonic())
        try:
            async with asyncio.timeout(left):
                return await transport.send(address, message)
        except TimeoutError:
            return Outcome(Verdict.LATER, "no answer in time")
        except Exception as error:  # noqa: BLE001 - transports raise nothing, but most of them are made by others
            _log.exception("%s raised instead of answering", transport.name)
            return Outcome(Verdict.LATER, type(error).__name__)


@dataclass(frozen=True, slots=True)
class _Written:
    """Messages that can be tried, and what is known already of the others."""

    written: list[Parcel] = field(default_factory=list)
    settled: list[Tried] = field(default_factory=list)


class _Recorder:
    """Records outcomes as they come; what comes while it is writing shares the next transaction."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now
        self._waiting: list[Tried] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, tried: Tried) -> None:
        self._waiting.append(tried)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._work())

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(settle, self._store, group, self._now)
            except StoreAway:
                # Nothing else knows what was sent: forgotten, it would be sent again.
                self._waiting = [*group, *self._waiting]
                await asyncio.sleep(STORE_SECONDS)


def _added(total: Delivered, tried: Sequence[Tried], withdrawn: int, now: datetime) -> Delivered:
    counts = {"sent": total.sent, "refused": total.refused, "planned": total.deferred}
    counts["withdrawn"] = total.withdrawn + withdrawn
    for one in tried:
        counts[one.status(now)] += len(one.parcel.rows)
    return Delivered(counts["sent"], counts["refused"], counts["planned"], counts["withdrawn"])
