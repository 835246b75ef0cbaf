"""fewer indexes

Revision ID: f63a5c81e9d0
Revises: b20e7d9538fc
Create Date: 2024-12-10 08:17:23

"""
from alembic import op

revision = "f63a5c81e9d0"
down_revision = "b20e7d9538fc"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_people_badge", table_name="staff")
    op.drop_index("ix_parts_label_desc", "parts", if_exists=True)
    with op.get_context().autocommit_block():
        op.drop_index("ix_stock_counted_by", table_name="stock", postgresql_concurrently=True)
    op.drop_table("people")


def downgrade():
    raise NotImplementedError
