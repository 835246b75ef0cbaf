"""too long for PostgreSQL"""

import sqlalchemy as sa
from alembic import op

revision = 'c04'
down_revision = 'c03'


def upgrade():
    op.create_index(op.f("ix_" + "long_" * 14 + "name"), "t", ["b"])
