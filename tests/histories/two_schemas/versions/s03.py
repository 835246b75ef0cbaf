"""alter"""

import sqlalchemy as sa
from alembic import op

revision = 's03'
down_revision = 's02'


def upgrade():
    op.add_column("items", sa.Column("price", sa.Float()), schema="shop")
    op.create_index("ix_price", "items", ["price"], schema="shop")
