"""People make further addresses for themselves, which end with the grant that they had.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("grants", sa.Column("parent", sa.String(length=16), nullable=True))
    op.create_index("grants_by_parent", "grants", ["parent"])


def downgrade() -> None:
    op.drop_index("grants_by_parent", "grants")
    op.drop_column("grants", "parent")
