"""schema"""

import sqlalchemy as sa
from alembic import op

revision = 's01'
down_revision = None


def upgrade():
    op.execute("CREATE SCHEMA shop")
    op.create_table("items", sa.Column("id", sa.Integer, primary_key=True), sa.Column("sku", sa.String(8), index=True), schema="shop")
