"""visits are kept elsewhere

Revision ID: 0f62b8d5a94e
Revises: c7901dfe28a3
Create Date: 2024-11-26 18:10:10

"""
from alembic import op
import sqlalchemy as sa

revision = "0f62b8d5a94e"
down_revision = "c7901dfe28a3"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_table("visits")
    for name in ("ward", "urgency"):
        sa.Enum(name=name).drop(op.get_bind(), checkfirst=True)


def downgrade():
    raise NotImplementedError
