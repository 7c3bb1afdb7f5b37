"""Which grant took the place of which.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("grants", sa.Column("replaces", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("grants", "replaces")
