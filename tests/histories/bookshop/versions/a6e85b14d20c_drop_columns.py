"""drop what nobody reads

Revision ID: a6e85b14d20c
Revises: 91f0d47e3c8b
Create Date: 2024-08-18 15:49:31

"""
from alembic import op

revision = "a6e85b14d20c"
down_revision = "91f0d47e3c8b"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ux_customers_code", table_name="customers")
    op.drop_column("customers", "code")
    op.drop_column(table_name="customers", column_name="wakes")


def downgrade():
    raise NotImplementedError
