"""a table made anew on purpose

Revision ID: b97c5e13f046
Revises: 20ad9f8e4c71
Create Date: 2024-07-10 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "b97c5e13f046"
down_revision = "20ad9f8e4c71"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('reader', recreate='always', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(120)), insert_before='name')
        batch_op.alter_column('name', nullable=False, existing_type=sa.String(80))


def downgrade():
    raise NotImplementedError
