"""after"""

import sqlalchemy as sa
from alembic import op

revision = 'x05'
down_revision = 'x04'


def upgrade():
    op.create_index("ix_b_a", "b", ["a"])
