"""clocks

Revision ID: c2
Revises: m1
Create Date: 2024-10-27 17:03:57

"""
from alembic import op
import sqlalchemy as sa

revision = "c2"
down_revision = "m1"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("stations", sa.Column("clock", sa.Boolean))


def downgrade():
    raise NotImplementedError
