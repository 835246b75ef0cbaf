"""add and drop in one batch

Revision ID: d60b82f5e913
Revises: 1c9e4d7a20b5
Create Date: 2024-03-06 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "d60b82f5e913"
down_revision = "1c9e4d7a20b5"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('medium', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column('bought', sa.Date(), nullable=True))
        batch_op.drop_column('old_code')


def downgrade():
    raise NotImplementedError
