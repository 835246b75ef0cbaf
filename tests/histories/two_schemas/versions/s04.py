"""search path"""

import sqlalchemy as sa
from alembic import op

revision = 's04'
down_revision = 's03'


def upgrade():
    op.execute("SET LOCAL search_path TO shop")
    op.execute("ALTER TABLE items ADD COLUMN note text")
    op.execute("SET LOCAL search_path TO public")
