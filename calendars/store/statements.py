"""The statements of the projections, made once: building them costs more than running them."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.store.schema import Instant, entries, units


@cache
def upsert_into(table: Table, dialect: str) -> Any:
    """Inserts rows of `table`, replacing those that have the same primary key."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    key = {column.name for column in table.primary_key}
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=sorted(key), set_=rest)


def _superiors() -> Any:
    start = select(units.c.unit, units.c.parent).where(_among(units))
    chain = start.cte("chain", recursive=True)
    chain = chain.union(
        select(units.c.unit, units.c.parent)
        .join(chain, units.c.unit == chain.c.parent)
        .where(units.c.campaign == bindparam("of_campaign"))
    )
    return select(chain.c.unit, chain.c.parent)


def _among(table: Table) -> ColumnElement[bool]:
    of_campaign = table.c.campaign == bindparam("of_campaign")
    return and_(of_campaign, table.c.unit.in_(bindparam("codes", expanding=True)))


# Units, entries and superiors of the units `codes`.
UNITS = select(units.c.unit, units.c.level, units.c.position, units.c.state, units.c.below_modified).where(
    _among(units)
)
ENTRIES = select(
    *(entries.c[name] for name in ("unit", "uid", "live", "sequence", "created", "modified", "position", "facts"))
).where(_among(entries))
SUPERIORS = _superiors()
# Something changed in what is shown of every unit, or of one and what is below it.
TOUCH_ALL = (
    update(units)
    .where(units.c.campaign == bindparam("in_campaign"))
    .values(
        below=bindparam("new"),
        below_modified=case(
            (units.c.below_modified > bindparam("at", type_=Instant), units.c.below_modified),
            else_=bindparam("at", type_=Instant),
        ),
    )
)
TOUCH = TOUCH_ALL.where(units.c.unit == bindparam("of"))
# Something came of a unit that readers of feeds and figures do not see.
ADVANCE_UNIT = (
    update(units)
    .where(units.c.campaign == bindparam("in_campaign"), units.c.unit == bindparam("of"))
    .values(
        version=bindparam("new_version"),
        state=bindparam("new_state", type_=units.c.state.type),
        position=bindparam("new"),
    )
)
# An entry left the feed.
LEAVE = (
    update(entries)
    .where(entries.c.campaign == bindparam("in_campaign"), entries.c.uid == bindparam("of"))
    .values(
        live=False, sequence=bindparam("number"), modified=bindparam("at"), position=bindparam("new"), vi=b"", en=b""
    )
)
