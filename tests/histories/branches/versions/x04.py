"""merge"""

import sqlalchemy as sa
from alembic import op

revision = 'x04'
down_revision = ('x02a', 'x03')


def upgrade():
    pass
