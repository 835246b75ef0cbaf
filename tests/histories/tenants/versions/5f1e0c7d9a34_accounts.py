"""accounts, in the default schema

Revision ID: 5f1e0c7d9a34
Revises:
Create Date: 2024-02-24 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "5f1e0c7d9a34"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("accounts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50)))


def downgrade():
    raise NotImplementedError
