"""Releases of the plan, units that end, gates and postponed days.

The rows of units, stages and entries were folded without these: every campaign is marked to be rebuilt.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("recorded", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "number"),
    )
    op.execute(
        "INSERT INTO releases (campaign, number, plan, effective, instrument, recorded, position)"
        " SELECT campaign, 1, plan, today, '', launched, position FROM campaigns"
    )
    op.add_column("units", sa.Column("ended", sa.Date(), nullable=True))
    op.add_column("units", sa.Column("successor", sa.String(length=64), server_default="", nullable=False))
    op.add_column("stages", sa.Column("gate", sa.String(length=16), nullable=True))
    op.add_column("stages", sa.Column("postponed_first", sa.Date(), nullable=True))
    op.add_column("stages", sa.Column("postponed_last", sa.Date(), nullable=True))
    op.execute("UPDATE campaigns SET renderer = 0")


def downgrade() -> None:
    for column in ("gate", "postponed_first", "postponed_last"):
        op.drop_column("stages", column)
    for column in ("ended", "successor"):
        op.drop_column("units", column)
    op.drop_table("releases")
