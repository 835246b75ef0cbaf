"""concerts

Revision ID: 1111aaaa0006
Revises: 1111aaaa0005
Create Date: 2024-07-18 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0006"
down_revision = "1111aaaa0005"
branch_labels = None
depends_on = None


def upgrade():
    concerts = op.create_table("concerts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("day", sa.Date))
    op.execute(concerts.insert().values(id=1))
    op.execute(sa.text("DELETE FROM concerts WHERE id = :id").bindparams(sa.bindparam("id", 1)))


def downgrade():
    raise NotImplementedError
