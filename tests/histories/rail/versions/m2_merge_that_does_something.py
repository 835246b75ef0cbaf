"""merge, and make use of it

Revision ID: m2
Revises: c1, c2
Create Date: 2024-11-01 18:10:10

"""
from alembic import op

revision = "m2"
down_revision = ("c1", "c2")
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_stations_platforms_clock", "stations", ["platforms", "clock"])


def downgrade():
    raise NotImplementedError
