"""again"""

import sqlalchemy as sa
from alembic import op

revision = 't04'
down_revision = 't03'


def upgrade():
    op.add_column("t", sa.Column("half", sa.Interval()))
    op.add_column("t", sa.Column("tags", sa.ARRAY(sa.String(5))))
