"""rows only

Revision ID: 006
Revises: 005
Create Date: 2024-07-26 14:42:18

"""
from alembic import op

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("UPDATE tickets SET channel = 'mail' WHERE channel IS NULL")


def downgrade():
    raise NotImplementedError
