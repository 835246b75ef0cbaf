"""tools, unless they are there

Revision ID: aa10b2c3d4e5
Revises:
Create Date: 2024-02-07 09:07:13

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy import inspect

revision = "aa10b2c3d4e5"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    inspector = inspect(op.get_bind())
    if "tools" not in inspector.get_table_names():
        op.create_table(
            "tools",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(60), nullable=False),
            sa.Column("bought", sa.Date),
        )
    if not inspector.has_table("benches"):
        op.create_table("benches", sa.Column("id", sa.Integer, primary_key=True), sa.Column("place", sa.String(10)))


def downgrade():
    raise NotImplementedError
