"""The tables. The journal is the truth; `PROJECTIONS` are folded from it and may be dropped and rebuilt at any time.

Days are DATE. Instants are UTC, written as ISO 8601 text so that SQLite and PostgreSQL give back the same value.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as `2020-06-11T02:30:00.123456+00:00`, which also sorts as text."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value is not None else None


metadata = MetaData()
CAMPAIGN = String(64)
CODE = String(64)
STAGE = String(64)

# One row: locked by every writer until it commits, so that positions become visible in the order of their numbers.
counter = Table("counter", metadata, Column("id", Integer, primary_key=True), Column("position", BigInteger))

journal = Table(
    "journal",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("campaign", CAMPAIGN, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("no", Integer, nullable=False),
    Column("type", String(32), nullable=False),
    Column("effective", Date, nullable=False),
    Column("recorded", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("campaign", "unit", "no"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign", CAMPAIGN, primary_key=True),
    Column("plan", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("today", Date, nullable=False),  # the campaign's day at its launch
    Column("shift_days", Integer, nullable=False),  # campaign day = real day + shift
    Column("launched", Instant, nullable=False),
    Column("renderer", Integer, nullable=False),  # that made the projections; 0 when they must be rebuilt
    Column("position", BigInteger, nullable=False),
)

# The versions of each campaign's plan; the first is the launch. `campaigns.plan` is that of the newest.
releases = Table(
    "releases",
    metadata,
    Column("campaign", CAMPAIGN, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("plan", JSON, nullable=False),
    Column("effective", Date, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("reason", JSON(none_as_null=True)),
    Column("recorded", Instant, nullable=False),
    Column("position", BigInteger, nullable=False),
)

# `below` is the newest position of anything that is or ever was below the unit (itself included): a feed's ETag.
units = Table(
    "units",
    metadata,
    Column("campaign", CAMPAIGN, primary_key=True),
    Column("unit", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", STAGE, nullable=False),
    Column("parent", CODE, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("below", BigInteger, nullable=False),
    Column("below_modified", Instant, nullable=False),
    Column("ended", Date),
    Column("successor", CODE, nullable=False, server_default=""),
    Index("units_by_parent", "campaign", "parent"),
    Index("units_by_below", "campaign", "below"),
)

stages = Table(
    "stages",
    metadata,
    Column("campaign", CAMPAIGN, primary_key=True),
    Column("unit", CODE, primary_key=True),
    Column("stage", STAGE, primary_key=True),
    Column("scheduled_first", Date),
    Column("scheduled_last", Date),
    Column("held_first", Date),
    Column("held_last", Date),
    Column("results", JSON, nullable=False),
    Column("opens", Date),
    Column("target", Date),
    Column("deadline", Date),
    Column("due", Date),  # the earliest day that can make it overdue: the one day for all, the target, the deadline
    Column("margin_target", Integer),
    Column("margin_deadline", Integer),
    Column("gate", String(16)),  # null where no gate applies
    Column("postponed_first", Date),
    Column("postponed_last", Date),
    Index("stages_by_stage", "campaign", "stage", "held_last"),
)

# Rendered VEVENTs. A row whose entry left the feed stays with `live` false: SEQUENCE goes on if it returns.
entries = Table(
    "entries",
    metadata,
    Column("campaign", CAMPAIGN, primary_key=True),
    Column("uid", String(255), primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("stage", STAGE, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),
    Column("vi", LargeBinary, nullable=False),
    Column("en", LargeBinary, nullable=False),
    Index("entries_by_unit", "campaign", "unit"),
    Index("entries_by_position", "campaign", "position"),
)

# Who may read what. Only hashes of secrets are kept.
grants = Table(
    "grants",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("campaign", CAMPAIGN, nullable=False),
    Column("scope", CODE, nullable=False),
    Column("role", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created", Instant, nullable=False),
    Column("revoked", Instant),
    Column("last_used", Instant),
    Column("replaces", String(16)),  # the grant whose address was given up for this one's
    Column("user_agent", String(120)),  # of the last use
    Column("answered_200", BigInteger, nullable=False, server_default="0"),
    Column("answered_304", BigInteger, nullable=False, server_default="0"),
    Column("api_hash", String(64)),  # of the token that opens the API, where it has one
    Column("parent", String(16)),  # the grant whose person made this one, an address for themselves
    Column("contact", String(16)),  # whose grant it is: links to sign in are mailed to them
    Index("grants_by_api_hash", "api_hash", unique=True),
    Index("grants_by_parent", "parent"),
)

# Links that open the board once, and the sessions that they opened. Only hashes of secrets are kept.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("grant", String(16), nullable=False),
    Column("until", Instant, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("grant", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("former_hash", String(64)),  # good for a little while after it was renewed
    Column("began", Instant, nullable=False),
    Column("renewed", Instant, nullable=False),
    Index("sessions_by_grant", "grant"),
)

# Who is told, and how. Personal data: never journalled, never sent to Temporal, and no projection.
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("campaign", CAMPAIGN, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("language", String(2), nullable=False),
    Column("email", Text, nullable=False),
    Column("channels", JSON, nullable=False),  # "email", or addresses as Apprise writes them
    Column("muted", JSON, nullable=False),  # the channels that the person unsubscribed
    Column("digest", String(8), nullable=False),  # "daily" or "weekly" instead of single messages, or empty
    Column("quiet", String(11), nullable=False),  # "22:00-06:00", in the campaign's time zone, or empty
    Column("source", Text, nullable=False),
    Column("added", Instant, nullable=False),
    Column("gone", Instant),  # since when the person is no contact any more
    Index("contacts_by_unit", "campaign", "unit"),
)

# Notices to send. A row is written by the transaction that journals its event, and by nothing else.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("campaign", CAMPAIGN, nullable=False),
    Column("unit", CODE, nullable=False),  # that it is about
    Column("stage", STAGE, nullable=False),  # empty where it is about the whole unit
    Column("anchor", String(96), nullable=False),  # the kind of date: on, target, deadline, scheduled, lead_in.ID
    Column("anchor_date", Date, nullable=False),  # of a date that was called off, the former day
    Column("offset", Integer, nullable=False),  # days before or after it, the step of a climb, the event of a change
    Column("kind", String(16), nullable=False),
    Column("contact", String(16), nullable=False),
    Column("recipient", CODE, nullable=False),  # whose contact it is: a superior's for what climbs
    Column("mail_only", Boolean, nullable=False),  # it reaches the contact by e-mail or not at all
    Column("event", Integer, nullable=False),  # the number in the unit's stream
    Column("day", Date, nullable=False),  # the campaign's day on which it is to go out
    Column("planned", Instant, nullable=False),
    Column("due", Instant, nullable=False),  # not before this
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("lease", Instant),  # claimed until then
    Column("attempts", Integer, nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", LargeBinary),  # the message as it was first tried, until it is settled
    Column("settled", Instant),
    UniqueConstraint("campaign", "unit", "stage", "anchor", "anchor_date", "offset", "kind", "contact"),
    Index("outbox_by_due", "status", "due"),
    Index("outbox_by_contact", "campaign", "unit", "stage", "anchor", "contact"),
    Index("outbox_by_message", "message_id"),
)

# What became of each try on each channel of a contact. Outcomes are no events of a unit's stream.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("notice", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("channel", String(32), nullable=False),  # "email", or the kind of another one; never an address
    Column("channel_key", String(16), nullable=False),  # tells two of a kind apart
    Column("outcome", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("deliveries_by_notice", "notice"),
)

PROJECTIONS = (campaigns, releases, units, stages, entries)
