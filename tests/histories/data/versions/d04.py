"""column"""

import sqlalchemy as sa
from alembic import op

revision = 'd04'
down_revision = 'd03'


def upgrade():
    op.add_column("t", sa.Column("b", sa.Text()))
