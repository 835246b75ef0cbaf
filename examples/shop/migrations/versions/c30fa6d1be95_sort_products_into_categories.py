"""sort products into categories

Revision ID: c30fa6d1be95
Revises: 9e7c52f3d8b4
Create Date: 2026-05-11 11:02:33.908127
"""

import sqlalchemy as sa
from alembic import op

revision = "c30fa6d1be95"
down_revision = "9e7c52f3d8b4"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="uq_categories_name"),
    )
    with op.batch_alter_table("products") as batch_op:
        batch_op.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_products_category_id", "categories", ["category_id"], ["id"])


def downgrade():
    with op.batch_alter_table("products") as batch_op:
        batch_op.drop_constraint("fk_products_category_id", type_="foreignkey")
        batch_op.drop_column("category_id")
    op.drop_table("categories")
