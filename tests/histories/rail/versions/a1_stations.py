"""stations

Revision ID: a1
Revises: a0
Create Date: 2024-03-20 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "a1"
down_revision = "a0"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "stations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("line_id", sa.Integer, sa.ForeignKey("lines.id"), nullable=False),
    )


def downgrade():
    raise NotImplementedError
