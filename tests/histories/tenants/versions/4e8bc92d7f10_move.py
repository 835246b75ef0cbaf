"""a table moves

Revision ID: 4e8bc92d7f10
Revises: d1a35f6e0b97
Create Date: 2024-07-02 14:42:18

"""
from alembic import op

revision = "4e8bc92d7f10"
down_revision = "d1a35f6e0b97"
branch_labels = None
depends_on = None


def upgrade():
    op.rename_table("invoices", "bills", schema="billing")
    op.execute("ALTER TABLE billing.bills SET SCHEMA app")
    op.execute("CREATE TABLE public.notices (id serial PRIMARY KEY, shown boolean DEFAULT false NOT NULL)")


def downgrade():
    raise NotImplementedError
