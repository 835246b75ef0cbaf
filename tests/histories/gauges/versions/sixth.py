"""nothing at all

Revision ID: v6 merge, nothing
Revises: v5_fill
Create Date: 2024-07-07 14:42:18

"""
from alembic import op

revision = "v6 merge, nothing"
down_revision = "v5_fill"
branch_labels = None
depends_on = None


def upgrade():
    """Nothing to do."""


def downgrade():
    raise NotImplementedError
