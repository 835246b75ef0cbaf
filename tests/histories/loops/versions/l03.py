"""sql"""

import sqlalchemy as sa
from alembic import op

revision = 'l03'
down_revision = 'l02'


def upgrade():
    op.execute("CREATE TABLE %s (%s INTEGER)" % ("three", "n"))
    table = "two"
    op.execute(f"ALTER TABLE {table} ADD COLUMN z INTEGER")
