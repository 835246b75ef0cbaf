"""a serial number, unless it is there

Revision ID: bb21c3d4e5f6
Revises: aa10b2c3d4e5
Create Date: 2024-03-08 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "bb21c3d4e5f6"
down_revision = "aa10b2c3d4e5"
branch_labels = None
depends_on = None


def _has_column(table, column):
    bind = op.get_bind()
    columns = sa.inspect(bind).get_columns(table)
    return any(c["name"] == column for c in columns)


def upgrade():
    if not _has_column("tools", "serial"):
        op.add_column("tools", sa.Column("serial", sa.String(30), nullable=True))
    if not _has_column("tools", "name"):
        op.add_column("tools", sa.Column("name", sa.Text, nullable=True))


def downgrade():
    raise NotImplementedError
