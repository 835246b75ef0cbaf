"""columns in both

Revision ID: 72c4b0e89fd6
Revises: 09d7f3a1e5b2
Create Date: 2024-05-27 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "72c4b0e89fd6"
down_revision = "09d7f3a1e5b2"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("accounts", sa.Column("closed", sa.Boolean, nullable=True))
    op.add_column("accounts", sa.Column("currency", sa.CHAR(3), server_default="EUR"), schema="billing")
    with op.batch_alter_table("invoices", schema="billing") as batch_op:
        batch_op.alter_column("payer_id", nullable=False, existing_type=sa.Integer())


def downgrade():
    raise NotImplementedError
