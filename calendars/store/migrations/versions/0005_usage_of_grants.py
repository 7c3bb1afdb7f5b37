"""What the address of a grant is used for: by which program, and how often there was something new.

What was answered before was not counted; the counts begin at nought.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("grants", sa.Column("user_agent", sa.String(length=120), nullable=True))
    for column in ("answered_200", "answered_304"):
        op.add_column("grants", sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    for column in ("user_agent", "answered_200", "answered_304"):
        op.drop_column("grants", column)
