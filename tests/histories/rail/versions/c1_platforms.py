"""platforms

Revision ID: c1
Revises: m1
Create Date: 2024-09-26 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "c1"
down_revision = "m1"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("stations", sa.Column("platforms", sa.Integer))


def downgrade():
    raise NotImplementedError
