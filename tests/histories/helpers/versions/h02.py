"""helper with a loop"""

import sqlalchemy as sa
from alembic import op

from shared_helpers import NAMES, add_table

revision = 'h02'
down_revision = 'h01'


def upgrade():
    for name in NAMES:
        add_table(name)
