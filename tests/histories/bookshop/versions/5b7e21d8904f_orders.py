"""orders with a key of two columns

Revision ID: 5b7e21d8904f
Revises: c2d94e0f6a13
Create Date: 2024-04-14 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "5b7e21d8904f"
down_revision = "c2d94e0f6a13"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.BigInteger, sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("placed", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("books.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("copies", sa.Integer, nullable=False, server_default=sa.literal_column("1")),
    )


def downgrade():
    raise NotImplementedError
