"""The statements of the outbox, made once, and the values that they take."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.sequence.notices import DAYS, OF_OPEN_STAGES, REMINDER, Dropped
from calendars.store.projecting import Key
from calendars.store.schema import Instant, outbox

PLANNED, SENT, REFUSED, WITHDRAWN = "planned", "sent", "refused", "withdrawn"
HOST = "congress-calendars"

NoticeKey = tuple[str, str, str, str, date, int, str, str]
_KEY = ("campaign", "unit", "stage", "anchor", "anchor_date", "offset", "kind", "contact")
_REST = [column.name for column in outbox.c if column.name not in ("id", *_KEY)]

_AT = bindparam("at", type_=Instant)
_WITHDRAW = {"status": WITHDRAWN, "settled": _AT, "message": None, "lease": None}
_of_unit = and_(outbox.c.campaign == bindparam("of_campaign"), outbox.c.unit == bindparam("of_unit"))
# Nobody is sending it now: what is under way is settled by whoever claimed it.
_waiting = and_(outbox.c.status == PLANNED, or_(outbox.c.lease.is_(None), outbox.c.lease < _AT))

DROP = (
    update(outbox)
    .where(
        _of_unit,
        or_(bindparam("of_stage") == "", outbox.c.stage == bindparam("of_stage")),
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
        _waiting,
    )
    .values(**_WITHDRAW, reason=bindparam("why"))
)
# Notices of a date that moved.
STALE = (
    update(outbox)
    .where(
        _of_unit,
        outbox.c.stage == bindparam("of_stage"),
        outbox.c.anchor.in_(bindparam("anchors", expanding=True)),
        outbox.c.kind.in_(OF_OPEN_STAGES),
        or_(bindparam("new", type_=outbox.c.anchor_date.type).is_(None), outbox.c.anchor_date != bindparam("new")),
        _waiting,
    )
    .values(**_WITHDRAW, reason="moved")
)
# Notices that say the same and come before another one.
OVERTAKEN = (
    update(outbox)
    .where(
        _of_unit,
        outbox.c.stage == bindparam("of_stage"),
        outbox.c.kind == bindparam("of_kind"),
        outbox.c.contact == bindparam("of_contact"),
        or_(bindparam("of_anchor") == "", outbox.c.anchor == bindparam("of_anchor")),
        _waiting,
    )
    .values(**_WITHDRAW, reason="overtaken")
)
SETTLE = update(outbox).where(outbox.c.id == bindparam("of")).values(**_WITHDRAW, reason=bindparam("why"))
RENEW = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        anchor_date=bindparam("to_date"),
        due=bindparam("to_due", type_=Instant),
        day=bindparam("to_day"),
        data=bindparam("to_data", type_=outbox.c.data.type),
        event=bindparam("to_event"),
        message=None,  # one that was tried in vain said something else
    )
)


@cache
def insert_into(dialect: str) -> Any:
    """Inserts notices. One that is there stays as it is, unless it was withdrawn: then it is wanted again."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(outbox)
    rest = {name: statement.excluded[name] for name in _REST}
    return statement.on_conflict_do_update(index_elements=_KEY, set_=rest, where=outbox.c.status == WITHDRAWN)


def drop(key: Key, dropped: Dropped, at: datetime) -> dict[str, Any]:
    """The values of `DROP`."""
    return {**_unit(key), "of_stage": dropped.stage, "kinds": list(dropped.kinds), "why": dropped.reason, "at": at}


def stale(key: Key, stage: str, of: str, new: date | None, at: datetime) -> dict[str, Any]:
    """The values of `STALE`; the two kinds of the days of a congress are one."""
    return {**_unit(key), "of_stage": stage, "anchors": list(family(of)), "new": new, "at": at}


def overtaken(row: dict[str, Any]) -> dict[str, Any]:
    """The values of `OVERTAKEN` for a row that is to be inserted."""
    return {
        **_unit((row["campaign"], row["unit"])),
        "of_stage": row["stage"],
        "of_kind": row["kind"],
        "of_contact": row["contact"],
        "of_anchor": row["anchor"] if row["kind"] == REMINDER else "",
        "at": row["planned"],
    }


def row_of(key: NoticeKey, **rest: Any) -> dict[str, Any]:
    """A notice to insert."""
    digest = hashlib.sha256("\0".join(map(str, key)).encode()).hexdigest()[:32]
    return {
        **dict(zip(_KEY, key, strict=True)),
        "status": PLANNED,
        "reason": "",
        "data": {},
        "lease": None,
        "attempts": 0,
        "message_id": f"{digest}@{HOST}",
        "subject": "",
        "message": None,
        "settled": None,
        **rest,
    }


def family(of: str) -> tuple[str, ...]:
    """The kinds of date that are the same thing to a person."""
    return DAYS if of in DAYS else (of,)


def _unit(key: Key) -> dict[str, Any]:
    return {"of_campaign": key[0], "of_unit": key[1]}
