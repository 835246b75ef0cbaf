"""a schema of its own for billing

Revision ID: be6a2d8f4c01
Revises: 5f1e0c7d9a34
Create Date: 2024-03-25 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "be6a2d8f4c01"
down_revision = "5f1e0c7d9a34"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA billing")
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE")),
        sa.Column("iban", sa.String(34), index=True),
        schema="billing",
    )


def downgrade():
    raise NotImplementedError
