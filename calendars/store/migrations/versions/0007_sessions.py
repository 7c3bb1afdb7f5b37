"""People sign in to the board by links that open once; what they open is a session.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("hash", sa.String(length=64), primary_key=True),
        sa.Column("grant", sa.String(length=16), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("grant", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, unique=True),
        sa.Column("former_hash", sa.String(length=64)),
        sa.Column("began", sa.String(length=32), nullable=False),
        sa.Column("renewed", sa.String(length=32), nullable=False),
    )
    op.create_index("sessions_by_grant", "sessions", ["grant"])


def downgrade() -> None:
    op.drop_index("sessions_by_grant", "sessions")
    op.drop_table("sessions")
    op.drop_table("sign_ins")
