"""table"""

import sqlalchemy as sa
from alembic import op

revision = 'n02'
down_revision = 'n01'


def upgrade():
    op.rename_table("old", "new")
