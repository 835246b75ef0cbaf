"""add a subtitle

Revision ID: e41a6f0c93d2
Revises: 5b7e21d8904f
Create Date: 2024-05-15 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "e41a6f0c93d2"
down_revision = "5b7e21d8904f"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('books', sa.Column('subtitle', sa.String(length=300), nullable=True))


def downgrade():
    op.drop_column('books', 'subtitle')
