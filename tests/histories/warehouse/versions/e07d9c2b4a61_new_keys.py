"""another primary key

Revision ID: e07d9c2b4a61
Revises: 19e5b7c03fd8
Create Date: 2024-09-07 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "e07d9c2b4a61"
down_revision = "19e5b7c03fd8"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_constraint("parts_pkey", "parts", type_="primary")
    op.add_column("parts", sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False))
    op.create_primary_key("parts_pkey", "parts", ["id"])
    op.create_unique_constraint("uq_parts_maker_number", "parts", ["maker", "number"])
    op.create_unique_constraint(None, "stock", columns=["site", "maker", "number"])
    op.create_check_constraint("ck_stock_amount", "stock", sa.text("amount >= 0"))


def downgrade():
    raise NotImplementedError
