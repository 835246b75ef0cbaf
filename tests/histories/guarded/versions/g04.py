"""try"""

import sqlalchemy as sa
from alembic import op

revision = 'g04'
down_revision = 'g03'


def upgrade():
    try:
        op.add_column("t", sa.Column("c", sa.Integer()))
    except Exception:
        pass
    op.add_column("u", sa.Column("d", sa.Integer()))
