"""a type of its own"""

import sqlalchemy as sa
from alembic import op

from sqlalchemy.dialects import postgresql

revision = 'm03'
down_revision = 'm02'


def upgrade():
    level = postgresql.ENUM("low", "high", name="level", create_type=False)
    level.create(op.get_bind(), checkfirst=True)
    op.add_column("t", sa.Column("level", level, nullable=False, server_default="low"))
