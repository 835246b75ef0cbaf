"""upgrade() only calls others

Revision ID: g.006
Revises: g.005
Create Date: 2024-07-10 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "g.006"
down_revision = "g.005"
branch_labels = None
depends_on = None


def _columns():
    op.add_column("tools", sa.Column("worn_out", sa.Boolean))


def _indexes():
    for column in {"kind", "count"}:
        op.create_index(f"ix_tools_{column}", "tools", [column])


def upgrade():
    for step in (_columns, _indexes):
        step()


def downgrade():
    raise NotImplementedError
