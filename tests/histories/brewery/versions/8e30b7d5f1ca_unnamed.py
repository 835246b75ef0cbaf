"""constraints without a name

Revision ID: 8e30b7d5f1ca
Revises: 2a6d9c01e4f7
Create Date: 2024-03-19 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "8e30b7d5f1ca"
down_revision = "2a6d9c01e4f7"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("beers") as batch_op:
        batch_op.add_column(sa.Column("batch_number", sa.Integer))
        batch_op.create_unique_constraint(None, ["style_id", "batch_number"])
    op.create_index(None, "beers", ["strength"])


def downgrade():
    raise NotImplementedError
