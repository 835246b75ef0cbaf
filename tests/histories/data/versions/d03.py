"""nothing"""

import sqlalchemy as sa
from alembic import op

revision = 'd03'
down_revision = 'd02'


def upgrade():
    pass
