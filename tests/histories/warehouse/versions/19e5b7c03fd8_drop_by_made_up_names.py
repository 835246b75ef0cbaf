"""drop what PostgreSQL named

Revision ID: 19e5b7c03fd8
Revises: c8f26a094d7e
Create Date: 2024-08-06 15:49:31

"""
from alembic import op

revision = "19e5b7c03fd8"
down_revision = "c8f26a094d7e"
branch_labels = None
depends_on = None


def upgrade():
    # These are the old table's: they did not follow the rename.
    op.drop_constraint("people_email_key", "staff", type_="unique")
    op.drop_constraint("people_boss_id_fkey", "staff")
    op.drop_constraint(constraint_name="stock_maker_number_fkey", table_name="stock", type_="foreignkey")


def downgrade():
    raise NotImplementedError
