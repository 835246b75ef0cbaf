"""invoices

Revision ID: 09d7f3a1e5b2
Revises: be6a2d8f4c01
Create Date: 2024-04-26 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "09d7f3a1e5b2"
down_revision = "be6a2d8f4c01"
branch_labels = None
depends_on = None


SCHEMA = "billing"


def upgrade():
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("payer_id", sa.Integer, sa.ForeignKey(f"{SCHEMA}.accounts.id")),
        sa.Column("status", sa.Enum("open", "paid", name="status", schema=SCHEMA)),
        sa.UniqueConstraint("payer_id", "status", name="uq_invoices"),
        schema=SCHEMA,
    )
    op.create_index("ix_status", "invoices", ["status"], schema=SCHEMA)


def downgrade():
    raise NotImplementedError
