"""needs the left"""

import sqlalchemy as sa
from alembic import op

revision = 'x03'
down_revision = 'x02b'
depends_on = 'x02a'


def upgrade():
    op.add_column("b", sa.Column("a", sa.Integer()))
