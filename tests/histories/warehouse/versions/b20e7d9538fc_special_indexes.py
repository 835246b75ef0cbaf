"""indexes of every kind

Revision ID: b20e7d9538fc
Revises: 4ca8f1e6d735
Create Date: 2024-11-09 18:10:10

"""
from alembic import op
import sqlalchemy as sa

revision = "b20e7d9538fc"
down_revision = "4ca8f1e6d735"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_parts_label_set", "parts", ["label"], postgresql_where=sa.text("label <> ''"))
    op.create_index("ix_parts_lower_label", "parts", [sa.text("lower(label)"), "maker"], postgresql_using="btree")
    op.create_index("ix_parts_label_desc", "parts", [sa.text("label DESC NULLS LAST")])
    op.create_index("ix_staff_badge", "staff", ["badge_number"], postgresql_using="hash")
    op.create_index("ix_parts_cover", "parts", ["maker"], unique=False, postgresql_include=["label"])
    with op.get_context().autocommit_block():
        op.create_index("ix_stock_counted_by", "stock", ["counted_by"], postgresql_concurrently=True, if_not_exists=True)


def downgrade():
    raise NotImplementedError
