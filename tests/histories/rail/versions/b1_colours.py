"""lines have colours

Revision ID: b1
Revises: a0
Create Date: 2024-04-21 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "b1"
down_revision = "a0"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("lines", sa.Column("colour", sa.String(7)))


def downgrade():
    raise NotImplementedError
