"""shelves and media

Revision ID: 1c9e4d7a20b5
Revises:
Create Date: 2024-02-05 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "1c9e4d7a20b5"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('shelf',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('room', sa.String(length=20), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_shelf')
    )
    op.create_table('medium',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('shelf_id', sa.Integer(), nullable=True),
    sa.Column('old_code', sa.String(length=10), nullable=True),
    sa.Column('pages', sa.String(length=10), nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_medium')
    )
    op.create_table('reader',
    sa.Column('card', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=True),
    )
    with op.batch_alter_table('medium', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_medium_title'), ['title'], unique=False)


def downgrade():
    raise NotImplementedError
