"""create"""

import sqlalchemy as sa
from alembic import op

revision = 'b01'
down_revision = None


def upgrade():
    op.create_table("a", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.String(10)))
