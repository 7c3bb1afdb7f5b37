"""A grant may be a known contact's, who is mailed links to sign in.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("grants", sa.Column("contact", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("grants", "contact")
