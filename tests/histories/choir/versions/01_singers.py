"""singers

Revision ID: 1111aaaa0001
Revises:
Create Date: 2024-02-13 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "singers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80)),
        sa.Column("range", sa.String(80)),
    )


def downgrade():
    raise NotImplementedError
