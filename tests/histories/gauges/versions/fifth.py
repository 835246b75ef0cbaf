"""rows

Revision ID: v5_fill
Revises: v4
Create Date: 2024-06-06 13:35:05

"""
from alembic import op

revision = "v5_fill"
down_revision = "v4"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("INSERT INTO gauges (id, river) VALUES (1, 'Elbe')")


def downgrade():
    raise NotImplementedError
