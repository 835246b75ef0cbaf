"""a column takes its own along"""

import sqlalchemy as sa
from alembic import op

revision = 't03'
down_revision = 't02'


def upgrade():
    op.drop_column("t", "half")
