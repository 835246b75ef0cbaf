"""and a second one

Revision ID: b2
Revises: b1
Create Date: 2024-05-22 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "b2"
down_revision = "b1"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("lines", sa.Column("second_colour", sa.String(7)))


def downgrade():
    raise NotImplementedError
