"""count the stock, and find products by name

Revision ID: 9e7c52f3d8b4
Revises: 4b1d0c9a7e21
Create Date: 2026-03-19 16:40:07.553102
"""

import sqlalchemy as sa
from alembic import op

revision = "9e7c52f3d8b4"
down_revision = "4b1d0c9a7e21"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("products") as batch_op:
        batch_op.add_column(sa.Column("in_stock", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_products_name"), ["name"], unique=False)


def downgrade():
    with op.batch_alter_table("products") as batch_op:
        batch_op.drop_index(batch_op.f("ix_products_name"))
        batch_op.drop_column("in_stock")
