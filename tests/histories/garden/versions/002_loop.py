"""months, in a loop

Revision ID: g.002
Revises: g.001
Create Date: 2024-03-06 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "g.002"
down_revision = "g.001"
branch_labels = None
depends_on = None


MONTHS = ("march", "april", "may")
COLUMNS = [f"sown_in_{month}" for month in MONTHS if month != "april"]


def upgrade():
    for column in COLUMNS:
        op.add_column("plants", sa.Column(column, sa.Boolean, server_default=sa.false(), nullable=False))
    for i, table in enumerate(["beds", "plants"]):
        op.create_index("ix_{}_{}".format(table, i), table, ["created_at"])


def downgrade():
    raise NotImplementedError
