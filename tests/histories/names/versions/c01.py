"""unnamed"""

import sqlalchemy as sa
from alembic import op

revision = 'c01'
down_revision = None


def upgrade():
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, unique=True),
        sa.Column("b", sa.Integer, sa.ForeignKey("t.id")),
    )
