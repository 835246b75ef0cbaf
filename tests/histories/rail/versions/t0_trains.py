"""trains

Revision ID: t0
Revises:
Create Date: 2024-07-24 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "t0"
down_revision = None
branch_labels = ("rolling",)
depends_on = "a1"


def upgrade():
    op.create_table(
        "trains",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("home_id", sa.Integer, sa.ForeignKey("stations.id")),
    )


def downgrade():
    raise NotImplementedError
