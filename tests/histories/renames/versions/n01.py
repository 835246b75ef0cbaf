"""create"""

import sqlalchemy as sa
from alembic import op

revision = 'n01'
down_revision = None


def upgrade():
    op.create_table("old", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer), sa.Column("b", sa.Date))
    op.create_table("ref", sa.Column("id", sa.Integer, primary_key=True), sa.Column("old_id", sa.Integer, sa.ForeignKey("old.id")))
