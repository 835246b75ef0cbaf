"""voices

Revision ID: 1111aaaa0002
Revises: 1111aaaa0001
Create Date: 2024-03-14 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0002"
down_revision = "1111aaaa0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("voices", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(10), nullable=False))


def downgrade():
    raise NotImplementedError
