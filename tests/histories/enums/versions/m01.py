"""create"""

import sqlalchemy as sa
from alembic import op

revision = 'm01'
down_revision = None


def upgrade():
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mood", sa.Enum("ok", "sad", name="Mood")))
