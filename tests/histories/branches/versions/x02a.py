"""left"""

import sqlalchemy as sa
from alembic import op

revision = 'x02a'
down_revision = 'x01'


def upgrade():
    op.add_column("t", sa.Column("a", sa.Integer()))
