"""indexes

Revision ID: 20ad9f8e4c71
Revises: e8352b6c70fd
Create Date: 2024-06-09 13:35:05

"""
from alembic import op

revision = "20ad9f8e4c71"
down_revision = "e8352b6c70fd"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('medium') as batch_op:
        batch_op.drop_index('ix_medium_title')
        batch_op.create_index('ix_medium_kind_title', ['kind', 'title'], unique=True)


def downgrade():
    raise NotImplementedError
