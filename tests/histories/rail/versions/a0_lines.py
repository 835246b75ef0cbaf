"""lines

Revision ID: a0
Revises:
Create Date: 2024-02-19 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "a0"
down_revision = None
branch_labels = ("network",)
depends_on = None


def upgrade():
    op.create_table("lines", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))


def downgrade():
    raise NotImplementedError
