"""no vouchers after all

Revision ID: b35d8e72c09f
Revises: 26e9c1d3f7a0
Create Date: 2024-12-22 08:17:23

"""
from alembic import op

revision = "b35d8e72c09f"
down_revision = "26e9c1d3f7a0"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_table("vouchers")
    op.drop_table(table_name="items")


def downgrade():
    raise NotImplementedError
