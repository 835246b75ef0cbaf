"""right"""

import sqlalchemy as sa
from alembic import op

revision = 'x02b'
down_revision = 'x01'


def upgrade():
    op.create_table("b", sa.Column("id", sa.Integer, primary_key=True))
