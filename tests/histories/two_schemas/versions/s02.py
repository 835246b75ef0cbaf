"""across"""

import sqlalchemy as sa
from alembic import op

revision = 's02'
down_revision = 's01'


def upgrade():
    op.create_table(
        "sales",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("shop.items.id", ondelete="SET NULL")),
    )
