"""A grant may have a token for the API beside the secret of its feed's address: neither opens what the other does.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("grants", sa.Column("api_hash", sa.String(length=64), nullable=True))
    op.create_index("grants_by_api_hash", "grants", ["api_hash"], unique=True)


def downgrade() -> None:
    op.drop_index("grants_by_api_hash", "grants")
    op.drop_column("grants", "api_hash")
