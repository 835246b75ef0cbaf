"""what they are insured for

Revision ID: 0de7c2a8b3f4
Revises: 9c8e5d1f6ab0
Create Date: 2024-04-23 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "0de7c2a8b3f4"
down_revision = "9c8e5d1f6ab0"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("loans", sa.Column("insured_for", sa.Numeric(12, 2)))
    op.create_index("ix_exhibits_title", "exhibits", ["title"])


def downgrade():
    raise NotImplementedError
