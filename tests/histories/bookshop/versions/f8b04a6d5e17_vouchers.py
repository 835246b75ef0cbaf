"""vouchers

Revision ID: f8b04a6d5e17
Revises: 3d2c7f9e1b46
Create Date: 2024-10-20 17:03:57

"""
from alembic import op
import sqlalchemy as sa

revision = "f8b04a6d5e17"
down_revision = "3d2c7f9e1b46"
branch_labels = None
depends_on = None


def upgrade():
    vouchers = op.create_table(
        "vouchers",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("worth", sa.Numeric(6, 2), nullable=False),
        sa.Column("used", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.bulk_insert(vouchers, [{"code": "WELCOME", "worth": 5, "used": False}, {"code": "SORRY", "worth": 10, "used": False}])


def downgrade():
    op.drop_table("vouchers")
