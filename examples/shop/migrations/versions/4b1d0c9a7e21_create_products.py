"""create products

Revision ID: 4b1d0c9a7e21
Revises:
Create Date: 2026-03-02 09:14:51.120331
"""

import sqlalchemy as sa
from alembic import op

revision = "4b1d0c9a7e21"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    products = sa.table("products", sa.column("name", sa.String), sa.column("price", sa.Numeric))
    op.bulk_insert(
        products,
        [
            {"name": "kettle", "price": 29.90},
            {"name": "teapot", "price": 34.50},
            {"name": "tea towel", "price": 7.25},
        ],
    )


def downgrade():
    op.drop_table("products")
