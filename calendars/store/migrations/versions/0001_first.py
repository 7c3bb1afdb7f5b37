"""The first schema: counter, journal, projections and grants.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("shift_days", sa.Integer(), nullable=False),
        sa.Column("launched", sa.String(length=32), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "entries",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("modified", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("vi", sa.LargeBinary(), nullable=False),
        sa.Column("en", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "uid"),
    )
    op.create_index("entries_by_position", "entries", ["campaign", "position"], unique=False)
    op.create_index("entries_by_unit", "entries", ["campaign", "unit"], unique=False)
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("revoked", sa.String(length=32), nullable=True),
        sa.Column("last_used", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "journal",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("recorded", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("campaign", "unit", "no"),
    )
    op.create_table(
        "stages",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("scheduled_first", sa.Date(), nullable=True),
        sa.Column("scheduled_last", sa.Date(), nullable=True),
        sa.Column("held_first", sa.Date(), nullable=True),
        sa.Column("held_last", sa.Date(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("target", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("margin_target", sa.Integer(), nullable=True),
        sa.Column("margin_deadline", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "unit", "stage"),
    )
    op.create_index("stages_by_stage", "stages", ["campaign", "stage", "held_last"], unique=False)
    op.create_table(
        "units",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
        sa.Column("below_modified", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "unit"),
    )
    op.create_index("units_by_below", "units", ["campaign", "below"], unique=False)
    op.create_index("units_by_parent", "units", ["campaign", "parent"], unique=False)


def downgrade() -> None:
    for table in ("grants", "entries", "stages", "units", "campaigns", "journal", "counter"):
        op.drop_table(table)
