"""order lines are items

Revision ID: 91f0d47e3c8b
Revises: 07c3b9f2a65d
Create Date: 2024-07-17 14:42:18

"""
from alembic import op

revision = "91f0d47e3c8b"
down_revision = "07c3b9f2a65d"
branch_labels = None
depends_on = None


def upgrade():
    op.rename_table("order_lines", "items")


def downgrade():
    op.rename_table(old_table_name="items", new_table_name="order_lines")
