"""more labels"""

import sqlalchemy as sa
from alembic import op

revision = 'm02'
down_revision = 'm01'


def upgrade():
    op.execute("ALTER TYPE \"Mood\" ADD VALUE IF NOT EXISTS 'fine' BEFORE 'sad'")
