"""a key from one schema into the other

Revision ID: d1a35f6e0b97
Revises: 72c4b0e89fd6
Create Date: 2024-06-01 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "d1a35f6e0b97"
down_revision = "72c4b0e89fd6"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("accounts", sa.Column("last_invoice_id", sa.Integer))
    op.create_foreign_key(
        "fk_last_invoice", "accounts", "invoices", ["last_invoice_id"], ["id"], referent_schema="billing", ondelete="SET NULL"
    )
    op.drop_constraint("uq_invoices", "invoices", schema="billing")
    op.drop_index("ix_status", table_name="invoices", schema="billing")


def downgrade():
    raise NotImplementedError
