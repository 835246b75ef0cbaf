"""helper and type"""

import sqlalchemy as sa
from alembic import op

from shared_helpers import Secret, add_table

revision = 'h01'
down_revision = None


def upgrade():
    add_table("t", sa.Column("secret", Secret(20)))
