"""What becomes of notices that were tried: their outcomes on each channel, and whether they are done with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, update

from calendars.notices.claiming import Parcel
from calendars.notices.transports.base import Outcome, Verdict
from calendars.notices.transports.channels import key_of, kind_of
from calendars.store.database import Store
from calendars.store.outbox_statements import PLANNED, REFUSED, SENT, WITHDRAWN
from calendars.store.schema import Instant, deliveries, outbox

FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=6)
PATIENCE = timedelta(days=5)
NOTHING = "nothing to say"


@dataclass(frozen=True, slots=True)
class Tried:
    """A parcel after one try: the outcome on each channel that was tried, and when it is to be tried again at the
    earliest if its turn did not come on a channel, for the reason `delay`."""

    parcel: Parcel
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    away_until: datetime | None = None
    useless: str = ""  # why there is nothing to send after all
    delay: str = ""

    def status(self, now: datetime) -> str:
        """Where its notices stand: sent once any channel has the message and none is left to try."""
        if self.useless:
            return WITHDRAWN
        if self._waits and now < self.parcel.since + PATIENCE:
            return PLANNED
        return SENT if any(one.verdict is Verdict.SENT for one in self._said) else REFUSED

    def again(self, now: datetime) -> datetime:
        """When to try again: after a pause that doubles with each try."""
        pause = min(FIRST_RETRY * 2 ** min(self.parcel.attempts - 1, 10), LAST_RETRY)
        return self.away_until or now + pause

    def reason(self, status: str) -> str:
        """Why it was not sent, or not yet."""
        if self.useless or status == SENT:
            return self.useless
        said = [one.detail for one in self._said if one.verdict is not Verdict.SENT]
        given_up = [f"given up after {PATIENCE.days} days"] if status == REFUSED and self._waits else []
        return "; ".join(dict.fromkeys(filter(None, [*given_up, *said, self.delay])))

    @property
    def _said(self) -> tuple[Outcome, ...]:
        return *self.parcel.settled.values(), *self.outcomes.values()

    @property
    def _waits(self) -> bool:
        return bool(self.away_until) or any(one.verdict is Verdict.LATER for one in self.outcomes.values())


def settle(store: Store, tried: Iterable[Tried], now: datetime) -> None:
    """Records outcomes and what follows from them, in one transaction."""
    values: list[dict[str, Any]] = []
    tries: list[dict[str, Any]] = []
    done: list[dict[str, Any]] = []
    for one in tried:
        status = one.status(now)
        waits = status == PLANNED
        for row in one.parcel.rows:
            attempts = row.attempts + bool(one.outcomes)
            values.append(
                {
                    "of": row.id,
                    "held": one.parcel.leased_until,
                    "to_status": status,
                    "why": one.reason(status),
                    "to_due": one.again(now) if waits else row.due,
                    "at": None if waits else now,
                    "tries": attempts,
                    "name": one.parcel.id if attempts else row.message_id,
                }
            )
            done += [{"of": row.id}] if not waits or not one.outcomes else []
            tries += [_try(row.id, channel, outcome, now) for channel, outcome in one.outcomes.items()]
    with store.writing() as connection:
        if values:
            connection.execute(_SETTLE, values)
        if done:
            connection.execute(_FORGET, done)
        if tries:
            connection.execute(insert(deliveries), tries)


def keep(store: Store, written: Iterable[tuple[Parcel, str, bytes]]) -> None:
    """Keeps messages, with their subjects, before they are tried for the first time: whatever happens, a second try
    sends the same."""
    values = [
        {"of": row.id, "said": subject, "whole": content if row is parcel.rows[0] else None}
        for parcel, subject, content in written
        for row in parcel.rows
    ]
    if values:
        with store.writing() as connection:
            connection.execute(_KEEP, values)


def _try(notice: int, channel: str, outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "notice": notice,
        "channel": kind_of(channel),
        "channel_key": key_of(channel),
        "outcome": outcome.verdict.value,
        "detail": outcome.detail,
        "at": now,
    }


# Once a lease ran out somebody else may be sending the message: then only that it was sent is worth recording.
_SETTLE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("of"),
        outbox.c.status == PLANNED,
        or_(outbox.c.lease == bindparam("held", type_=Instant), bindparam("to_status") == SENT),
    )
    .values(
        status=bindparam("to_status"),
        reason=bindparam("why"),
        due=bindparam("to_due", type_=Instant),
        settled=bindparam("at", type_=Instant),
        attempts=bindparam("tries"),
        message_id=bindparam("name"),
        lease=None,
    )
)
# What was not tried yet is written anew when its turn comes: by then other days are left.
_FORGET = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("of"),
        or_(outbox.c.status != PLANNED, and_(outbox.c.attempts == 0, outbox.c.lease.is_(None))),
    )
    .values(message=None)
)
_KEEP = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(subject=bindparam("said"), message=bindparam("whole", type_=outbox.c.message.type))
)
